package measure

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

// prepare prepares the units of g and, unless they are given, the anchors, all at the same
// time. A group that has not begun becomes as small as what is prepared when the patience
// is at its end; of a group that has, all units are needed. The anchors are returned also
// with an error.
func (c *Campaign) prepare(ctx context.Context, g *group, anchors []Subject, p *pace, observe func(done, of int)) (_, subjects []Subject, err error) {
	units := make([]Unit, len(g.Units))
	for i, key := range g.Units {
		units[i] = c.Units[slices.IndexFunc(c.Units, func(u Unit) bool { return u.Key == key })]
	}
	patience := p.patience()
	if g.begun {
		patience = 0
	}
	var first []Unit
	if anchors == nil {
		first = c.Anchors
	}
	if len(first) > 0 && len(units) == 1 && c.Journal.failed(units[0].Key) > 0 { // if it fails again, no doubt shall be which it was
		if anchors, err = prepareAll(ctx, first, nil, p.config.Compilers, 0, 0, func(int) {}); err != nil {
			return nil, nil, err
		}
		first = nil
	}
	of := len(first) + len(units)
	took := make([]float64, len(units))
	for i, u := range units {
		units[i].Prepare = func(ctx context.Context) (Subject, error) {
			start := time.Now()
			s, err := u.Prepare(ctx)
			took[i] = math.Round(time.Since(start).Seconds()*1e3) / 1e3
			return s, err
		}
	}
	all, err := prepareAll(ctx, slices.Concat(first, units), c.ahead, p.config.Compilers, patience, len(first)+1, func(n int) { observe(n, of) })
	if err != nil {
		return anchors, nil, err
	}
	if len(first) > 0 {
		anchors = slices.Clip(all[:len(first)])
	}
	subjects = all[len(first):]
	if !g.begun {
		g.Units, g.PrepareS = g.Units[:len(subjects)], took[:len(subjects)]
	}
	return anchors, subjects, nil
}

// prepareAll prepares units in their order, at most atOnce concurrently, and returns them. Those that
// are in ahead are taken from there, and removed from it. After patience, if it is not 0,
// no further unit is begun and those from the first that was not are left out, but at least
// the first least are prepared. observe is called with the number prepared.
func prepareAll(ctx context.Context, units []Unit, ahead map[string]Subject, atOnce int, patience time.Duration, least int, observe func(done int)) ([]Subject, error) {
	began := time.Now()
	subjects := make([]Subject, len(units))
	var mu sync.Mutex
	done, end := 0, len(units)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, atOnce))
	for i, u := range units {
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			mu.Lock()
			if patience > 0 && i >= least && time.Since(began) > patience {
				end = min(end, i)
			}
			skip := i >= end
			s := ahead[u.Key]
			if s != nil && !skip {
				delete(ahead, u.Key)
			}
			mu.Unlock()
			if skip {
				return nil
			}
			if s == nil {
				var err error
				if s, err = u.Prepare(ctx); err != nil {
					return fmt.Errorf("preparing %s: %w", u.Key, err)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			subjects[i] = s
			done++
			observe(done)
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		closeAll(subjects)
		return nil, err
	}
	closeAll(subjects[end:]) // one that was begun just before
	return subjects[:end], nil
}
