package fewshot

import (
	"cmp"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"gonum.org/v1/gonum/mat"
)

// hypothesis is a base with its linear model of the rows.
type hypothesis struct {
	base    Base
	prior   float64    // logarithm of the prior probability, up to a constant
	base0   []float64  // label of each row under the base, milliseconds
	z       *mat.Dense // rows × columns, multiplied by row weights and prior standard deviations
	s       *spectrum
	fits    []fitted
	logBest float64 // highest evidence of the fits
}

// fitted is a hypothesis at one noise level and prior width.
type fitted struct {
	noise, width float64 // see noises and widths
	evidence     float64 // log marginal likelihood of all measurements plus log prior
	weight       float64 // posterior probability in an average
}

// weight is the sum of the weights of a hypothesis' fits.
func (h *hypothesis) weight() (w float64) {
	for _, t := range h.fits {
		w += t.weight
	}
	return w
}

// mean is the posterior mean of the columns, averaged over the hypothesis' fits.
func (h *hypothesis) mean() []float64 {
	var total float64
	out, sd := make([]float64, h.base.width()), h.base.priors()
	for _, t := range h.fits {
		if w := math.Exp(t.evidence - h.logBest); w > minWeight {
			h.s.mean(out, t.noise, t.width, w)
			total += w
		}
	}
	for c := range out {
		out[c] *= sd[c] / total
	}
	return out
}

// hypothesis fits a base; nil if the base does not cover the measurements or contradicts
// them.
//
// Which measurements the host limits is first taken from the base. With a queue it is then
// taken from the corrected base, and the fit repeated, since the effects of the segments
// can move a network to the other side of the kink.
func (f *fitter) hypothesis(base Base) *hypothesis {
	base.Parts = slices.Clone(base.Parts)
	baselines := make([]baseline, len(f.y))
	if f.fitScale(&base, baselines) != nil {
		return nil
	}
	limited := make([]bool, len(f.y))
	for i, s := range baselines {
		if limited[i] = s.limited; s.implausible {
			return nil
		}
	}
	h := f.solve(base, baselines, limited)
	if base.Queue.None() {
		return h
	}
	for round := range kinkRounds + 1 {
		mean, moved := h.mean(), false
		if !base.plausible(mean) {
			return nil
		}
		if round == kinkRounds {
			break
		}
		for i := range baselines {
			_, now := base.correct(&baselines[i], mean)
			limited[i], moved = now, moved || now != limited[i]
		}
		if !moved {
			break
		}
		h = f.solve(base, baselines, limited)
	}
	return h
}

// solve fits a base and computes its evidence for every noise level and prior width.
func (f *fitter) solve(base Base, baselines []baseline, limited []bool) *hypothesis {
	n, width := len(f.y), base.width()
	h := &hypothesis{base: base, base0: make([]float64, n), logBest: math.Inf(-1), z: mat.NewDense(n, width, nil)}
	if !base.Queue.None() {
		h.prior = -math.Log(float64(len(pass.LaunchesMs) * len(pass.DepthsTried)))
	}
	if base.PowerLaw && len(base.Parts) > 1 {
		h.prior = -mixtureLog
	}
	sd, row := base.priors(), make([]float64, width)
	r := make([]float64, n)
	var jacobian float64
	for i := range baselines {
		s := &baselines[i]
		part := base.fill(row, s, limited[i])
		h.base0[i] = s.labelMs
		r[i] = f.weight[i] * (f.y[i]/s.labelMs - part)
		jacobian += math.Log(s.labelMs)
		for c := range width {
			h.z.Set(i, c, f.weight[i]*sd[c]*row[c])
		}
	}
	h.s = newSpectrum(h.z, r, f.weight)
	for _, noise := range noises {
		for _, w := range widths {
			e := h.s.evidence(noise, w) - jacobian + h.prior + logPrior(noise, w)
			h.logBest = max(h.logBest, e)
			h.fits = append(h.fits, fitted{noise: noise, width: w, evidence: e})
		}
	}
	return h
}

// averaged is a weighted set of hypotheses, with its leave-one-out predictions.
type averaged struct {
	hypotheses []*hypothesis // highest weight first; all weights sum up to 1
	loo, looSd []float64     // mean and standard deviation of each row, milliseconds
}

// bases lists the bases of the hypotheses, in their order.
func (a *averaged) bases() []Base {
	var bases []Base
	for _, h := range a.hypotheses {
		bases = append(bases, h.base)
	}
	return bases
}

// logBest is the evidence of the best hypothesis.
func (a *averaged) logBest() float64 {
	best := math.Inf(-1)
	for _, h := range a.hypotheses {
		best = max(best, h.logBest)
	}
	return best
}

// average weights hypotheses by their evidence; with powerLaw, only power laws.
func (f *fitter) average(all []*hypothesis, powerLaw bool) *averaged {
	best := math.Inf(-1)
	for _, h := range all {
		if !powerLaw || h.base.PowerLaw {
			best = max(best, h.logBest)
		}
	}
	var sum float64
	out := &averaged{}
	for _, h := range all {
		if powerLaw && !h.base.PowerLaw {
			continue
		}
		c := *h
		c.fits = nil
		for _, t := range h.fits {
			if t.weight = math.Exp(t.evidence - best); t.weight < minWeight/10 {
				continue
			}
			sum += t.weight
			c.fits = append(c.fits, t)
		}
		if len(c.fits) > 0 {
			out.hypotheses = append(out.hypotheses, &c)
		}
	}
	for _, h := range out.hypotheses {
		for i := range h.fits {
			h.fits[i].weight /= sum
		}
	}
	slices.SortStableFunc(out.hypotheses, func(a, b *hypothesis) int { return cmp.Compare(b.weight(), a.weight()) })
	f.leaveOneOut(out)
	return out
}

// leaveOneOut computes the leave-one-out prediction of each row in closed form. Both the
// fits and their weights are those of the other rows.
func (f *fitter) leaveOneOut(a *averaged) {
	n := len(f.y)
	mean, square, total := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, h := range a.hypotheses {
		for _, t := range h.fits {
			kr, d := h.s.inverse(t.noise, t.width)
			for i := range n {
				e := kr[i] / d[i] / f.weight[i] // relative leave-one-out error
				v := 1 / d[i] / (f.weight[i] * f.weight[i])
				density := -.5 * (kr[i]*kr[i]/d[i] - math.Log(d[i])) // in weighted units
				w := t.weight / math.Exp(min(50, max(-50, density-math.Log(h.base0[i]/f.centre))))
				p := f.y[i] - e*h.base0[i]
				mean[i] += w * p
				square[i] += w * (p*p + v*h.base0[i]*h.base0[i])
				total[i] += w
			}
		}
	}
	a.loo, a.looSd = mean, square
	for i := range n {
		mean[i] /= total[i]
		square[i] = math.Sqrt(max(1e-18, square[i]/total[i]-mean[i]*mean[i]))
	}
}
