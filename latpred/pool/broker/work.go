package broker

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
)

// Worker lets a device measure for a pool.
type Worker struct {
	Device     string // its name in the pool
	Instrument pool.Instrument
	Dir        string        // for the journals of groups, which outlive the worker
	Beat       time.Duration // between reports; 0: 5 seconds
	Once       bool          // end when a campaign ends
	Observe    func(Event)   // told what the worker does; nil: nobody. Calls are never concurrent
}

// Event is something that a worker does, for people.
type Event struct {
	Device string
	Text   string            // "joined", "group 7: measured"
	Group  int               // with Progress
	Step   *measure.Progress // nil: it is another event
}

// FencedError reports that another worker has taken the device.
type FencedError struct{ Device, Worker string }

// Error says who and what to do.
func (e *FencedError) Error() string {
	return fmt.Sprintf("another worker (%s) has taken the device %s: end one of the two", e.Worker, e.Device)
}

// Work measures what the pool's coordinator orders, until ctx ends, which is no error. It
// errs with a *FencedError if another worker takes the device.
func (p *Pool) Work(ctx context.Context, w Worker) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	h := &hand{Worker: w, pool: p, keep: pool.Shelf(w.Dir),
		orders: make(chan pool.Order), steps: make(chan measure.Progress), ended: make(chan ending),
		sent: make(chan pool.Result), states: make(chan string), turn: make(chan struct{}, 1)}
	facts, err := h.facts(ctx)
	if err != nil {
		return err
	}
	h.agent, h.unready = pool.NewAgent(facts, rand.Text()), w.Instrument.Unready(ctx)
	go h.watch(ctx)
	go h.look(ctx)
	err = h.run(ctx)
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = nil
	}
	return err
}

// hand is a worker at work.
type hand struct {
	Worker
	pool  *Pool
	keep  pool.Shelf
	agent *pool.Agent

	orders chan pool.Order
	steps  chan measure.Progress
	ended  chan ending
	sent   chan pool.Result
	states chan string   // why the device can't measure
	turn   chan struct{} // held by who measures

	unready string
	stop    func()         // ends the measuring; nil: there was none
	group   int            // that is measured
	busy    atomic.Bool    // something is measured
	working sync.WaitGroup // measuring
	sending int            // results that have not arrived
	looked  bool           // for leftovers
}

// ending is how the measuring of a task ended.
type ending struct {
	task    *pool.Task
	journal []byte
	err     error
}

func (h *hand) tell(format string, args ...any) {
	if h.Observe != nil {
		h.Observe(Event{Device: h.Device, Text: fmt.Sprintf(format, args...)})
	}
}

// facts asks the device until it answers.
func (h *hand) facts(ctx context.Context) (f pool.Facts, err error) {
	for said := ""; ; {
		f, err = h.Instrument.Facts(ctx)
		f.Device = h.Device
		if err == nil || ctx.Err() != nil {
			return f, err
		}
		if err.Error() != said {
			said = err.Error()
			h.tell("waiting: %v", err)
		}
		if err := sleep(ctx, h.beat()); err != nil {
			return f, err
		}
	}
}

func (h *hand) beat() time.Duration { return cmp.Or(h.Beat, 5*time.Second) }

// run takes one thing after the other.
func (h *hand) run(ctx context.Context) error {
	defer h.leave()
	beat := time.NewTicker(h.beat())
	defer beat.Stop()
	h.report(false)
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-beat.C:
			h.report(false)
		case s := <-h.states:
			if h.unready != s {
				h.unready = s
				h.tell("%s", cmp.Or(s, "ready"))
				h.report(false)
			}
		case o := <-h.orders:
			if err := h.obey(ctx, o); err != nil {
				return err
			}
		case step := <-h.steps:
			h.agent.Progress(step.Doing, step.Anchors)
			if h.Observe != nil {
				h.Observe(Event{Device: h.Device, Group: h.group, Step: &step})
			}
		case e := <-h.ended:
			h.end(ctx, e)
		case r := <-h.sent:
			h.sending--
			h.agent.Delivered(r)
			h.keep.Sent(r.Doing.Campaign, r.Doing.Group)
			h.report(false)
		}
		if h.Once && h.agent.Order().Over && h.sending == 0 {
			return nil
		}
	}
}

// report says what the worker does. It may be lost.
func (h *hand) report(leaving bool) {
	r := h.agent.Report(h.unready)
	r.Leaving = leaving
	if text, err := json.Marshal(r); err == nil {
		_ = h.pool.nc.Publish(h.pool.subject("report"), text)
	}
}

// obey does what an order says.
func (h *hand) obey(ctx context.Context, o pool.Order) error {
	refused := h.agent.Order().Refused
	do := h.agent.Obey(o)
	if do.Stop && h.stop != nil {
		h.stop()
		h.tell("stopped: the group is not wanted any more")
	}
	if do.Fenced {
		return &FencedError{h.Device, o.Worker}
	}
	if do.Joined {
		h.tell("joined the pool")
		h.report(false)
	}
	if now := h.agent.Order().Refused; now != refused && now != "" {
		h.tell("gets nothing: %s", now)
	}
	if do.Start != nil {
		h.leftovers(ctx, do.Start)
		h.start(ctx, do.Start)
	}
	return nil
}

// start measures a task, when one that is being stopped has ended.
func (h *hand) start(ctx context.Context, t *pool.Task) {
	h.tell("group %d: %d networks, attempt %d", t.Group, len(t.Units), t.Attempt)
	measuring, stop := context.WithCancel(ctx)
	h.stop, h.group = stop, t.Group
	h.working.Go(func() {
		defer stop()
		e := ending{task: t}
		select {
		case h.turn <- struct{}{}:
			h.busy.Store(true)
			e.journal, e.err = h.keep.Measure(measuring, h.Instrument, t, func(s measure.Progress) {
				select {
				case h.steps <- s:
				case <-measuring.Done():
				}
			})
			h.busy.Store(false)
			<-h.turn
		case <-measuring.Done():
			e.err = measuring.Err()
		}
		select {
		case h.ended <- e:
		case <-ctx.Done():
		}
	})
}

// end delivers what became of a task, unless it was taken away.
func (h *hand) end(ctx context.Context, e ending) {
	failure := ""
	if e.err != nil {
		failure = e.err.Error()
	}
	r, wanted := h.agent.End(e.task, e.journal, failure)
	switch {
	case !wanted:
		return
	case failure != "":
		h.tell("group %d failed: %s", e.task.Group, failure)
	default:
		h.tell("group %d: measured", e.task.Group)
	}
	h.deliver(ctx, r)
}

// leave stops the measuring, gives it a moment to close its journal, and says goodbye.
func (h *hand) leave() {
	if h.stop != nil {
		h.stop()
	}
	gone := make(chan struct{})
	go func() { h.working.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(3 * time.Second): // a call that does not end because it is asked to
	}
	h.report(true)
	_ = h.pool.nc.FlushTimeout(time.Second)
}
