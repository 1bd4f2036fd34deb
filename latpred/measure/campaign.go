package measure

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/metric"
)

// Subject is a compiled network or layer, or a program, that can be run and timed.
type Subject interface {
	// Run runs it once and returns the time in milliseconds. A program that times
	// itself may report several runs; then it is the fastest of them.
	Run(ctx context.Context) (ms float64, err error)
	// Close frees the subject's resources.
	Close()
}

// Unit is one thing to measure, a network or a layer.
type Unit struct {
	Key     string                                     // its name in the journal
	Prepare func(ctx context.Context) (Subject, error) // compiles it; called concurrently for different units
}

// Config is the protocol of a campaign. A zero field takes its value from Default;
// a zero Extra and a zero Limit have meanings of their own. Negative numbers, but for the
// -1 of WarmUps, Extra and Discard, are not valid.
type Config struct {
	WarmUps   int           // untimed runs of each unit before its first round; -1: none
	Rounds    int           // passes over the units of a group that labels are computed from
	Extra     int           // additional rounds at most, while fewer than Rounds were quiet; 0: as many as Rounds, -1: none
	Discard   int           // untimed runs of each unit at the start of its turn; -1: none
	Runs      int           // timed runs of each unit in a round
	Group     int           // units that are compiled together and measured in turn
	Compilers int           // units compiled concurrently
	Patience  time.Duration // time after which a group is as large as what is prepared of it
	Limit     time.Duration // time after which no further group is begun, and for which groups are made small enough; 0: no limit
}

// Default is a protocol that keeps the noise of labels on a quiet machine under one
// percent.
var Default = Config{WarmUps: 5, Rounds: 7, Extra: 7, Discard: 1, Runs: 5, Group: 24, Compilers: max(2, min(16, runtime.NumCPU()-2)), Patience: time.Minute}

// validate errs if a field is negative that must not be.
func (c Config) validate() error {
	for _, f := range []struct {
		name         string
		value, least int
	}{
		{"warm-up runs", c.WarmUps, -1}, {"rounds", c.Rounds, 0}, {"extra rounds", c.Extra, -1}, {"discarded runs", c.Discard, -1},
		{"runs", c.Runs, 0}, {"units in a group", c.Group, 0}, {"compilers", c.Compilers, 0},
	} {
		if f.value < f.least {
			return fmt.Errorf("measure: %d %s: want %d at least", f.value, f.name, f.least)
		}
	}
	if c.Limit < 0 || c.Patience < 0 {
		return fmt.Errorf("measure: a time limit of %v, a patience of %v", c.Limit, c.Patience)
	}
	return nil
}

// withDefaults fills in the zero fields, and makes 0 of the -1 that stands for none.
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
	c.Patience = cmp.Or(c.Patience, Default.Patience)
	return c
}

// Progress reports how far a campaign has got.
type Progress struct {
	Units, Of int     // units measured, of all; the current group counts in proportion to its rounds done
	Doing     string  // "preparing 3 of 24", Waiting or "round 3 of 7"
	Anchors   float64 // mean ratio of the anchors' times in the last round to those in the campaign's first round; 0: not known
}

// Waiting is Progress.Doing while somebody else has the device.
const Waiting = "waiting for the device"

// Campaign measures units and anchors on one device, and can be resumed after an
// interruption.
//
// Units are measured in groups. All units of a group are prepared first; then come the
// rounds, in each of which every unit has its turn, so that a disturbance of a second
// or a minute affects all of them alike. Anchors are a few units that are measured
// again with every group: they show drift and link sessions. They are prepared with the
// first group. A group ends early where preparing is slow (Config.Patience), and under
// Config.Limit groups begin small and grow only as far as the time left allows, so that
// something is measured and kept early.
type Campaign struct {
	Units   []Unit   // to be measured; keys must be distinct
	Anchors []Unit   // measured with every group; may be empty
	Journal *Journal // open, from OpenJournal
	Config  Config
	// Hold acquires the device for timing and returns the function that releases it;
	// nil: the device need not be acquired.
	Hold func(ctx context.Context) (release func(), err error)
	// Observe is called after each step; nil: nobody observes. Calls may come from
	// different goroutines, but never concurrently.
	Observe func(Progress)
	// Enough, when it is closed, asks for an end with the group in hand: one that has not
	// begun its rounds is left. nil: nobody asks.
	Enough <-chan struct{}

	ahead map[string]Subject // prepared while waiting for the device
}

// ErrLimit reports that Config.Limit stopped a campaign before its end.
var ErrLimit = errors.New("time limit reached")

// ErrEnough reports that Campaign.Enough stopped a campaign before its end.
var ErrEnough = errors.New("asked to end with a group")

// Run measures the units that the journal lacks. Every round is in the journal, on
// disk, before the next begins, so a process that is killed loses at most its current
// round, and no round is measured twice. Rounds that are complete also stay in the
// journal when ctx ends, an error stops the campaign, or Config.Limit or Enough does, which is
// ErrLimit or ErrEnough. Units that have failed twice, see Journal.LeftOut, are not measured. Run errs
// at once if Config is not valid, or if Journal was only read.
func (c *Campaign) Run(ctx context.Context) error {
	if err := c.Config.validate(); err != nil {
		return err
	}
	if c.Journal.file == nil {
		return fmt.Errorf("measure: the journal %s is not open for measuring", c.Journal.path)
	}
	p := pace{config: c.Config.withDefaults(), anchors: len(c.Anchors), began: time.Now()}
	var anchors []Subject
	defer func() { closeAll(anchors) }()
	c.ahead = map[string]Subject{}
	defer func() { closeAll(slices.Collect(maps.Values(c.ahead))) }()
	for {
		group := c.Journal.next(c.Units, c.Anchors, p.next())
		if group == nil {
			return nil
		}
		if p.over() {
			return ErrLimit
		}
		if c.enough() {
			return ErrEnough
		}
		var err error
		if anchors, err = c.measure(ctx, group, anchors, &p); err != nil {
			return err
		}
	}
}

// measure prepares one group, and the anchors if they are not yet, and takes the group's
// rounds that are missing. It returns the anchors.
func (c *Campaign) measure(ctx context.Context, g *group, anchors []Subject, p *pace) ([]Subject, error) {
	config := p.config
	tell := func(part float64, doing string, ratio float64) {
		if c.Observe == nil {
			return
		}
		done := c.Journal.Done()
		if !g.complete(config.Rounds, config.Extra) { // else it is counted
			done += int(part * float64(len(g.Units)))
		}
		c.Observe(Progress{done, len(c.Units), doing, ratio})
	}
	p.prepares()
	before := len(anchors)
	early, cancel := c.untilEnough(ctx)
	defer cancel()
	anchors, subjects, err := c.prepare(early, g, anchors, p, func(n, of int) { tell(0, fmt.Sprintf("preparing %d of %d", n, of), 0) })
	if err != nil {
		return anchors, c.reason(ctx, err)
	}
	defer closeAll(subjects)
	p.prepared(len(subjects) + len(anchors) - before)
	if err := c.Journal.begin(g); err != nil {
		return anchors, err
	}
	if c.Hold != nil {
		tell(0, Waiting, 0)
		release, err := c.hold(early, config)
		if err != nil {
			return anchors, c.reason(ctx, err)
		}
		defer release()
		p.mark = time.Now() // waiting is no work
	}
	if c.enough() {
		return anchors, ErrEnough
	}
	all := append(slices.Clone(anchors), subjects...)
	names := append(keys(c.Anchors), g.Units...)
	if err := warmUp(ctx, all, names, config.WarmUps); err != nil {
		return anchors, err
	}
	for !g.complete(config.Rounds, config.Extra) {
		n := len(g.rounds)
		r, err := oneRound(ctx, all, names, config)
		if err != nil {
			return anchors, err
		}
		r.Group, r.Round = g.Group, n
		if err := c.Journal.append(g, r); err != nil {
			return anchors, err
		}
		tell(min(1, float64(n+1)/float64(config.Rounds)), fmt.Sprintf("round %d of %d", n+1, config.Rounds), c.Journal.anchorRatio(r))
	}
	p.measured(len(subjects))
	return anchors, nil
}

func warmUp(ctx context.Context, all []Subject, names []string, runs int) error {
	for i, s := range all {
		for range runs {
			if _, err := timed(ctx, s, names[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// hold waits for the device, and meanwhile prepares units of the next group into
// c.ahead. Preparing ends as soon as the device is there: what waits to share it would wait
// for this process itself.
func (c *Campaign) hold(ctx context.Context, config Config) (release func(), err error) {
	held := make(chan struct{})
	meanwhile, cancel := context.WithCancel(ctx)
	go func() {
		release, err = c.Hold(ctx)
		cancel()
		close(held)
	}()
	for _, u := range c.Units {
		select {
		case <-held:
			return release, err
		default:
		}
		if c.Journal.begun(u.Key) || c.Journal.failed(u.Key) > 0 || c.ahead[u.Key] != nil || len(c.ahead) >= config.Group || ctx.Err() != nil {
			continue
		}
		s, failed := u.Prepare(meanwhile)
		if failed != nil {
			break // it was too late, or fails again when its turn comes and is reported then
		}
		c.ahead[u.Key] = s
	}
	<-held
	return release, err
}

// oneRound times every subject in turn. Round.Group and Round.Round are left to the
// caller.
func oneRound(ctx context.Context, subjects []Subject, names []string, config Config) (round, error) {
	r := round{At: time.Now().UTC().Truncate(time.Millisecond), Load: load()}
	start, wall, busy := time.Now(), timeOfDay(), busySeconds()
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
	r.Others = othersBusy(busy, busySeconds(), time.Since(start))
	// Latencies are taken with the monotonic clock. A jump of the wall clock only makes
	// the stored time of day wrong, so the jump is stored beside it.
	if jump := timeOfDay().Sub(wall) - time.Since(start); jump.Abs() > time.Second {
		r.ClockJumpS = math.Round(jump.Seconds())
	}
	return r, nil
}

// timeOfDay is what the wall clock shows, without the monotonic clock; a test sets it.
var timeOfDay = func() time.Time { return time.Now().Round(0) }

// othersBusy is the mean number of cores that others kept busy, in hundredths, from two
// readings of busySeconds and the time between them; -1 if one of them is not known or no
// time has passed.
func othersBusy(before, after float64, took time.Duration) float64 {
	if before < 0 || after < 0 || took <= 0 {
		return -1
	}
	return max(0, math.Round((after-before)/took.Seconds()*100)/100)
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

// precise rounds milliseconds to nanoseconds.
func precise(ms float64) float64 { return math.Round(ms*1e6) / 1e6 }

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
