package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/ofalat/ofalat/latpred/pool"
)

// ErrReplaced reports that another coordinator has taken the pool.
var ErrReplaced = errors.New("another coordinator has taken the pool")

// stored is a value of the bucket.
type stored struct {
	By       string      `json:"by"` // the coordinator that wrote it
	Host     string      `json:"host,omitempty"`
	Campaign string      `json:"campaign,omitempty"`
	Order    *pool.Order `json:"order,omitempty"`
}

// claim is a coordinator's hold on a pool: its bucket, and the revisions that it has written.
type claim struct {
	*Pool
	id        string
	kv        jetstream.KeyValue
	revisions map[string]uint64
}

// take makes the pool's bucket and stream and takes the pool, unless a coordinator answers
// that has it. It gives the orders that devices have.
func (p *Pool) take(ctx context.Context, id, campaign string, replicas int, maxBytes int64) (c *claim, orders map[string]pool.Order, err error) {
	c = &claim{Pool: p, id: id, revisions: map[string]uint64{}}
	err = p.again(ctx, "making the pool's stream", refused, func(ctx context.Context) (err error) {
		c.kv, err = p.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{Bucket: p.bucket(), History: 1, Replicas: replicas})
		if err == nil {
			_, err = p.js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
				Name: p.stream(), Subjects: []string{p.subject("result", ">")}, Retention: jetstream.WorkQueuePolicy,
				Discard: jetstream.DiscardNew, MaxBytes: maxBytes, MaxAge: maxAge, Replicas: replicas, Duplicates: 2 * time.Minute,
			})
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	before, err := c.read(ctx)
	if err != nil {
		return nil, nil, err
	}
	if other := before[coordinatorKey]; other.By != "" {
		if _, err := p.nc.Request(p.subject("coordinator", other.By), nil, time.Second); err == nil {
			return nil, nil, fmt.Errorf("the pool %s has a coordinator, of the campaign %s on %s: wait until that ends, or take another pool", p.options.Pool, other.Campaign, other.Host)
		}
	}
	host, _ := os.Hostname() // for people
	if err := c.put(ctx, coordinatorKey, stored{By: id, Host: host, Campaign: campaign}); err != nil {
		return nil, nil, err
	}
	orders = map[string]pool.Order{}
	for key, v := range before {
		name, ok := strings.CutPrefix(key, orderKeys)
		if !ok || v.Order == nil {
			continue
		}
		orders[untoken(name)] = *v.Order
		if err := c.put(ctx, key, stored{By: id, Order: v.Order}); err != nil { // now no other's
			return nil, nil, err
		}
	}
	return c, orders, nil
}

// maxAge is how long a result waits in the stream for its campaign's coordinator. After that
// its worker is asked again, and has it on its shelf.
const maxAge = 30 * 24 * time.Hour

// refused reports whether the server has said no, rather than nothing.
func refused(err error) bool {
	var said *jetstream.APIError
	return errors.As(err, &said) && said.Code >= 400 && said.Code < 500 && said.ErrorCode != jetstream.JSErrCodeStreamNotFound
}

// read gives all values of the bucket and notes their revisions.
func (c *claim) read(ctx context.Context) (map[string]stored, error) {
	values := map[string]stored{}
	err := c.again(ctx, "reading the pool's bucket", nil, func(ctx context.Context) error {
		watcher, err := c.kv.WatchAll(ctx, jetstream.IgnoreDeletes())
		if err != nil {
			return err
		}
		defer func() { _ = watcher.Stop() }()
		for {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case e, more := <-watcher.Updates():
				if e == nil {
					if !more {
						return errors.New("the connection was lost")
					}
					return nil // these were all
				}
				var v stored
				if json.Unmarshal(e.Value(), &v) == nil {
					values[e.Key()] = v
				}
				c.revisions[e.Key()] = e.Revision()
			}
		}
	})
	return values, err
}

// put writes a value over the one that was last read or written here. It waits for a server
// that does not answer, and errs with ErrReplaced if another coordinator has written.
func (c *claim) put(ctx context.Context, key string, v stored) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return c.again(ctx, "giving an order", func(err error) bool { return errors.Is(err, ErrReplaced) }, func(ctx context.Context) error {
		revision, err := c.kv.Update(ctx, key, text, c.revisions[key])
		if err == nil {
			c.revisions[key] = revision
			return nil
		}
		if !errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			return err
		}
		// A write whose answer was lost counts as well.
		e, failed := c.kv.Get(ctx, key)
		if failed != nil {
			return failed
		}
		var there stored
		if json.Unmarshal(e.Value(), &there) != nil || there.By != c.id {
			return ErrReplaced
		}
		c.revisions[key] = e.Revision()
		return err
	})
}

// order writes the order of a device.
func (c *claim) order(ctx context.Context, a pool.Addressed) error {
	return c.put(ctx, orderKeys+token(a.Device), stored{By: c.id, Order: &a.Order})
}
