package broker

import (
	"context"
	"encoding/json"

	"github.com/nats-io/nats.go"
	"github.com/ofalat/ofalat/latpred/pool"
)

// Watch tells the status of the pool's campaign, whenever its coordinator says it, until ctx
// ends.
func (p *Pool) Watch(ctx context.Context, observe func(pool.Status)) error {
	said := make(chan *nats.Msg, 16)
	sub, err := p.nc.ChanSubscribe(p.subject("status"), said)
	if err != nil {
		return err
	}
	defer func() { _ = sub.Unsubscribe() }()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-said:
			var s pool.Status
			if json.Unmarshal(m.Data, &s) == nil {
				observe(s)
			}
		}
	}
}
