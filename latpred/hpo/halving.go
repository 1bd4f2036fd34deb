package hpo

import (
	"fmt"
	"math"
	"slices"
)

type halving struct {
	board
	rungs     Rungs
	levels    []int // rungs and the end
	keep      []int // trials that train to each level, if none diverges
	finalists int
	watch     Watch
}

// Halving is the successive halving of Jamieson & Talwalkar, "Non-stochastic Best
// Arm Identification and Hyperparameter Optimization" (2016). All n trials train to the
// first rung, the best ⌊n/Reduction⌋ of them to the next, the best ⌊n/Reduction²⌋ to the
// one after it, and so on up to Max, but never fewer than finalists. Ties go to the trial
// with the lower number.
//
// It does not wait until a rung is complete: a trial continues, or is stopped, as soon as
// no outstanding report can change that. So for any number and speed of workers it trains
// exactly what synchronous halving trains, with the same result. Promotion can't do that:
// it does not know how many trials will come and continues the best so far, so that on a
// finite set it trains several times as much.
//
// finalists must be at least 1; with as many as there are workers, all of them stay busy to
// the end. A trial has diverged if its metric is NaN or infinite or its report says so; it
// is recorded as +Inf and never continues, even if no other trial is left to take its
// place. Halving errs if the rungs, finalists or the watch are not valid; the watch must
// have a metric, and AllowMissing and MinRecords must be zero.
func Halving(configs []Config, r Rungs, finalists int, w Watch) (Scheduler, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if finalists < 1 {
		return nil, fmt.Errorf("%d finalists: halving needs one at least", finalists)
	}
	if err := w.validateComplete("halving"); err != nil {
		return nil, err
	}
	h := &halving{board: newBoard(configs), rungs: r, levels: r.levels(), finalists: finalists, watch: w}
	for range h.levels {
		count := len(configs)
		if k := len(h.keep); k > 0 {
			count = min(h.keep[k-1], max(h.keep[k-1]/r.Reduction, finalists))
		}
		h.keep = append(h.keep, count)
	}
	return h, nil
}

// HalvingRungs returns the rungs with which Halving cuts the given number of trials as
// often as at least reduction of them are left, say s times, and trains the rest (one, if
// trials is a power of reduction) to epoch max. The first rung is ⌈max/reductionˢ⌉. This is
// the bracket of Hyperband (Li et al. 2017) that starts with all trials; it costs about
// (s+1)/reductionˢ of training all of them to max. Arguments out of range give rungs that
// Halving refuses.
func HalvingRungs(trials, reduction, max int) Rungs {
	r := Rungs{Grace: max, Reduction: reduction, Max: max}
	for n := trials; reduction >= 2 && n >= reduction; n /= reduction {
		r.Grace = (r.Grace + reduction - 1) / reduction
	}
	return r
}

func (h *halving) String() string {
	return fmt.Sprintf("halving, rungs %+v, %d finalists, watch %+v", h.rungs, h.finalists, h.watch)
}

func (h *halving) Next() (Task, bool) {
	if trial, to, ok := h.choose(); ok {
		return h.hand(trial, to)
	}
	return Task{}, false
}

// choose says what Next hands out: the trial that is furthest first.
func (h *halving) choose() (trial, to int, ok bool) {
	for k := len(h.levels) - 2; k >= 0; k-- {
		ranked := h.ranked(h.levels[k])
		certain := max(0, h.keep[k+1]-(h.expected(k)-len(ranked)))
		if trial, ok := h.best(ranked[:min(certain, len(ranked))], h.levels[k]); ok {
			return trial, h.levels[k+1], true
		}
	}
	trial, ok = h.first(Waiting)
	return trial, h.levels[0], ok
}

// expected is the number of trials that will have been recorded at level k in the end, as
// far as known: more divergence can only make it smaller.
func (h *halving) expected(k int) int {
	n := h.keep[0]
	for j, level := range h.levels[:k] {
		for _, t := range h.trials {
			if math.IsInf(t.Rungs[level], 1) {
				n--
			}
		}
		n = min(n, h.keep[j+1])
	}
	return n
}

func (h *halving) Observe(r Report) error {
	if err := h.record(r, h.rungs, h.watch); err != nil {
		return err
	}
	// A trial is stopped once as many better ones are recorded as will continue.
	if k := slices.Index(h.levels, r.Epoch); k+1 < len(h.levels) {
		ranked := h.ranked(r.Epoch)
		for _, i := range ranked[min(h.keep[k+1], len(ranked)):] {
			if t := &h.trials[i]; t.State == Paused {
				t.State = Stopped
			}
		}
	}
	return nil
}

func (h *halving) Done() bool {
	_, running := h.first(Running)
	_, _, more := h.choose()
	return !running && !more
}
