package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// process is a Gaussian process by dense algebra: around the base at its expected slope, with
// the kernel w·effects + constant + c·b·bᵀ + ν·I and an unknown scale.
type process struct {
	width, noise float64
	h            hypothesis
	chol         mat.Cholesky
	f            *mat.Dense
	base         []float64
	centre       float64 // of the base, over the measured networks
	solved       mat.VecDense
	scale        float64
	evidence     float64 // logarithm, up to a constant
}

// kernel is that of two rows of F.
func (p *process) kernel(one, two []float64) float64 {
	last := len(one) - 1
	return p.width*floats.Dot(one[:last], two[:last]) + one[last]*two[last]
}

// processOf fits one to standardised measurements.
func processOf(t *testing.T, l *Learner, rows mat.Matrix, y []float64, h hypothesis, width, noise float64) *process {
	t.Helper()
	f, bases := l.kernelRows(rows)
	p := &process{width: width, noise: noise, h: h, f: f, base: mat.Col(nil, h.base, bases)}
	p.centre = stat.Mean(p.base, nil)
	floats.AddConst(-p.centre, p.base)
	n := len(y)
	k, r := mat.NewSymDense(n, nil), mat.NewVecDense(n, nil)
	for i := range n {
		r.SetVec(i, y[i]-h.slope*p.base[i])
		for j := i; j < n; j++ {
			k.SetSym(i, j, p.kernel(f.RawRowView(i), f.RawRowView(j))+h.slopeVar*p.base[i]*p.base[j])
		}
		k.SetSym(i, i, k.At(i, i)+noise)
	}
	if !p.chol.Factorize(k) {
		t.Fatal("singular")
	}
	if err := p.chol.SolveVecTo(&p.solved, r); err != nil {
		t.Fatal(err)
	}
	square, freedom := mat.Dot(&p.solved, r), l.prior.Freedom
	p.scale = (freedom + square) / (freedom + float64(n))
	p.evidence = math.Log(h.share) - .5*p.chol.LogDet() - .5*(freedom+float64(n))*math.Log1p(square/freedom)
	return p
}

// predict gives mean and variance of a measurement of a network with a row of F and a base.
func (p *process) predict(t *testing.T, f []float64, base float64) (mean, variance float64) {
	base -= p.centre
	t.Helper()
	cross := mat.NewVecDense(len(p.base), nil)
	for j, b := range p.base {
		cross.SetVec(j, p.kernel(f, p.f.RawRowView(j))+p.h.slopeVar*base*b)
	}
	var back mat.VecDense
	if err := p.chol.SolveVecTo(&back, cross); err != nil {
		t.Fatal(err)
	}
	variance = p.kernel(f, f) + p.h.slopeVar*base*base - mat.Dot(&back, cross) + p.noise
	return p.h.slope*base + mat.Dot(cross, &p.solved), variance * p.scale
}

// With several widths, ratios of noise, bases and expectations of their slopes a model has the
// mean and the variance of the mixture of all these processes, weighted by evidence and prior.
func TestModelIsTheMixture(t *testing.T) {
	prior := TimesPrior()
	prior.Tails, prior.Noise = 0, []float64{.001, .03, .3}
	l := timed(t, prior)
	s := spacetest.ByID(t, "mbv3-w1.0")
	for _, n := range []int{6, 40} {
		rng := random.Stream(4, "mixture")
		archs := simulated.Archs(s, rng, n+5)
		d := simulated.Device{LayerMs: .05, GMACs: 40, GValues: 5, NoisePart: .02}
		ms := d.MeasureMs(s, archs[:n], rng)
		rows, err := l.features.Rows(archs)
		if err != nil {
			t.Fatal(err)
		}
		measured := rows.Slice(0, n, 0, l.features.Columns())
		m, err := l.Fit(measured, ms)
		if err != nil {
			t.Fatal(err)
		}
		var list []*process
		best, all := math.Inf(-1), 0.0
		for k, width := range prior.Widths {
			for _, noise := range prior.Noise {
				for _, h := range m.hypotheses(m.centre) {
					p := processOf(t, l, measured, m.standardised(ms), h, width, noise)
					p.evidence += math.Log(l.widthShare(k))
					list, best = append(list, p), max(best, p.evidence)
				}
			}
		}
		for _, p := range list {
			all += math.Exp(p.evidence - best)
		}
		widths := map[int]bool{}
		for _, c := range m.components {
			widths[c.width] = true
		}
		if len(widths) < 2 {
			t.Errorf("%d rows: %d widths count: this tests little", n, len(widths))
		}
		f, bases := l.kernelRows(rows)
		for i := n; i < n+5; i++ {
			var mean, square, total float64
			for _, p := range list {
				w := math.Exp(p.evidence - best)
				if w < leastWeight*all {
					continue // as the model does
				}
				mu, v := p.predict(t, f.RawRowView(i), bases.At(i, p.h.base))
				mean, square, total = mean+w*mu, square+w*(v+mu*mu), total+w
			}
			mean /= total
			got, variance := m.moments(f.RawRowView(i), bases.RawRowView(i))
			near(t, "mean", got, mean, 1e-7)
			near(t, "variance", variance, square/total-mean*mean, 1e-7)
			near(t, "prediction", m.mean(rows.RawRowView(i)), m.meanMs+m.spreadMs*got, 1e-6*m.meanMs)
		}
	}
}

// A base whose relative spread is known counts also with the slope at which the device takes
// in proportion as long: with measurements of 20 ms on average and a spread of 5, where the base
// takes a quarter longer than on average over the space, .2·(20/1.25)/5 = .64.
func TestProportionalSlopesByHand(t *testing.T) {
	l := &Learner{share: []float64{.6, .4}, relative: []float64{.2, 0}, prior: Prior{Slope: .7, Base: .1, Proportional: .75, ProportionalSd: .1}}
	m := &Model{learner: l, meanMs: 20, spreadMs: 5}
	want := []hypothesis{{0, .45, .64, .004096}, {0, .15, .7, .1}, {1, .4, .7, .1}}
	for pass := range 2 {
		got := m.hypotheses([]float64{1.25, 7})
		if len(got) != len(want) {
			t.Fatalf("%+v", got)
		}
		for i, h := range got {
			if h.base != want[i].base {
				t.Errorf("%+v, want %+v", h, want[i])
			}
			near(t, "share", h.share, want[i].share, 1e-12)
			near(t, "slope", h.slope, want[i].slope, 1e-12)
			near(t, "variance of the slope", h.slopeVar, want[i].slopeVar, 1e-12)
		}
		if pass == 0 { // in proportion for sure
			l.prior.Proportional = 1
			want = []hypothesis{{0, .6, .64, .004096}, {1, .4, .7, .1}}
		}
	}
}

// Of three sources, each with odds of .5 to be like a device, one is with odds of 1.5.
func TestWidthShares(t *testing.T) {
	l := &Learner{sources: make([]*Source, 3), prior: Prior{Widths: []float64{1, .1, .01}, Alike: .5}}
	for k, want := range []float64{.4, .3, .3} {
		near(t, "share", l.widthShare(k), want, 1e-12)
	}
	l.prior.Widths = []float64{1}
	near(t, "share of the only width", l.widthShare(0), 1, 0)
	l.prior.Widths, l.sources = []float64{1, .1}, nil
	near(t, "share without sources", l.widthShare(1), .5, 1e-12)
}
