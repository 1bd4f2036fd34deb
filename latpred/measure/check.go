package measure

import (
	"context"
	"fmt"
	"runtime"

	"gonum.org/v1/gonum/stat"
)

// Quiet is the result of Check.
type Quiet struct {
	Units  []string           `json:"-"`                // keys of the measured units, in order
	CVs    map[string]float64 `json:"cv"`               // by key: coefficient of variation of the rounds' fastest runs, a fraction
	CV     float64            `json:"cv_max"`           // the largest of CVs
	Load   float64            `json:"load"`             // load average over the minute before; -1: not known
	Others float64            `json:"others"`           // mean number of cores that other processes kept busy; -1: not known
	OK     bool               `json:"ok"`               // CV is at most QuietCV
	Advice []string           `json:"advice,omitempty"` // sentences for the user; empty: none
}

// QuietCV is the largest coefficient of variation between the rounds of a machine that
// Check calls quiet.
const QuietCV = 0.02

// Check measures units in rounds, at least 2, after one round that does not count, with
// the other values of Default. It tells whether the machine is quiet enough, and what
// to do if it is not. hold is as in Campaign; it may be nil. Check errs with fewer rounds,
// of which there is no coefficient of variation.
func Check(ctx context.Context, units []Unit, rounds int, hold func(context.Context) (func(), error)) (Quiet, error) {
	if rounds < 2 {
		return Quiet{}, fmt.Errorf("measure: a check of %d rounds: want 2 at least", rounds)
	}
	q := Quiet{Units: keys(units), CVs: map[string]float64{}, Load: load()}
	config := Config{}.withDefaults()
	subjects, err := prepareAll(ctx, units, nil, config.Compilers, 0, 0, func(int) {})
	if err != nil {
		return q, err
	}
	defer closeAll(subjects)
	if hold != nil {
		release, err := hold(ctx)
		if err != nil {
			return q, err
		}
		defer release()
	}
	mins, jumps := make([][]float64, len(units)), 0
	for n := range rounds + 1 {
		r, err := oneRound(ctx, subjects, keys(units), config)
		if err != nil {
			return q, err
		}
		if r.ClockJumpS != 0 {
			jumps++
		}
		if n == 0 { // warms up
			continue
		}
		q.Others += r.Others / float64(rounds)
		for i, ms := range r.MinMs {
			mins[i] = append(mins[i], ms)
		}
	}
	for i, u := range units {
		cv := stat.StdDev(mins[i], nil) / stat.Mean(mins[i], nil)
		q.CVs[u.Key] = cv
		q.CV = max(q.CV, cv)
	}
	q.OK = q.CV <= QuietCV
	q.advise(jumps)
	return q, nil
}

func (q *Quiet) advise(jumps int) {
	add := func(format string, args ...any) { q.Advice = append(q.Advice, fmt.Sprintf(format, args...)) }
	if q.Others > QuietOthers {
		add("other processes kept %.1f of %d cores busy: end them, or wait; rounds that they disturb are taken again, up to a bound", q.Others, runtime.NumCPU())
	}
	if g := governor(); g != "" && g != "performance" {
		add("the clock follows the load (governor %s): sudo cpupower frequency-set -g performance", g)
	}
	if jumps > 0 {
		add("the time of day jumped in %d rounds: latencies are not touched, the times of measuring are wrong", jumps)
	}
	if !q.OK && len(q.Advice) == 0 {
		add("rounds differ by %.1f %% though nothing else seems to run: a shared or throttled processor? Measure more rounds, and compare anchors", 100*q.CV)
	}
}
