package fewshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// Config says what Fit tries. The zero value tries everything.
type Config struct {
	NoQueue bool // the clock waits for the device
	Plain   bool // power laws of sources alone
}

// launches are the times of a launch that are tried, ms; queueDepth is between
// those of the two sets that show a queue.
var launches = []float64{.008, .012, .017, .0205, .0255, .032, .04, .055}

const queueDepth = 928

const (
	minRows       = 3
	screenRows    = 80 // sources are chosen on so many rows at most
	kept          = 3  // sources that mixtures are made of
	minWeight     = .002
	reweightRows  = 20 // from how many rows on outliers count less
	outlierSd     = 2.0
	fineRows      = 40  // from how many rows on resolutions have columns of their own
	fineWeight    = .05 // that a base must have for it
	fineBases     = 3
	plainGain     = .92 // at most this part of the full model's error a power law must have to be kept alone
	maxComponents = 8
)

// hypothesis is a base with its rows worked out.
type hypothesis struct {
	base    Base
	prior   float64 // log
	base0   []float64
	z       *mat.Dense
	s       *spectrum
	fits    []fitted
	logBest float64
}

// fitted is a noise and a width of the priors of a hypothesis.
type fitted struct {
	noise, width float64
	evidence     float64 // log, of all measurements
	weight       float64
}

// Fit learns a device from measurements of it, at least 3.
func Fit(ctx context.Context, sources []Source, archs []space.Arch, latenciesMs []float64, config Config) (*Model, error) {
	if len(archs) != len(latenciesMs) {
		panic("fewshot: Fit with lengths that differ")
	}
	if len(sources) == 0 {
		return nil, errors.New("fewshot: no sources")
	}
	if len(archs) < minRows {
		return nil, fmt.Errorf("fewshot: %d rows: at least %d are needed", len(archs), minRows)
	}
	f := &fitter{ctx: ctx, sources: sources, archs: archs, y: latenciesMs, weight: ones(len(archs)), config: config}
	for _, y := range latenciesMs {
		f.centre += math.Log(y) / float64(len(latenciesMs))
	}
	f.centre = math.Exp(f.centre)
	return f.fit()
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}

type fitter struct {
	ctx     context.Context
	sources []Source
	archs   []space.Arch
	y       []float64
	weight  []float64 // square roots
	centre  float64
	config  Config
}

func (f *fitter) fit() (*Model, error) {
	bases, err := f.screen()
	if err != nil {
		return nil, err
	}
	all, err := f.work(bases)
	if err != nil {
		return nil, err
	}
	full, plain := f.average(all, false), f.average(all, true)
	if len(f.y) >= fineRows {
		if all, err = f.work(f.fine(full)); err != nil {
			return nil, err
		}
		full = f.average(all, false)
	}
	if len(f.y) >= reweightRows {
		for i := range f.weight {
			z := math.Abs(f.y[i]-full.loo[i]) / full.looSd[i]
			f.weight[i] = math.Sqrt(min(1, outlierSd/max(z, 1e-9)))
		}
		if all, err = f.work(full.bases()); err != nil {
			return nil, err
		}
		full = f.average(all, false)
	}
	chosen := full
	if f.config.Plain || f.error(plain) < plainGain*f.error(full) {
		chosen = plain
	}
	m := f.model(chosen)
	m.LeaveOneOut = map[string]float64{"full": f.error(full), "power law": f.error(plain)}
	return m, f.ctx.Err()
}

// fine gives the bases that matter columns for each resolution that was measured.
func (f *fitter) fine(a *averaged) []Base {
	var bases []Base
	for _, h := range a.hypotheses {
		if h.weight() < fineWeight && len(bases) > 0 || len(bases) == fineBases {
			break
		}
		b := h.base
		if !b.Plain {
			b.Sizes = pass.ResolutionsOf(f.archs)
		}
		bases = append(bases, b)
	}
	return bases
}

func (a *averaged) bases() []Base {
	var bases []Base
	for _, h := range a.hypotheses {
		bases = append(bases, h.base)
	}
	return bases
}

// weight is the sum over a hypothesis' fits.
func (h *hypothesis) weight() (w float64) {
	for _, t := range h.fits {
		w += t.weight
	}
	return w
}

// error is the mean relative leave-one-out error.
func (f *fitter) error(a *averaged) float64 {
	if a == nil {
		return math.Inf(1)
	}
	var sum float64
	for i, y := range f.y {
		sum += math.Abs(a.loo[i]-y) / y
	}
	return sum / float64(len(f.y))
}

// screen lists the bases that are worth their work: of the sources that explain
// the measurements best, alone and in pairs.
func (f *fitter) screen() ([]Base, error) {
	all := *f
	small := &all
	if n := len(f.y); n > screenRows {
		var archs []space.Arch
		var y []float64
		for i := range screenRows {
			archs, y = append(archs, f.archs[i*n/screenRows]), append(y, f.y[i*n/screenRows])
		}
		small.archs, small.y, small.weight = archs, y, ones(screenRows)
	}
	var singles []Base
	for s := range f.sources {
		singles = append(singles, f.bases([]Part{{s, 1}})...)
	}
	worked, err := small.work(singles)
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
	order = order[:min(kept, len(order))]
	var bases []Base
	for i, s := range order {
		if math.IsInf(score[s], -1) {
			continue
		}
		bases = append(bases, f.bases([]Part{{s, 1}})...)
		for _, t := range order[:i] {
			if g, err := f.ratio(s, t); err == nil {
				bases = append(bases, f.bases([]Part{{s, .5}, {t, .5 * g}})...)
			}
		}
	}
	return bases, nil
}

// ratio brings source t to the size of source s on the measured networks.
func (f *fitter) ratio(s, t int) (float64, error) {
	var a, b float64
	for _, arch := range f.archs {
		rs, err := f.sources[s].Model.Read(arch, f.sources[s].Model.Queue.HostState)
		if err != nil {
			return 0, err
		}
		rt, err := f.sources[t].Model.Read(arch, f.sources[t].Model.Queue.HostState)
		if err != nil {
			return 0, err
		}
		a, b = a+math.Log(max(1e-9, rs.TrueMs)), b+math.Log(max(1e-9, rt.TrueMs))
	}
	return math.Exp((a - b) / float64(len(f.archs))), nil
}

// bases lists what is tried of a mixture.
func (f *fitter) bases(parts []Part) []Base {
	base := Base{Parts: parts, CentreMs: f.centre}
	plain := base
	plain.Plain = true
	if f.config.Plain {
		return []Base{plain}
	}
	out := []Base{base, plain}
	if f.config.NoQueue {
		return out
	}
	for _, τ := range launches {
		b := base
		b.Queue = pass.Queue{Depth: queueDepth, LaunchMs: []float64{τ}, OffsetMs: []float64{0}}
		out = append(out, b)
	}
	return out
}

// work works hypotheses out, on all cores; bases that don't cover the measured
// networks are left out.
func (f *fitter) work(bases []Base) ([]*hypothesis, error) {
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
				out[i] = f.one(bases[i])
			}
		})
	}
	group.Wait()
	if err := f.ctx.Err(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(out, func(h *hypothesis) bool { return h == nil }), nil
}

func (f *fitter) one(base Base) *hypothesis {
	base.Parts = slices.Clone(base.Parts)
	if base.fitScale(f.sources, f.archs, f.y) != nil {
		return nil
	}
	n := len(f.y)
	h := &hypothesis{base: base, base0: make([]float64, n), logBest: math.Inf(-1)}
	if !base.Queue.None() {
		h.prior = -math.Log(float64(len(launches)))
	}
	width := base.width()
	sd, row := base.priors(), make([]float64, width)
	h.z = mat.NewDense(n, width, nil)
	r := make([]float64, n)
	var jacobian float64
	for i, a := range f.archs {
		ms, err := base.row(row, f.sources, a)
		if err != nil {
			return nil
		}
		h.base0[i] = ms
		r[i] = f.weight[i] * (f.y[i]/ms - 1)
		jacobian += math.Log(ms)
		for c := range width {
			h.z.Set(i, c, f.weight[i]*sd[c]*row[c])
		}
	}
	h.s = newSpectrum(h.z, r, f.weight)
	for _, noise := range noises {
		for _, w := range widths {
			e := h.s.evidence(noise, w) - jacobian + h.prior
			h.logBest = max(h.logBest, e)
			h.fits = append(h.fits, fitted{noise: noise, width: w, evidence: e})
		}
	}
	return h
}

// averaged is a set of hypotheses with weights, and what they say of each row
// from the others alone.
type averaged struct {
	hypotheses []*hypothesis
	loo, looSd []float64
}

// average weighs hypotheses, of power laws alone where plain is set.
func (f *fitter) average(all []*hypothesis, plain bool) *averaged {
	best := math.Inf(-1)
	for _, h := range all {
		if !plain || h.base.Plain {
			best = max(best, h.logBest)
		}
	}
	var sum float64
	out := &averaged{}
	for _, h := range all {
		if plain && !h.base.Plain {
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

// leaveOneOut works out, for each row, what the average says of it when it is not
// among the measurements: both the fits and their weights are those of the others.
func (f *fitter) leaveOneOut(a *averaged) {
	n := len(f.y)
	mean, square, total := make([]float64, n), make([]float64, n), make([]float64, n)
	for _, h := range a.hypotheses {
		for _, t := range h.fits {
			kr, d := h.s.inverse(t.noise, t.width)
			for i := range n {
				e := kr[i] / d[i] / f.weight[i] // relative error of leaving it out
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
