package hpo

import "fmt"

type promotion struct {
	board
	rungs  Rungs
	levels []int // rungs and the end
	watch  Watch
}

// Promotion is the ASHA of Li et al., "A System for Massively Parallel
// Hyperparameter Tuning" (2018). Trials pause at each rung. Whoever is free looks
// from the highest rung down for a trial among the best ⌊n/Reduction⌋ of the n
// recorded there that hasn't been promoted, and takes it to the next rung, from
// the last one to Max; without one, it starts a new trial. Ties go to the lower
// trial.
//
// The paper draws trials for ever; here they are finite, so there is an end rule:
// when nothing runs, nothing can be promoted, no trial is new and none has reached
// Max, the best one of the highest rung goes on. Where all trials are known from
// the start, Halving trains less.
//
// A trial whose metric is NaN or infinite, or whose report says so, has diverged,
// is recorded as +Inf and never promoted. It errs on rungs or a watch that aren't
// valid; the watch can't allow a missing metric.
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
