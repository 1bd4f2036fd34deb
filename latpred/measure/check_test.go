package measure

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
)

// scripted takes, in round n of six runs (the first of them is discarded), the n-th of its
// times, and what is discarded a thousandth of it.
type scripted struct {
	rounds []float64
	runs   int
}

func (s *scripted) Run(context.Context) (float64, error) {
	ms := s.rounds[s.runs/6]
	if s.runs%6 == 0 {
		ms /= 1000
	}
	s.runs++
	return ms, nil
}

func (*scripted) Close() {}

// By hand: the first round does not count; of 10, 10.5 and 11 the standard deviation is .5
// and the mean 10.5, which is not quiet; of 20, 20.2 and 20.1 they are .1 and 20.1, which is.
func TestCheckByHand(t *testing.T) {
	unit := func(key string, rounds ...float64) Unit {
		return Unit{key, func(context.Context) (Subject, error) { return &scripted{rounds: rounds}, nil }}
	}
	noisy, quiet := unit("noisy", 99, 10, 10.5, 11), unit("quiet", 1, 20, 20.2, 20.1)
	for name, c := range map[string]struct {
		units []Unit
		cvs   map[string]float64
		ok    bool
	}{
		"both":  {[]Unit{noisy, quiet}, map[string]float64{"noisy": .5 / 10.5, "quiet": .1 / 20.1}, false},
		"quiet": {[]Unit{quiet}, map[string]float64{"quiet": .1 / 20.1}, true},
	} {
		held, released := 0, 0
		q, err := Check(t.Context(), c.units, 3, func(context.Context) (func(), error) { held++; return func() { released++ }, nil })
		if err != nil || len(q.CVs) != len(c.cvs) || q.OK != c.ok || held != 1 || released != 1 {
			t.Fatalf("%s: %+v, %v", name, q, err)
		}
		worst := 0.
		for key, want := range c.cvs {
			worst = max(worst, want)
			if math.Abs(q.CVs[key]-want) > 1e-12 {
				t.Errorf("%s: %v, want %v", key, q.CVs[key], want)
			}
		}
		if math.Abs(q.CV-worst) > 1e-12 || !c.ok && len(q.Advice) == 0 {
			t.Errorf("%s: %v, want %v; advice %q", name, q.CV, worst, q.Advice)
		}
	}
	if _, err := Check(t.Context(), []Unit{noisy}, 3, func(context.Context) (func(), error) { return nil, fmt.Errorf("taken") }); err == nil || err.Error() != "taken" {
		t.Errorf("a device that can't be had: %v", err)
	}
}

// By hand: three seconds of processor time in two seconds are one and a half cores; time
// that goes back, as the accounts of a process that ended do, is none.
func TestOthersBusy(t *testing.T) {
	for _, c := range []struct {
		before, after float64
		took          time.Duration
		want          float64
	}{
		{10, 13, 2 * time.Second, 1.5}, {0, 0.0333, time.Second, 0.03}, {10, 9, time.Second, 0}, {0, 0, time.Second, 0},
		{-1, 5, time.Second, -1}, {5, -1, time.Second, -1},
	} {
		if got := othersBusy(c.before, c.after, c.took); got != c.want {
			t.Errorf("from %v to %v in %v: %v, want %v", c.before, c.after, c.took, got, c.want)
		}
	}
}

// Each reason that is known has its sentence; noise without one has a sentence of its own.
func TestAdvice(t *testing.T) {
	const noise, others, jump = "rounds differ by 5.0 %", "kept 1.5 of", "jumped in 2 rounds"
	for _, c := range []struct {
		quiet Quiet
		jumps int
		want  []string
	}{
		{Quiet{CV: .05, Others: 1.5}, 0, []string{others}},
		{Quiet{CV: .001, Others: 0, OK: true}, 2, []string{jump}},
		{Quiet{CV: .05, Others: 1.5}, 2, []string{others, jump}},
		{Quiet{CV: .05, Others: QuietOthers}, 0, []string{noise}},
		{Quiet{CV: .001, Others: -1, OK: true}, 0, nil},
	} {
		c.quiet.advise(c.jumps)
		var got []string
		for _, a := range c.quiet.Advice {
			if !strings.Contains(a, "governor") { // that depends on the machine
				got = append(got, a)
			}
		}
		if governed := len(got) < len(c.quiet.Advice); governed && len(c.want) == 1 && c.want[0] == noise {
			continue // the governor is the reason
		}
		if len(got) != len(c.want) {
			t.Errorf("%+v: %q, want %q", c, got, c.want)
			continue
		}
		for i := range got {
			if !strings.Contains(got[i], c.want[i]) {
				t.Errorf("%q, want …%s…", got[i], c.want[i])
			}
		}
	}
}
