package hpo

import "fmt"

type promotion struct {
	board
	rungs  Rungs
	levels []int // rungs and the end
	watch  Watch
}

// Promotion is the ASHA of Li et al., "A System for Massively Parallel Hyperparameter
// Tuning" (2018). Trials pause at each rung. For a free worker it looks, from the highest
// rung down, for a trial that has not been promoted yet and is among the best
// ⌊n/Reduction⌋ of the n trials recorded at the rung, and trains it to the next rung, or
// from the last rung to Max. If there is none it starts a new trial. Ties go to the trial
// with the lower number.
//
// In the paper there are always more trials; here their number is finite, which needs a
// rule for the end: when no trial is running, new, promotable or completed, the best trial
// of the highest rung continues. If all trials are known in advance, Halving trains less.
//
// A trial has diverged if its metric is NaN or infinite or its report says so; it is
// recorded as +Inf and never promoted. Promotion errs if the rungs or the watch are not
// valid; the watch must have a metric, and AllowMissing and MinRecords must be zero.
func Promotion(configs []Config, r Rungs, w Watch) (Scheduler, error) {
	if err := r.Validate(); err != nil {
		return nil, err
	}
	if err := w.validateComplete("promotion"); err != nil {
		return nil, err
	}
	return &promotion{newBoard(configs), r, r.levels(), w}, nil
}

func (p *promotion) String() string {
	return fmt.Sprintf("promotion, rungs %+v, watch %+v", p.rungs, p.watch)
}

func (p *promotion) Next() (Task, bool) {
	if trial, to, ok := p.choose(); ok {
		return p.hand(trial, to)
	}
	return Task{}, false
}

// choose says what Next hands out.
func (p *promotion) choose() (trial, to int, ok bool) {
	top := len(p.levels) - 1
	for k := top - 1; k >= 0; k-- {
		ranked := p.ranked(p.levels[k])
		if trial, ok := p.best(ranked[:len(ranked)/p.rungs.Reduction], p.levels[k]); ok {
			return trial, p.levels[k+1], true
		}
	}
	if trial, ok := p.first(Waiting); ok {
		return trial, p.levels[0], true
	}
	// The end rule.
	_, running := p.first(Running)
	_, completed := p.first(Completed)
	for k := top - 1; k >= 0 && !running && !completed; k-- {
		if trial, ok := p.best(p.ranked(p.levels[k]), p.levels[k]); ok {
			return trial, p.levels[k+1], true
		}
	}
	return 0, 0, false
}

func (p *promotion) Observe(r Report) error { return p.record(r, p.rungs, p.watch) }

func (p *promotion) Done() bool {
	_, running := p.first(Running)
	_, _, more := p.choose()
	return !running && !more
}
