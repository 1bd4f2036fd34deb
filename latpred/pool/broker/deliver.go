package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/ofalat/ofalat/latpred/pool"
)

// deliver sends a result until it has arrived in the stream, or ctx ends; then it lies on
// the shelf for the next worker.
func (h *hand) deliver(ctx context.Context, r pool.Result) {
	h.sending++
	go func() {
		what := fmt.Sprintf("delivering group %d of %s", r.Doing.Group, r.Device)
		err := h.pool.again(ctx, what, tooLarge, func(ctx context.Context) error { return h.pool.send(ctx, r) })
		if tooLarge(err) {
			r.Failure = fmt.Sprintf("its journal has %d bytes, and the server takes messages of %d: measure smaller groups, or let the server's max_payload be larger", len(r.Journal), h.pool.nc.MaxPayload())
			r.Journal = nil
			err = h.pool.again(ctx, what, nil, func(ctx context.Context) error { return h.pool.send(ctx, r) })
		}
		if err != nil {
			return // ctx has ended
		}
		select {
		case h.sent <- r:
		case <-ctx.Done():
		}
	}()
}

func tooLarge(err error) bool { return errors.Is(err, nats.ErrMaxPayload) }

// send puts a result into the stream. The same result is taken once.
func (p *Pool) send(ctx context.Context, r pool.Result) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	id := fmt.Sprintf("%s/%s/%s/%d/%d", r.Device, r.Worker, r.Doing.Campaign, r.Doing.Group, r.Doing.Attempt)
	_, err = p.js.Publish(ctx, p.subject("result", token(r.Doing.Campaign), token(r.Device)), text, jetstream.WithMsgID(id))
	return err
}

// leftovers delivers, once, what earlier workers of the device have left complete, but for
// the task that is begun now.
func (h *hand) leftovers(ctx context.Context, t *pool.Task) {
	if h.looked {
		return
	}
	h.looked = true
	for group, journal := range h.keep.Leftovers(t.Campaign) {
		if group != t.Group {
			h.tell("group %d: left by an earlier worker, delivered now", group)
			h.deliver(ctx, h.agent.Leftover(t.Campaign, group, journal))
		}
	}
}

// watch passes on the device's orders. It asks for the last one at every beat, for the case
// that one was not told.
func (h *hand) watch(ctx context.Context) {
	key := orderKeys + token(h.Device)
	told := false
	for ctx.Err() == nil {
		kv, err := h.pool.js.KeyValue(ctx, h.pool.bucket())
		if err == nil {
			err = h.follow(ctx, kv, key)
		}
		if errors.Is(err, jetstream.ErrBucketNotFound) && !told {
			told = true
			h.pool.options.Log(fmt.Sprintf("the pool %s has no coordinator yet: waiting for one", h.pool.options.Pool))
		}
		_ = sleep(ctx, min(h.beat(), time.Second))
	}
}

// follow passes on orders until there is an error, or the watch misses orders, as it may after
// a server was killed.
func (h *hand) follow(ctx context.Context, kv jetstream.KeyValue, key string) error {
	watcher, err := kv.Watch(ctx, key)
	if err != nil {
		return err
	}
	defer func() { _ = watcher.Stop() }()
	poll := time.NewTicker(h.beat())
	defer poll.Stop()
	var seen uint64
	missed := 0 // in a row, by the watch
	pass := func(e jetstream.KeyValueEntry) {
		var v stored
		if e.Revision() <= seen || json.Unmarshal(e.Value(), &v) != nil || v.Order == nil {
			return
		}
		seen = e.Revision()
		select {
		case h.orders <- *v.Order:
		case <-ctx.Done():
		}
	}
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case e, more := <-watcher.Updates():
			if !more {
				return errors.New("the watch has ended")
			}
			if e != nil {
				missed = 0
				pass(e)
			}
		case <-poll.C:
			e, err := kv.Get(ctx, key)
			switch {
			case err == nil:
				switch {
				case e.Revision() < seen: // the bucket was made anew
					seen = 0
				case e.Revision() > seen:
					missed++
				}
				pass(e)
				if missed > 1 {
					return errors.New("the watch misses orders")
				}
			case errors.Is(err, jetstream.ErrKeyNotFound): // it has none yet
			case errors.Is(err, jetstream.ErrBucketNotFound):
				return err
			}
		}
	}
}

// look asks the device, while nothing is measured, whether it can measure.
func (h *hand) look(ctx context.Context) {
	for ctx.Err() == nil {
		if !h.busy.Load() {
			unready := h.Instrument.Unready(ctx)
			select {
			case h.states <- unready:
			case <-ctx.Done():
			}
		}
		_ = sleep(ctx, h.beat())
	}
}
