package measure

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

type constant float64

func (c constant) Run(context.Context) (float64, error) { return float64(c), nil }
func (constant) Close()                                 {}

// full is a file on a full disk.
type full struct{ appender }

func (full) Append(...any) error { return syscall.ENOSPC }

// The disk is full from some write on; when there is room again the campaign goes
// on and nothing is missing.
func TestFullDiskFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	units := []Unit{}
	for _, key := range []string{"a", "b", "c"} {
		units = append(units, Unit{key, func(context.Context) (Subject, error) { return constant(2), nil }})
	}
	config := Config{WarmUps: -1, Discard: -1, Rounds: 2, Extra: -1, Runs: 1, Group: 2}
	j, err := OpenJournal(path, Header{Rounds: 2, Runs: 1})
	if err != nil {
		t.Fatal(err)
	}
	c := Campaign{Units: units, Journal: j, Config: config}
	c.Observe = func(p Progress) {
		if p.Doing == "round 1 of 2" && len(j.groups) == 2 {
			j.file = full{j.file}
		}
	}
	if err := c.Run(t.Context()); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("a full disk: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if j, err = OpenJournal(path, Header{Rounds: 2, Runs: 1}); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	if n := len(j.Results()); n != 2 {
		t.Errorf("%d results before the disk was full, want 2", n)
	}
	c = Campaign{Units: units, Journal: j, Config: config}
	if err := c.Run(t.Context()); err != nil || len(j.Results()) != 3 {
		t.Errorf("going on: %v, %d results", err, len(j.Results()))
	}
	if _, err := OpenJournal("/dev/full", Header{}); err == nil {
		t.Error("a device was opened as a journal")
	}
}

// tick is a subject whose every run takes 2 ms, and moves the wall clock.
type tick struct{ move func() }

func (s tick) Run(context.Context) (float64, error) { s.move(); return 2, nil }
func (tick) Close()                                 {}

// The time of day jumps back and forth by hours while a campaign runs: times stay what they
// are, the rounds are marked, also when they are read again, and no round is lost.
func TestClockJumps(t *testing.T) {
	defer func(old func() time.Time) { timeOfDay = old }(timeOfDay)
	var shift time.Duration
	timeOfDay = func() time.Time { return time.Now().Round(0).Add(shift) }
	runs := 0
	unit := Unit{"a", func(context.Context) (Subject, error) {
		return tick{func() {
			switch runs++; runs {
			case 2:
				shift = -3 * time.Hour
			case 4:
				shift = 2 * time.Hour
			}
		}}, nil
	}}
	path := filepath.Join(t.TempDir(), "j")
	header := Header{Rounds: 3, Runs: 2}
	j, err := OpenJournal(path, header)
	if err != nil {
		t.Fatal(err)
	}
	c := Campaign{Units: []Unit{unit}, Journal: j, Config: Config{WarmUps: -1, Discard: -1, Rounds: 3, Extra: -1, Runs: 2, Limit: time.Hour}}
	if err := errors.Join(c.Run(t.Context()), j.Close()); err != nil {
		t.Fatal(err)
	}
	if j, err = OpenJournal(path, header); err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	results := j.Results()
	if len(results) != 1 || results[0].LatencyMs != 2 || j.Noise().ClockJumps != 2 {
		t.Errorf("%+v, %d jumps; want one result of 2 ms, two jumps", results, j.Noise().ClockJumps)
	}
	if got := []float64{j.groups[0].rounds[0].ClockJumpS, j.groups[0].rounds[1].ClockJumpS, j.groups[0].rounds[2].ClockJumpS}; got[0] != -3*3600 || got[1] != 5*3600 || got[2] != 0 {
		t.Errorf("jumps of %v s", got)
	}
}

// Rounds that others disturb are taken again, up to a bound, and labels are made of
// the quietest, whatever these say.
func TestQuietestRounds(t *testing.T) {
	g := &group{Units: []string{"a"}}
	for i, others := range []float64{QuietOthers, .9, .3, 0, .8} {
		g.rounds = append(g.rounds, round{Others: others, MinMs: []float64{float64(10 + i)}, MedianMs: []float64{20}})
		if got, want := g.complete(3, 3), false; got != want {
			t.Errorf("after %d rounds: complete is %v", i+1, got)
		}
	}
	if !g.complete(2, 3) || !g.complete(3, 2) {
		t.Error("two quiet rounds of two, and five rounds of five, are not complete")
	}
	r := g.result("a", 0, Header{Rounds: 3, Runs: 5})
	if r.LatencyMs != 12 || r.Runs != 15 { // of rounds 0, 2 and 3: 10, 12 and 13
		t.Errorf("%+v, want the median of 10, 12 and 13 over 15 runs", r)
	}
}

// While it waits for the device a campaign prepares the next group, once.
func TestPreparesAheadWhileWaiting(t *testing.T) {
	var mu sync.Mutex // of prepared: units are prepared while the device is waited for
	prepared := map[string]int{}
	prepare := func(key string) (Subject, error) {
		mu.Lock()
		defer mu.Unlock()
		prepared[key]++
		return constant(2), nil
	}
	var units []Unit
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		units = append(units, Unit{key, func(context.Context) (Subject, error) { return prepare(key) }})
	}
	j, err := OpenJournal(filepath.Join(t.TempDir(), "j"), Header{Rounds: 2, Runs: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var held []int // units prepared when the device came free
	c := Campaign{Units: units, Journal: j, Config: Config{WarmUps: -1, Discard: -1, Rounds: 2, Extra: -1, Runs: 1, Group: 2, Compilers: 1}}
	enough := make(chan struct{})
	c.Units[3].Prepare = func(context.Context) (Subject, error) { defer close(enough); return prepare("d") }
	c.Hold = func(context.Context) (func(), error) {
		if len(held) == 0 {
			<-enough // that d is prepared, of the second group
		}
		mu.Lock()
		defer mu.Unlock()
		held = append(held, len(prepared))
		return func() {}, nil
	}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	for key, n := range prepared {
		if n != 1 {
			t.Errorf("%s was prepared %d times", key, n)
		}
	}
	if len(j.Results()) != 5 || held[0] != 4 {
		t.Errorf("%d results; units prepared at each hold: %v", len(j.Results()), held)
	}
}
