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
// Arm Identification and Hyperparameter Optimization" (2016): of n trials all train
// to the first rung, the best ⌊n/Reduction⌋ to the next, the best ⌊n/Reduction²⌋ to
// the one after it, but finalists at least, up to Max. Ties go to the lower trial.
//
// It does not wait for a rung to be complete: a trial goes on, and another is
// stopped, as soon as no report that is still to come can change that. So nothing
// is trained that halving in step would not train, whatever the number of workers
// and their pace, and the result is the same. Promotion can't do that: it does not
// know how many trials are to come, goes on with what is best so far, and on a
// finite set trains several times as much.
//
// finalists is at least 1; as many as there are workers keep all of them busy to
// the end. A trial whose metric is NaN or infinite, or whose report says so, has
// diverged, is recorded as +Inf and never goes on, though nobody is left to take
// its place. It errs on rungs, finalists or a watch that aren't valid; the watch
// can't allow a missing metric.
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

// HalvingRungs are those from which Halving comes down to a single one of so many
// trials, and no rung more: the last cut leaves it, and the first rung is
// ⌈max/reductionˢ⌉ with s cuts. That is the bracket of Hyperband (Li et al. 2017)
// which begins with all trials; training them costs about (s+1)/reductionˢ of what
// it costs to train all to the end. Halving refuses what comes of arguments that
// make no rungs.
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

// choose says what Next hands out: the longest way first.
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

// expected is how many trials will have been recorded at level k, by what is known:
// they may become fewer.
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
	// Whoever has as many better ones beside it as go on is stopped.
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
