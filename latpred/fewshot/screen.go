package fewshot

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
)

// screen lists the bases to fit: those of the sources that have the highest evidence on at
// most screenRows rows, alone and in pairs.
func (f *fitter) screen() ([]Base, error) {
	small := f.some(screenRows)
	var singles []Base
	for s := range f.sources {
		singles = append(singles, f.bases([]Part{{s, 1}})...)
	}
	worked, err := small.hypotheses(singles)
	if err != nil {
		return nil, err
	}
	score := make([]float64, len(f.sources))
	for s := range score {
		score[s] = math.Inf(-1)
	}
	for _, h := range worked {
		s := h.base.Parts[0].Source
		score[s] = max(score[s], h.logBest)
	}
	order := make([]int, len(score))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	if math.IsInf(score[order[0]], -1) {
		return nil, errors.New("fewshot: no source covers the measurements")
	}
	order = order[:min(mixtureSources, len(order))]
	var bases []Base
	for i, s := range order {
		if math.IsInf(score[s], -1) {
			continue
		}
		bases = append(bases, f.bases([]Part{{s, 1}})...)
		for _, t := range order[:i] {
			bases = append(bases, f.bases([]Part{{s, .5}, {t, .5 * f.ratio(s, t)}})...)
		}
	}
	return bases, nil
}

// some is a fitter of n of the rows, evenly spaced; f itself if it has no more.
func (f *fitter) some(n int) *fitter {
	if len(f.y) <= n {
		return f
	}
	out := *f
	out.archs, out.y, out.segs, out.weight = nil, nil, nil, ones(n)
	out.ms = make([][][]float64, len(f.ms))
	for i := range n {
		at := i * len(f.y) / n
		out.archs, out.y, out.segs = append(out.archs, f.archs[at]), append(out.y, f.y[at]), append(out.segs, f.segs[at])
		for s, ms := range f.ms {
			if ms != nil {
				out.ms[s] = append(out.ms[s], ms[at])
			}
		}
	}
	return &out
}

// ratio is the geometric mean over the rows of the pass on source s divided by that on
// source t. Both sources must cover the rows.
func (f *fitter) ratio(s, t int) float64 {
	var logs float64
	for i := range f.archs {
		logs += math.Log(max(1e-9, sum(f.ms[s][i]))) - math.Log(max(1e-9, sum(f.ms[t][i])))
	}
	return math.Exp(logs / float64(len(f.archs)))
}

// sum adds up values.
func sum(values []float64) (total float64) {
	for _, v := range values {
		total += v
	}
	return total
}

// bases lists the bases to try with the given parts: without a queue, as a power law, and
// with a queue at each of several launch times.
func (f *fitter) bases(parts []Part) []Base {
	base := Base{Parts: parts, CentreMs: f.centre, columns: f.columns}
	powerLaw := base
	powerLaw.PowerLaw = true
	if f.config.PowerLaw {
		return []Base{powerLaw}
	}
	out := []Base{base, powerLaw}
	if f.config.NoQueue {
		return out
	}
	for _, τ := range pass.LaunchesMs {
		b := base
		b.Queue = pass.Queue{Depth: pass.TypicalQueueDepth, LaunchMs: []float64{τ}, OffsetMs: []float64{0}}
		out = append(out, b)
	}
	return out
}

// hypotheses fits bases, two at a time, in their order. Bases that don't cover the
// measurements or contradict them are left out. It errs when ctx ends.
func (f *fitter) hypotheses(bases []Base) ([]*hypothesis, error) {
	out := make([]*hypothesis, len(bases))
	var group sync.WaitGroup
	var next sync.Mutex
	at := 0
	for range 2 {
		group.Go(func() {
			for {
				next.Lock()
				i := at
				at++
				next.Unlock()
				if i >= len(bases) || f.ctx.Err() != nil {
					return
				}
				out[i] = f.hypothesis(bases[i])
			}
		})
	}
	group.Wait()
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(h *hypothesis) bool { return h == nil }), nil
}
