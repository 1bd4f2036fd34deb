package measure

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/metric"
	"golang.org/x/sync/errgroup"
)

// Subject is something that can be run and timed.
type Subject interface {
	// Run runs it and gives the milliseconds that it took; a program that times
	// itself may report several runs, of which this is the fastest.
	Run(ctx context.Context) (ms float64, err error)
	// Close frees what it holds.
	Close()
}

// Unit is what a campaign measures: a network or a layer, by the name that its row
// has.
type Unit struct {
	Key     string
	Prepare func(ctx context.Context) (Subject, error)
}

// Config says how a campaign measures. Zero values stand for those of Default, but
// for Extra.
type Config struct {
	WarmUps   int           // runs before the first round; -1: none
	Rounds    int           // passes over the units of a group that labels are made of
	Extra     int           // further rounds at most, while fewer than Rounds were quiet; 0: as many as Rounds, -1: none
	Discard   int           // runs at the start of a round that don't count; -1: none
	Runs      int           // timed runs in a round
	Group     int           // units that are compiled together and measured in turn
	Compilers int           // units compiled at once
	Limit     time.Duration // after which no further group is begun; 0: none
}

// Default is the protocol that keeps the noise of a quiet machine under one percent.
var Default = Config{WarmUps: 5, Rounds: 7, Extra: 7, Discard: 1, Runs: 5, Group: 24, Compilers: 2}

func (c Config) withDefaults() Config {
	set := func(v *int, d int) {
		if *v == 0 {
			*v = d
		}
		*v = max(*v, 0)
	}
	set(&c.WarmUps, Default.WarmUps)
	set(&c.Rounds, Default.Rounds)
	set(&c.Extra, c.Rounds)
	set(&c.Discard, Default.Discard)
	set(&c.Runs, Default.Runs)
	set(&c.Group, Default.Group)
	set(&c.Compilers, Default.Compilers)
	return c
}

// Progress says how far a campaign is.
type Progress struct {
	Units, Of int     // units measured, with parts of those of this group
	Doing     string  // "compiling", "waiting for the device", "round 3 of 7"
	Anchors   float64 // of this group's last round over the campaign's first; 0: not known
}

// Campaign measures units and anchors on one device, and can be taken up again
// where it stopped.
//
// Units go in groups. Those of a group are prepared first; then come rounds, in
// each of which every unit has its turn. What a machine does for a second or a
// minute so falls on all of them alike. Anchors are a few units that are measured
// again with every group: what they do shows drift, and links sessions.
type Campaign struct {
	Units   []Unit // distinct keys
	Anchors []Unit // may be none
	Journal *Journal
	Config  Config
	// Hold gets the device for timing and gives a function that lets it go; nil
	// where nobody else measures.
	Hold func(ctx context.Context) (release func(), err error)
	// Observe may be nil.
	Observe func(Progress)

	ahead map[string]Subject // prepared while waiting for the device
}

// ErrLimit says that Config.Limit stopped a campaign before its end.
var ErrLimit = errors.New("time limit reached")

// Run measures what the journal lacks. Every round is in the journal, on disk,
// before the next begins; so a process that is killed loses at most the round it
// was in, and no round is measured twice. When ctx ends, or an error or
// Config.Limit stops it, what there is stays in the journal as well.
func (c *Campaign) Run(ctx context.Context) error {
	config := c.Config.withDefaults()
	deadline := time.Now().Add(config.Limit)
	anchors, err := prepareAll(ctx, c.Anchors, nil, 1, func(int) {})
	if err != nil {
		return err
	}
	defer closeAll(anchors)
	c.ahead = map[string]Subject{}
	defer func() { closeAll(slices.Collect(maps.Values(c.ahead))) }()
	for {
		group := c.Journal.next(c.Units, c.Anchors, config)
		if group == nil {
			return nil
		}
		if config.Limit > 0 && time.Now().After(deadline) {
			return ErrLimit
		}
		if err := c.measure(ctx, group, anchors, config); err != nil {
			return err
		}
	}
}

// measure brings one group to its last round.
func (c *Campaign) measure(ctx context.Context, g *group, anchors []Subject, config Config) error {
	byKey := map[string]Unit{}
	for _, u := range c.Units {
		byKey[u.Key] = u
	}
	var units []Unit
	for _, key := range g.Units {
		units = append(units, byKey[key])
	}
	tell := func(part float64, doing string, anchors float64) {
		if c.Observe == nil {
			return
		}
		done := c.Journal.done()
		if !g.complete(config.Rounds, config.Extra) { // else it is counted
			done += int(part * float64(len(units)))
		}
		c.Observe(Progress{done, len(c.Units), doing, anchors})
	}
	subjects, err := prepareAll(ctx, units, c.ahead, config.Compilers, func(n int) {
		tell(0, fmt.Sprintf("preparing %d of %d", n, len(units)), 0)
	})
	if err != nil {
		return err
	}
	defer closeAll(subjects)
	if err := c.Journal.begin(g); err != nil {
		return err
	}
	if c.Hold != nil {
		tell(0, "waiting for the device", 0)
		release, err := c.hold(ctx, config)
		if err != nil {
			return err
		}
		defer release()
	}
	all := append(slices.Clone(anchors), subjects...)
	names := append(keys(c.Anchors), g.Units...)
	for i, s := range all {
		for range config.WarmUps {
			if _, err := timed(ctx, s, names[i]); err != nil {
				return err
			}
		}
	}
	for !g.complete(config.Rounds, config.Extra) {
		n := len(g.rounds)
		r, err := oneRound(ctx, all, names, config)
		if err != nil {
			return err
		}
		r.Group, r.Round = g.Group, n
		if err := c.Journal.append(g, r); err != nil {
			return err
		}
		tell(min(1, float64(n+1)/float64(config.Rounds)), fmt.Sprintf("round %d of %d", n+1, config.Rounds), c.Journal.anchorRatio(r))
	}
	return nil
}

// hold waits for the device and prepares units of the next group meanwhile.
func (c *Campaign) hold(ctx context.Context, config Config) (release func(), err error) {
	held := make(chan struct{})
	go func() {
		release, err = c.Hold(ctx)
		close(held)
	}()
	for _, u := range c.Units {
		select {
		case <-held:
			return release, err
		default:
		}
		if c.Journal.inOrder[u.Key] || c.ahead[u.Key] != nil || len(c.ahead) >= config.Group || ctx.Err() != nil {
			continue
		}
		s, failed := u.Prepare(ctx)
		if failed != nil {
			break // it fails again when its turn comes, and is reported then
		}
		c.ahead[u.Key] = s
	}
	<-held
	return release, err
}

// oneRound lets every subject have its turn.
func oneRound(ctx context.Context, subjects []Subject, names []string, config Config) (round, error) {
	r := round{At: time.Now().UTC().Truncate(time.Millisecond), Load: load()}
	start, wall, busy := time.Now(), time.Now().Round(0), busySeconds()
	for i, s := range subjects {
		for range config.Discard {
			if _, err := timed(ctx, s, names[i]); err != nil {
				return r, err
			}
		}
		runs := make([]float64, config.Runs)
		for j := range runs {
			ms, err := timed(ctx, s, names[i])
			if err != nil {
				return r, err
			}
			runs[j] = ms
		}
		slices.Sort(runs)
		r.MinMs = append(r.MinMs, precise(runs[0]))
		r.MedianMs = append(r.MedianMs, precise(metric.Median(runs)))
	}
	r.Others = -1
	if now := busySeconds(); busy >= 0 && now >= 0 {
		r.Others = max(0, math.Round((now-busy)/time.Since(start).Seconds()*100)/100)
	}
	// Times are of the monotonic clock; a jump of the other one only makes the
	// stored time of day wrong, and is stored beside it.
	if jump := time.Now().Round(0).Sub(wall) - time.Since(start); jump.Abs() > time.Second {
		r.ClockJumpS = math.Round(jump.Seconds())
	}
	return r, nil
}

func timed(ctx context.Context, s Subject, key string) (float64, error) {
	ms, err := s.Run(ctx)
	if err != nil {
		return 0, fmt.Errorf("measuring %s: %w", key, err)
	}
	if !(ms > 0) || math.IsInf(ms, 0) {
		return 0, fmt.Errorf("measuring %s: %v is no time in milliseconds", key, ms)
	}
	return ms, nil
}

// precise keeps the nanoseconds of milliseconds.
func precise(ms float64) float64 { return math.Round(ms*1e6) / 1e6 }

// prepareAll prepares units, taking those that are ready out of ahead.
func prepareAll(ctx context.Context, units []Unit, ahead map[string]Subject, atOnce int, observe func(done int)) ([]Subject, error) {
	subjects := make([]Subject, len(units))
	done := make(chan struct{}, len(units))
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		n := 0
		for range done {
			n++
			observe(n)
		}
	}()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(max(1, atOnce))
	for i, u := range units {
		if s := ahead[u.Key]; s != nil {
			subjects[i] = s
			delete(ahead, u.Key)
			done <- struct{}{}
			continue
		}
		group.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			s, err := u.Prepare(ctx)
			if err != nil {
				return fmt.Errorf("preparing %s: %w", u.Key, err)
			}
			subjects[i] = s
			done <- struct{}{}
			return nil
		})
	}
	err := group.Wait()
	close(done)
	<-finished
	if err != nil {
		closeAll(subjects)
		return nil, err
	}
	return subjects, nil
}

func closeAll(subjects []Subject) {
	for _, s := range subjects {
		if s != nil {
			s.Close()
		}
	}
}

func keys(units []Unit) []string {
	list := make([]string, len(units))
	for i, u := range units {
		list[i] = u.Key
	}
	return list
}
