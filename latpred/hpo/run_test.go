package hpo

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// school keeps the trials of a world while Run trains them; in a synctest bubble
// the seconds of an epoch pass in no time.
type school struct {
	t      *testing.T
	w      world
	fail   func(ctx context.Context, trial, to int) error // nil: never
	open   atomic.Int64
	inside atomic.Int64 // in Train
	most   atomic.Int64
	mu     sync.Mutex
	starts map[int]int
	spans  []string // trained, as "trial:from-to"
}

func newSchool(t *testing.T, w world) *school { return &school{t: t, w: w, starts: map[int]int{}} }

type pupil struct {
	*school
	trial, epoch int
	closed       bool
}

func (s *school) start(_ context.Context, trial int, c Config) (Trainable, error) {
	if c["x"] != float64(trial) {
		s.t.Errorf("trial %d has %s", trial, c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.starts[trial]++
	s.open.Add(1)
	return &pupil{school: s, trial: trial}, nil
}

func (p *pupil) Train(ctx context.Context, to int) (map[string]float64, error) {
	n := p.inside.Add(1)
	defer p.inside.Add(-1)
	for most := p.most.Load(); n > most && !p.most.CompareAndSwap(most, n); most = p.most.Load() {
	}
	if p.closed || to <= p.epoch {
		p.t.Errorf("trial %d, closed: %t, from %d to %d", p.trial, p.closed, p.epoch, to)
	}
	if p.fail != nil {
		if err := p.fail(ctx, p.trial, to); err != nil {
			return nil, err
		}
	}
	task := Task{Trial: p.trial, From: p.epoch, To: to}
	report := p.w.report(task)
	select {
	case <-ctx.Done():
		return nil, fmt.Errorf("broken off: %w", ctx.Err())
	case <-time.After(time.Duration(report.Seconds) * time.Second):
	}
	p.mu.Lock()
	p.spans = append(p.spans, fmt.Sprintf("%d:%d-%d", p.trial, p.epoch, to))
	p.mu.Unlock()
	p.epoch = to
	if report.Diverged {
		return report.Metrics, fmt.Errorf("the loss: %w", ErrDiverged)
	}
	return report.Metrics, nil
}

func (p *pupil) Close() {
	if p.closed {
		p.t.Errorf("trial %d is closed twice", p.trial)
	}
	p.closed = true
	p.open.Add(-1)
}

// untied makes epochs take odd numbers of seconds, so that no two tasks end at
// once.
func (w world) untied() world {
	rng := rand.New(rand.NewPCG(uint64(w.seconds[0]), 1))
	for i := range w.seconds {
		w.seconds[i] = 1e5*w.seconds[i] + float64(rng.IntN(1e5))
	}
	return w
}

// Run in simulated time does what the simulator does, task by task.
func TestRunAgainstSimulation(t *testing.T) {
	for _, workers := range []int{0, 1, 3, 8} {
		for seed := range uint64(3) {
			for name := range schedulers(20) {
				t.Run(fmt.Sprintf("%s/%d/%d", name, workers, seed), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						w := newWorld(seed, 20).untied()
						simulated := schedulers(20)[name]
						_, reports := w.simulate(t, simulated, max(workers, 1), func([]Task) {})
						school := newSchool(t, w)
						var events []Event
						status, err := Run(t.Context(), schedulers(20)[name], school.start, Options{
							Workers: workers, Observe: func(e Event) {
								events = append(events, e)
								going := 0
								for _, trial := range e.Status {
									if trial.State == Running || trial.State == Paused {
										going++
									}
								}
								if open := school.open.Load(); open != int64(going) {
									t.Errorf("%d are open, where %d trials may go on", open, going)
								}
							},
						})
						if err != nil || !equal(status, simulated.Status()) {
							t.Fatalf("error %v, or not the end of the simulation", err)
						}
						if n := school.most.Load(); school.open.Load() != 0 || n > int64(max(workers, 1)) || workers == 3 && n != 3 {
							t.Errorf("%d left open, up to %d at a time", school.open.Load(), n)
						}
						for i, e := range events {
							if r := reports[i]; e.Resumed || e.Report.Trial != r.Trial || e.Report.Epoch != r.Epoch || e.Report.Seconds != r.Seconds {
								t.Errorf("event %d: %+v, simulated %+v", i, e.Report, r)
							}
							if i > 0 && e.Elapsed < events[i-1].Elapsed {
								t.Errorf("time goes back at event %d", i)
							}
						}
						if len(events) != len(reports) || !equal(events[len(events)-1].Status, status) {
							t.Errorf("%d events, %d reports", len(events), len(reports))
						}
					})
				})
			}
		}
	}
}

// With goroutines as they come: for the race detector.
func TestRunForReal(t *testing.T) {
	for name, s := range schedulers(30) {
		w := newWorld(5, 30)
		clear(w.seconds)
		school := newSchool(t, w)
		inObserve := false // unguarded: the race detector would see a second goroutine
		status, err := Run(t.Context(), s, school.start, Options{
			Workers: 8, Journal: filepath.Join(t.TempDir(), "j"),
			Observe: func(Event) { inObserve = !inObserve },
		})
		if err != nil || !s.Done() || len(status) != 30 || school.open.Load() != 0 {
			t.Errorf("%s: %v, done %t, %d left open", name, err, s.Done(), school.open.Load())
		}
		for trial, n := range school.starts {
			if n != 1 {
				t.Errorf("%s: trial %d was started %d times", name, trial, n)
			}
		}
	}
}

func TestCancelKeepsReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		s := schedulers(20)["stopping"]
		school := newSchool(t, newWorld(1, 20))
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		status, err := Run(ctx, s, school.start, Options{Workers: 4, Journal: path, Observe: func(Event) {
			if n++; n == 12 {
				cancel()
			}
		}})
		if err != context.Canceled || s.Done() || !equal(status, s.Status()) || school.open.Load() != 0 {
			t.Errorf("error %v, done %t, %d left open", err, s.Done(), school.open.Load())
		}
		content, _ := os.ReadFile(path)
		if lines := strings.Count(string(content), "\n"); n < 12 || lines != n+1 {
			t.Errorf("%d lines in the journal after %d reports", lines, n)
		}
		old := 0
		if _, err := Run(t.Context(), schedulers(20)["stopping"], newSchool(t, newWorld(1, 20)).start, Options{
			Workers: 2, Journal: path, Observe: func(e Event) {
				if e.Resumed {
					old++
				}
			},
		}); err != nil || old != n {
			t.Errorf("going on: %v, with %d of %d reports", err, old, n)
		}
	})
}

// A ctx that has ended starts nothing; a search that is over is no victim of it.
func TestRunAfterCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	school := newSchool(t, newWorld(1, 3))
	if _, err := Run(ctx, schedulers(3)["FIFO"], school.start, Options{}); err != context.Canceled || len(school.starts) > 0 {
		t.Errorf("error %v, started %v", err, school.starts)
	}
	if _, err := Run(ctx, FIFO(nil, 1), school.start, Options{}); err != nil {
		t.Error(err)
	}
}

func TestRunFails(t *testing.T) {
	broken := errors.New("out of memory")
	for _, c := range []struct {
		name string
		fail func(ctx context.Context, trial, to int) error
		want string
	}{
		{"Train", func(ctx context.Context, trial, to int) error {
			if trial == 3 {
				return broken
			}
			return nil
		}, "trial 3 (x=3): out of memory"},
		{"canceled on its own", func(ctx context.Context, trial, to int) error {
			if trial == 2 {
				return context.Canceled
			}
			return nil
		}, "trial 2 (x=2): context canceled"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				school := newSchool(t, newWorld(1, 9))
				school.fail = c.fail
				status, err := Run(t.Context(), FIFO(points(9), 20), school.start, Options{Workers: 4})
				if err == nil || err.Error() != c.want || school.open.Load() != 0 {
					t.Errorf("error %v, want %s; %d left open", err, c.want, school.open.Load())
				}
				for _, trial := range status {
					if trial.State == Completed {
						t.Errorf("trial %d was not broken off", trial.Trial)
					}
				}
			})
		})
	}
	t.Run("start", func(t *testing.T) {
		_, err := Run(t.Context(), FIFO(points(2), 2), func(context.Context, int, Config) (Trainable, error) { return nil, broken }, Options{})
		if !errors.Is(err, broken) || err.Error() != "trial 0 (x=0): out of memory" {
			t.Errorf("error %v", err)
		}
	})
	t.Run("metric", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		s := must(Stopping(points(2), Rungs{1, 2, 4}, Watch{Metric: "loss"}))
		w := newWorld(1, 2)
		clear(w.seconds)
		_, err := Run(t.Context(), s, newSchool(t, w).start, Options{Journal: path})
		if want := `trial 0 (x=0): the report of trial 0 at epoch 1 lacks the metric "loss": it has error`; err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
		if content, _ := os.ReadFile(path); strings.Count(string(content), "\n") != 1 {
			t.Error("a report that was refused is in the journal")
		}
	})
}

// What diverges on the way is recorded, with the metrics that come along.
func TestRunDiverges(t *testing.T) {
	w := newWorld(1, 2)
	clear(w.seconds)
	w.errors[0][1] = math.NaN()
	status, err := Run(t.Context(), must(Stopping(points(2), Rungs{1, 2, 4}, Watch{Metric: "error"})), newSchool(t, w).start, Options{})
	if err != nil || status[0].State != Diverged || !math.IsNaN(status[0].Last["error"]) || status[1].State != Completed {
		t.Errorf("%v, %+v", err, status)
	}
}

type lazy struct{ Scheduler }

func (lazy) Next() (Task, bool) { return Task{}, false }

func TestRunPanics(t *testing.T) {
	used := FIFO(points(2), 2)
	used.Next()
	for name, f := range map[string]func(){
		"workers": func() { _, _ = Run(t.Context(), FIFO(points(1), 1), nil, Options{Workers: -1}) },
		"used":    func() { _, _ = Run(t.Context(), used, nil, Options{}) },
		"lazy":    func() { _, _ = Run(t.Context(), lazy{FIFO(points(1), 1)}, nil, Options{}) },
	} {
		t.Run(name, func(t *testing.T) { panics(t, f) })
	}
}
