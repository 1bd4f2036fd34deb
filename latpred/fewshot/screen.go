package fewshot

import (
	"cmp"
	"errors"
	"maps"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
)

// screen lists the bases to fit: those of the sources that have the highest evidence on at
// most screenRows rows, alone and in pairs. Where there are more rows, bases that those rows
// clearly speak against are left out.
func (f *fitter) screen() ([]Base, error) {
	small := f.some(screenRows)
	var singles []Base
	for s := range f.sources {
		singles = append(singles, f.bases([]Part{{s, 1}}, roughQueues)...)
	}
	worked, err := small.hypotheses(singles)
	if err != nil {
		return nil, err
	}
	order := bestSources(worked)
	if len(order) == 0 {
		return nil, errors.New("fewshot: no source covers the measurements")
	}
	var bases []Base
	for i, s := range order {
		bases = append(bases, f.bases([]Part{{s, 1}}, allQueues)...)
		for _, t := range order[:i] {
			bases = append(bases, f.bases([]Part{{s, .5}, {t, .5 * f.ratio(s, t)}}, allQueues)...)
		}
	}
	if small == f {
		return bases, nil
	}
	return small.likely(bases)
}

// bestSources are the sources of the hypotheses, those of the highest evidence first, at
// most mixtureSources.
func bestSources(worked []*hypothesis) (order []int) {
	score := map[int]float64{}
	for _, h := range worked {
		s := h.base.Parts[0].Source
		if best, ok := score[s]; !ok || h.logBest > best {
			score[s] = h.logBest
		}
	}
	order = slices.Sorted(maps.Keys(score))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(score[b], score[a]) })
	return order[:min(mixtureSources, len(order))]
}

// likely leaves out bases whose evidence is more than unlikelyLog below the best's, but no
// power laws.
func (f *fitter) likely(bases []Base) ([]Base, error) {
	worked, err := f.hypotheses(bases)
	if err != nil {
		return nil, err
	}
	best := math.Inf(-1)
	for _, h := range worked {
		best = max(best, h.logBest)
	}
	var out []Base
	for _, h := range worked {
		if h.base.PowerLaw || h.logBest > best-unlikelyLog {
			out = append(out, h.base)
		}
	}
	return out, nil
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

// roughQueues and allQueues are the launch queues that bases are tried with: all pairs of
// a depth and a launch time, or enough of them to compare sources.
var roughQueues, allQueues = queues(3, 2), queues(1, 1)

// queues lists the pairs of every nth depth and every mth launch time, from the second of
// each on if others are left out.
func queues(n, m int) (list []pass.Queue) {
	for d := min(1, n-1); d < len(pass.DepthsTried); d += n {
		for l := min(1, m-1); l < len(pass.LaunchesMs); l += m {
			list = append(list, pass.Queue{Depth: pass.DepthsTried[d], LaunchMs: pass.LaunchesMs[l : l+1], OffsetMs: []float64{0}})
		}
	}
	return list
}

// bases lists the bases to try with the given parts: without a queue, as a power law, and
// with each of the queues.
func (f *fitter) bases(parts []Part, queues []pass.Queue) []Base {
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
	for _, q := range queues {
		b := base
		b.Queue = q
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
