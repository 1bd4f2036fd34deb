package fewshot

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/ridge"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"pgregory.net/rapid"
)

// prepared is a fitter of n rows of a noisy phone, its source a card.
func prepared(t testing.TB, n int) *fitter {
	t.Helper()
	d := phone
	d.NoisePart = .03
	archs, y := support(t, d, random.Stream(8, "prepared"), n)
	f, err := newFitter(t.Context(), []Source{sourceOf(t, "card", card)}, archs, y, Config{NoQueue: true})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// The evidence of a hypothesis is the density of the measurements themselves: a
// multivariate normal around what its base says, less a constant and what was believed
// of noise and width beforehand. Rows that count less, here a quarter and half, are
// noisier: by the inverse of their weight in the variance.
func TestEvidenceIsTheDensityOfTheLabels(t *testing.T) {
	f := prepared(t, 6)
	f.weight[1], f.weight[4] = .5, math.Sqrt(.5)
	for _, base := range f.bases([]Part{{0, 1}}, allQueues) {
		h := f.hypothesis(base)
		rows := make([]baseline, len(f.y))
		if err := f.baselines(&h.base, rows); err != nil {
			t.Fatal(err)
		}
		mean := make([]float64, len(f.y))
		row := make([]float64, h.base.width())
		for i := range rows {
			mean[i] = rows[i].labelMs * h.base.fill(row, &rows[i], false)
		}
		for _, fit := range h.fits {
			k := covarianceOf(h.z, fit.noise, fit.width)
			for i := range f.y {
				for j := i; j < len(f.y); j++ {
					k.SetSym(i, j, k.At(i, j)*rows[i].labelMs*rows[j].labelMs/f.weight[i]/f.weight[j])
				}
			}
			normal, ok := distmv.NewNormal(mean, k, nil)
			if !ok {
				t.Fatal("singular")
			}
			want := normal.LogProb(f.y) + .5*float64(len(f.y))*math.Log(2*math.Pi) + logPrior(fit.noise, fit.width)
			near(t, "evidence", fit.evidence-h.prior, want, 1e-6*(1+math.Abs(want)))
		}
	}
}

// What the average says of each row from the others is what an average of the others
// alone says, hypotheses and their weights included. A row of less weight is noisier, also
// when it is the one that is left out.
func TestAverageLeavesOneOutReally(t *testing.T) {
	f := prepared(t, 7)
	f.weight[0], f.weight[1] = .9, .8
	bases := f.bases([]Part{{0, 1}}, allQueues)
	var all []*hypothesis
	for _, b := range bases {
		all = append(all, f.hypothesis(b))
	}
	a := f.average(all, false)
	n := len(f.y)
	for i := range n {
		var total, mean, square float64
		for _, h := range all {
			_, p := h.z.Dims()
			rest, left, jacobian := mat.NewDense(n-1, p, nil), make([]float64, 0, n-1), 0.0
			for j := range n {
				if j != i {
					rest.SetRow(len(left), h.z.RawRowView(j))
					left = append(left, h.s.r[j])
					jacobian += math.Log(h.base0[j])
				}
			}
			s := newSpectrum(rest, left, ones(n-1))
			for _, fit := range h.fits {
				w := math.Exp(s.evidence(fit.noise, fit.width) - jacobian + h.prior + logPrior(fit.noise, fit.width) - a.logBest() + 20)
				x, cov := make([]float64, p), mat.NewSymDense(p, nil)
				s.mean(x, fit.noise, fit.width, 1)
				s.covariance(cov, fit.noise, fit.width, 1)
				row := mat.NewVecDense(p, h.z.RawRowView(i))
				pred := f.y[i] + h.base0[i]*(mat.Dot(row, mat.NewVecDense(p, x))-h.s.r[i])/f.weight[i]
				v := h.base0[i] * h.base0[i] * (mat.Inner(row, cov, row) + fit.noise*fit.noise) / (f.weight[i] * f.weight[i])
				mean, square, total = mean+w*pred, square+w*(pred*pred+v), total+w
			}
		}
		mean /= total
		near(t, "mean", a.loo[i], mean, 2e-3*mean) // hypotheses of little weight are dropped
		near(t, "standard deviation", a.looSd[i], math.Sqrt(square/total-mean*mean), .05*a.looSd[i])
	}
}

// Moments of a mixture of two fits of one hypothesis: means average, covariances too,
// with the means' own, and so do variances of the noise.
func TestComponentIsTheMixture(t *testing.T) {
	f := prepared(t, 6)
	h := *f.hypothesis(f.bases([]Part{{0, 1}}, allQueues)[1])
	h.fits = []fitted{{noise: .01, width: 1, weight: .3}, {noise: .04, width: 2, weight: .1}}
	c := h.component(.7)
	sd := h.base.priors()
	p := h.base.width()
	var moments [2][]float64
	var covs [2]*mat.SymDense
	for k, fit := range h.fits {
		moments[k], covs[k] = make([]float64, p), mat.NewSymDense(p, nil)
		h.s.mean(moments[k], fit.noise, fit.width, 1)
		h.s.covariance(covs[k], fit.noise, fit.width, 1)
	}
	for i := range p {
		near(t, "mean", c.Mean[i], sd[i]*(.75*moments[0][i]+.25*moments[1][i]), 1e-12)
		for j := range p {
			apart := (moments[0][i] - moments[1][i]) * (moments[0][j] - moments[1][j])
			near(t, "covariance", c.Cov.At(i, j), sd[i]*sd[j]*(.75*covs[0].At(i, j)+.25*covs[1].At(i, j)+.75*.25*apart), 1e-12)
		}
	}
	near(t, "noise", c.Noise, math.Sqrt(.75*1e-4+.25*16e-4), 1e-12)
	near(t, "weight", c.Weight, .7, 0)
}

// Two power laws by hand: of a network whose source takes L, the one says 2L·1.1, the
// other 3L·0.9; weights are 3 to 1. The mixture has their mean, and the variance within
// and between them.
func TestReadIsTheMixture(t *testing.T) {
	s := sourceOf(t, "card", card)
	powerLaw := func(scale, global, sd, noise, weight float64) Component {
		c := Component{Base: Base{Parts: []Part{{0, scale}}, CentreMs: 1, PowerLaw: true, columns: columnsOf(mobileNet(t).Family)}, Weight: weight, Noise: noise,
			Mean: []float64{global, 0, 0}, Cov: mat.NewSymDense(3, nil)}
		c.Cov.SetSym(0, 0, sd*sd)
		return c
	}
	m := &Model{Sources: []Source{s}, Components: []Component{powerLaw(2, .1, .03, .04, 3), powerLaw(3, -.1, 0, .02, 1)}}
	if err := m.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, a := range judged(t)[:5] {
		_, ms, err := s.segmentsMs(a)
		if err != nil {
			t.Fatal(err)
		}
		pass := sum(ms)
		one, two := 2*1.1*pass, 3*.9*pass
		mean := .75*one + .25*two
		v1, v2 := math.Pow(2*pass*.05, 2), math.Pow(3*pass*.02, 2) // .05² = .03² + .04²
		sd := math.Sqrt(.75*v1 + .25*v2 + .75*.25*math.Pow(one-two, 2))
		got, gotSd, err := m.Read(a)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "mean", got, mean, 1e-9*mean)
		near(t, "standard deviation", gotSd, sd, 1e-9*sd)
		only, err := m.MeanMs(a)
		if err != nil || only != got {
			t.Errorf("MeanMs %v, %v, Read %v", only, err, got)
		}
	}
}

// Rows that are far from what the others say count less: by √(1.5 / z) in their
// weights' roots from 1.5 standard deviations on, Huber's weight.
func TestReweighting(t *testing.T) {
	f := prepared(t, 8)
	all, err := f.hypotheses(f.bases([]Part{{0, 1}}, allQueues))
	if err != nil {
		t.Fatal(err)
	}
	a := f.average(all, false)
	a.loo, a.looSd = slices.Clone(f.y), make([]float64, len(f.y))
	for i := range a.looSd {
		a.looSd[i] = 1
		a.loo[i] += float64(i) - 3 // 3, 2, 1, 0, 1, … standard deviations off
	}
	again, err := f.reweigh(a, false)
	if err != nil {
		t.Fatal(err)
	}
	for i, w := range again.hypotheses[0].s.weight {
		want := math.Sqrt(ridge.Huber(float64(i)-3, 1, outlierSd))
		near(t, "root of the weight", w, want, 1e-9)
	}
}

// The columns of a network and what coefficients make of it agree: the label is the
// base's times part + row·x, as long as the same side of the kink holds.
func TestFillAndCorrectAgree(t *testing.T) {
	s := sourceOf(t, "card", card)
	pool := judged(t)
	rapid.Check(t, func(t *rapid.T) {
		a := pool[rapid.IntRange(0, len(pool)-1).Draw(t, "network")]
		segs, ms, err := s.segmentsMs(a)
		if err != nil {
			t.Fatal(err)
		}
		b := Base{Parts: []Part{{0, rapid.Float64Range(1, 4).Draw(t, "scale")}}, CentreMs: 10, PowerLaw: rapid.Bool().Draw(t, "power law"), columns: columnsOf(a.Family)}
		if !b.PowerLaw && rapid.Bool().Draw(t, "queue") {
			b.Queue = pass.Queue{Depth: rapid.SampledFrom(pass.DepthsTried).Draw(t, "depth"), LaunchMs: []float64{rapid.SampledFrom(pass.LaunchesMs).Draw(t, "launch")}, OffsetMs: []float64{0}}
		}
		if !b.PowerLaw && rapid.Bool().Draw(t, "fine") {
			b.Sizes = []int{160, 176, 192, 208, 224}
		}
		seen, err := b.baseline(a, segs, func(int) ([]float64, error) { return ms, nil })
		if err != nil {
			t.Fatal(err)
		}
		if seen.implausible {
			t.Skip("no label of a queue")
		}
		x, row := make([]float64, b.width()), make([]float64, b.width())
		for c, sd := range b.priors() {
			x[c] = .2 * sd * rapid.Float64Range(-1, 1).Draw(t, "x")
		}
		got, limited := b.correct(&seen, x)
		want := b.fill(row, &seen, limited)
		for c := range x {
			want += row[c] * x[c]
		}
		near(t, "label over the base's", got, max(smallest, want), 1e-9)
		var places float64
		for c := range placesOf(&b) {
			places += row[colPlace+c]
		}
		if none := b.fill(row, &seen, false); !b.PowerLaw && b.Queue.None() {
			near(t, "sum over the places", places, none, 1e-9)
		}
	})
}

// placesOf is how many columns of places a base has.
func placesOf(b *Base) int {
	if b.PowerLaw {
		return 0
	}
	return b.columns.places
}

// Power laws keep a quarter unless the evidence against them is clear; the share of the
// full average rises with the logarithm of the evidence.
func TestTrust(t *testing.T) {
	f := &fitter{}
	averagedOf := func(evidence ...float64) *averaged {
		a := &averaged{}
		for _, e := range evidence {
			a.hypotheses = append(a.hypotheses, &hypothesis{logBest: e})
		}
		return a
	}
	for evidence, want := range map[float64]float64{-9: .75, 0: .75, 2: .75, 3: .875, 3.5: .9375, 4: 1, 9: 1} {
		near(t, fmt.Sprintf("share at a log evidence ratio of %v", evidence), f.trust(averagedOf(-20, 7+evidence), averagedOf(7, 1)), want, 1e-12)
	}
	f.config.PowerLaw = true
	near(t, "power laws alone", f.trust(averagedOf(9), averagedOf(0)), 0, 0)
	for _, c := range []struct{ v, want float64 }{{0, 0}, {1, 0}, {2, .5}, {3, 1}, {9, 1}} {
		near(t, "ramp", ramp(c.v, 1, 3), c.want, 1e-12)
	}
}

// The average of both is a mixture too: by hand, 10 ± 1 with 3 parts and 20 ± 2 with one.
func TestBlendOfLeftOut(t *testing.T) {
	f := prepared(t, 8)
	all, err := f.hypotheses(f.bases([]Part{{0, 1}}, allQueues))
	if err != nil {
		t.Fatal(err)
	}
	full, powerLaw := f.average(all, false), f.average(all, true)
	share := f.trust(full, powerLaw)
	m, r := f.blend(full, powerLaw)
	for i := range f.y {
		near(t, "mean", r.LooMs[i], share*full.loo[i]+(1-share)*powerLaw.loo[i], 1e-9)
		second := share*(full.looSd[i]*full.looSd[i]+full.loo[i]*full.loo[i]) + (1-share)*(powerLaw.looSd[i]*powerLaw.looSd[i]+powerLaw.loo[i]*powerLaw.loo[i])
		near(t, "standard deviation", r.LooSdMs[i], math.Sqrt(second-r.LooMs[i]*r.LooMs[i]), 1e-6)
	}
	var weight float64
	for _, c := range m.Components {
		weight += c.Weight
	}
	near(t, "sum of the weights", weight, 1, 3*minWeight)
	if !slices.Equal([]string{m.Sources[0].Name}, []string{"card"}) || len(r.LeaveOneOut) != 2 {
		t.Errorf("sources %v, left out %v", m.Sources, r.LeaveOneOut)
	}
}

// Of many rows, some are spread over all of them.
func TestSomeRows(t *testing.T) {
	f := prepared(t, 10)
	small := f.some(4)
	for i, at := range []int{0, 2, 5, 7} {
		if small.y[i] != f.y[at] || small.archs[i] != f.archs[at] || !slices.Equal(small.ms[0][i], f.ms[0][at]) {
			t.Errorf("row %d is not row %d", i, at)
		}
	}
	if f.some(10) != f || len(small.weight) != 4 {
		t.Error("10 of 10 rows are others, or weights of 4 are not 4")
	}
	d := simulated.Card
	d.GMACs, d.GValues, d.LayerMs = d.GMACs/3, d.GValues/3, 3*d.LayerMs
	f.sources = append(f.sources, sourceOf(t, "slow card", d))
	if err := f.collect(); err != nil {
		t.Fatal(err)
	}
	near(t, "a card three times as slow", f.ratio(1, 0), 3, .01)
}
