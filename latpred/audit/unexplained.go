package audit

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Rank correlations between labels and what a model of the other half of the rows says of them.
// The noisiest device of HELP's, a phone, reaches .7.
const (
	unrelated = .1 // below it labels have nothing to do with their networks
	related   = .5 // below it something else rules them
)

// checkUnexplained finds labels that the networks don't explain, as in another order (none), or
// of several devices at once.
func checkUnexplained(s *dataset.Set) (f *Finding, none bool, err error) {
	y := s.LatenciesMs()
	rho, err := explained(s, y)
	if err != nil || rho >= related {
		return nil, false, err
	}
	f = &Finding{Kind: latpred.WarnUnexplained, Values: map[string]float64{"rank_correlation": rho},
		Message: fmt.Sprintf("the networks explain little of the labels (a model of one half of the rows has a rank correlation of %.2f with the other): are there rows of several devices, or was the device busy?", rho)}
	if rho >= unrelated {
		return f, false, nil
	}
	f.Message = fmt.Sprintf("the labels have nothing to do with the networks (a model of one half of the rows has a rank correlation of %.2f with the other): are they in another order, or those of other networks?", rho)
	n := len(y)
	for _, shift := range []int{1, n - 1} {
		fits, err := explained(s, append(slices.Clone(y[shift:]), y[:shift]...))
		if err != nil {
			return nil, false, err
		}
		if fits >= related {
			f.Message += fmt.Sprintf(" They fit (%.2f) if each label belongs to the row %s its own", fits, map[bool]string{true: "before", false: "after"}[shift == 1])
			break
		}
	}
	return f, true, nil
}

// explainedRows is the largest number of rows that explained takes, evenly spread.
const explainedRows = 4000

// explained is the rank correlation of labels with a model of the other half of the rows, of
// which every second is in a half: the better one of the closed form, and of a few costs of
// networks, for which less rows do.
func explained(s *dataset.Set, y []float64) (float64, error) {
	step := 1 + (len(y)-1)/explainedRows
	archs, y := every(s.Archs(), step, 0), every(y, step, 0)
	costs, pred := costsOf(archs), [2][]float64{make([]float64, len(y)), make([]float64, len(y))}
	for half := range 2 {
		fit, other := every(archs, 2, half), every(archs, 2, 1-half)
		m, err := lut.FitLinear(fit, every(y, 2, half), 1e-3)
		if err != nil {
			return 0, err
		}
		ms := make([]float64, len(other))
		if err := m.PredictMs(ms, other); err != nil {
			return 0, err
		}
		var effects mat.VecDense
		_ = effects.SolveVec(rowsOf(every(costs, 2, half)), mat.NewVecDense(len(fit), every(y, 2, half))) // a warning of its condition: costs can be alike
		for i, v := range ms {
			at := 2*i + 1 - half
			pred[0][at] = v
			if effects.Len() == costCount {
				pred[1][at] = floats.Dot(costs[at][:], effects.RawVector().Data)
			}
		}
	}
	best := 0.0
	for _, p := range pred {
		if rho := metric.Spearman(p, y); rho > best { // not NaN, of equal predictions
			best = rho
		}
	}
	return best, nil
}

const costCount = 5

// costsOf gives what each network costs: a constant, multiply-accumulates, launches, parameters,
// and activations read and written, each about 1.
func costsOf(archs []space.Arch) [][costCount]float64 {
	out := make([][costCount]float64, len(archs))
	var mean [costCount]float64
	for i, a := range archs {
		out[i][0] = 1
		for _, l := range a.Family.Reference().Macro.Layers(a) {
			moved := l.InSize*l.InSize*l.In + l.OutSize*l.OutSize*l.Out
			for k, v := range []float64{float64(l.MACs()), float64(l.Launches()), float64(l.Params()), float64(moved)} {
				out[i][1+k] += v
			}
		}
		floats.Add(mean[:], out[i][:])
	}
	for i := range out {
		for k := range mean {
			out[i][k] *= float64(len(archs)) / max(1, mean[k])
		}
	}
	return out
}

// rowsOf is a matrix of costs.
func rowsOf(costs [][costCount]float64) *mat.Dense {
	out := mat.NewDense(len(costs), costCount, nil)
	for i := range costs {
		out.SetRow(i, costs[i][:])
	}
	return out
}

// every gives the items first, first + step, ….
func every[T any](list []T, step, first int) (out []T) {
	for i := first; i < len(list); i += step {
		out = append(out, list[i])
	}
	return out
}

const (
	staleTimes = 3   // how many times as many as by chance
	staleShare = .01 // of the rows
)

// checkStale finds labels that are exactly those of the row before, of another network, far
// oftener than by chance.
func checkStale(s *dataset.Set) *Finding {
	count := map[float64]int{}
	same := 0
	for i, row := range s.Samples {
		count[row.LatencyMs]++
		if i > 0 && row.LatencyMs == s.Samples[i-1].LatencyMs && row.Arch != s.Samples[i-1].Arch {
			same++
		}
	}
	n := float64(len(s.Samples))
	var chance float64
	for _, c := range count {
		chance += float64(c) * float64(c) / n
	}
	if float64(same) < staleTimes*chance+staleShare*n {
		return nil
	}
	return &Finding{Kind: latpred.WarnStale, Values: map[string]float64{"rows": float64(same), "by_chance": chance},
		Message: fmt.Sprintf("%d rows have exactly the label of the row before, of another network; by chance %.0f would: was the last result written again where a measurement failed?", same, chance)}
}

const (
	cappedShare = .005 // of the rows that have the largest label
	cappedTimes = 4    // how many times as many as have the next one
)

// checkCapped finds a largest label that many rows share.
func checkCapped(s *dataset.Set) *Finding {
	count := map[float64]int{}
	for _, row := range s.Samples {
		count[row.LatencyMs]++
	}
	labels := make([]float64, 0, len(count))
	for v := range count {
		labels = append(labels, v)
	}
	slices.SortFunc(labels, func(a, b float64) int { return cmp.Compare(b, a) })
	if len(labels) < 3 {
		return nil
	}
	most := count[labels[0]]
	if float64(most) < cappedShare*float64(len(s.Samples)) || most < cappedTimes*max(count[labels[1]], count[labels[2]]) {
		return nil
	}
	return &Finding{Kind: latpred.WarnCapped, Values: map[string]float64{"rows": float64(most), "largest_ms": labels[0]},
		Message: fmt.Sprintf("%d rows have the largest label, %v ms, and %d the next one: was there a limit, such as a timeout?", most, labels[0], count[labels[1]])}
}
