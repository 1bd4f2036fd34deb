package transfer

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// measured gives features and latencies of random networks on a made-up device.
func measured(t testing.TB, s *space.Space, d simulated.Device, name string, n int) (*mat.Dense, []float64, []space.Arch) {
	t.Helper()
	rng := random.Stream(1, name)
	archs := simulated.Archs(s, rng, n)
	rows, err := FeaturesOf(s).Rows(archs)
	if err != nil {
		t.Fatal(err)
	}
	return rows, d.MeasureMs(s, archs, rng), archs
}

func learnerOf(t testing.TB, s *space.Space, prior Prior) *Learner {
	t.Helper()
	rows, ms, _ := measured(t, s, simulated.Card, "source", 400)
	source, err := FitSource("card", FeaturesOf(s), rows, ms)
	if err != nil {
		t.Fatal(err)
	}
	l, err := NewLearner(FeaturesOf(s), []*Source{source}, prior)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}

// One base and one ratio of noise, by dense algebra: evidence, mean and variance are those of
// the Gaussian process with the kernel K + c·b·bᵀ, also with more rows than columns.
func TestComponentIsTheGaussianProcess(t *testing.T) {
	prior := DefaultPrior()
	prior.Tails, prior.MeanShare, prior.PhysicsShare = 0, 0, 0
	s := spacetest.ByID(t, "nasbench201")
	for _, n := range []int{12, 120} {
		rows, ms, _ := measured(t, s, simulated.Phone, "target", n)
		test, _, _ := measured(t, s, simulated.Phone, "test", 5)
		var evidence []float64
		for _, noise := range []float64{.03, .3} {
			prior.Noise = []float64{noise}
			l := learnerOf(t, s, prior)
			m, err := l.Fit(rows, ms)
			if err != nil {
				t.Fatal(err)
			}
			p := processOf(t, l, rows, m.standardised(ms), m.hypotheses(m.centre)[0], 1, noise)
			evidence = append(evidence, p.evidence)
			f, bases := l.kernelRows(test)
			for i := range 5 {
				want, variance := p.predict(t, f.RawRowView(i), bases.At(i, 0))
				mean, got := m.moments(f.RawRowView(i), bases.RawRowView(i))
				near(t, "mean", mean, want, 1e-7)
				near(t, "variance", got, variance, 1e-7)
				if ms := m.meanMs + m.spreadMs*want; ms > m.leastMs {
					near(t, "prediction", m.mean(test.RawRowView(i)), ms, 1e-7*ms)
				}
			}
		}
		prior.Noise = []float64{.03, .3}
		m, err := learnerOf(t, s, prior).Fit(rows, ms)
		if err != nil {
			t.Fatal(err)
		}
		want := 1 / (1 + math.Exp(evidence[1]-evidence[0]))
		var got float64
		for _, c := range m.components {
			if c.noise == .03 {
				got += c.weight
			}
		}
		near(t, "weight of the lower noise", got, want, leastWeight+1e-7)
	}
}

// One measurement that is five times too large moves predictions less if the noise may have
// long tails.
func TestTailsAbsorbOutliers(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-cifar100")
	rows, ms, _ := measured(t, s, simulated.Phone, "target", 20)
	test, want, _ := measured(t, s, simulated.Phone, "test", 300)
	ms[7] *= 5
	var errors []float64
	for _, tails := range []float64{0, 4} {
		prior := DefaultPrior()
		prior.Tails = tails
		m, err := learnerOf(t, s, prior).Fit(rows, ms)
		if err != nil {
			t.Fatal(err)
		}
		pred := make([]float64, len(want))
		m.Means(pred, test)
		errors = append(errors, metric.MAPE(pred, want))
	}
	if errors[1] > errors[0]/2 {
		t.Errorf("mean relative error %.3f with tails, %.3f without", errors[1], errors[0])
	}
}

// A model comes back from its tensors and header to the bit; what is damaged does not.
func TestStoreAndLoad(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	l := learnerOf(t, s, DefaultPrior())
	_, ms, archs := measured(t, s, simulated.Phone, "target", 15)
	m, err := l.FitWaiting(t.Context(), archs, ms)
	if err != nil {
		t.Fatal(err)
	}
	b := tensor.NewBundle()
	stored, err := m.Store(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(stored)
	if err != nil {
		t.Fatal(err)
	}
	var h Header
	if err := json.Unmarshal(text, &h); err != nil {
		t.Fatal(err)
	}
	again, err := h.Load(b, "x.")
	if err != nil {
		t.Fatal(err)
	}
	low, high, low2, high2 := make([]float64, 15), make([]float64, 15), make([]float64, 15), make([]float64, 15)
	if err := errors.Join(m.Bounds(low, high, archs, .9), again.Bounds(low2, high2, archs, .9)); err != nil {
		t.Fatal(err)
	}
	for i, a := range archs {
		one, err1 := m.PassMs(a)
		two, err2 := again.PassMs(a)
		if one != two || err1 != nil || err2 != nil || low[i] != low2[i] || high[i] != high2[i] || !(low[i] < one && one < high[i]) {
			t.Fatalf("%v in %v to %v, loaded %v in %v to %v", one, low[i], high[i], two, low2[i], high2[i])
		}
	}
	for name, spoil := range map[string]func(h *Header){
		"space": func(h *Header) { h.Space = "moon" }, "blocks": func(h *Header) { h.First[1]++ }, "rows": func(h *Header) { h.Archs = h.Archs[:9] },
		"base": func(h *Header) { h.Clocks[0].Components[0].Base = 99 }, "sources": func(h *Header) { h.Sources = nil }, "clock": func(h *Header) { h.Clocks[0].Queue.Depth = 9 },
		"network": func(h *Header) { h.Archs[1] = "|none~0|" }, "width": func(h *Header) { h.Clocks[0].Components[0].Width = 1 },
		"prior": func(h *Header) { h.Prior.Blocks[0] = math.NaN() },
	} {
		damaged := h
		damaged.First, damaged.Archs, damaged.Clocks = slices.Clone(h.First), slices.Clone(h.Archs), slices.Clone(h.Clocks)
		damaged.Clocks[0].Components = slices.Clone(h.Clocks[0].Components)
		spoil(&damaged)
		if _, err := damaged.Load(b, "x."); err == nil {
			t.Errorf("%s damaged, no error", name)
		}
	}
}

// Sources go through a file, as 32-bit numbers, and move to a space of other widths, where
// they rank networks as their own devices do.
func TestSourcesInFilesAndOtherSpaces(t *testing.T) {
	s, wide := spacetest.ByID(t, "fbnet-cifar100"), spacetest.ByID(t, "fbnet-imagenet")
	sources := learnerOf(t, s, DefaultPrior()).sources
	var file bytes.Buffer
	if err := WriteSources(&file, FeaturesOf(s), sources); err != nil {
		t.Fatal(err)
	}
	read, err := ReadSources(file.Bytes())
	if err != nil || len(read) != 1 || read[0].Name != "card" || !floats.EqualApprox(read[0].Weights, sources[0].Weights, 1e-6) {
		t.Fatalf("%v, %v", read, err)
	}
	if _, err := ReadSources(file.Bytes()[:file.Len()-9]); err == nil {
		t.Error("a file that is cut off, no error")
	}
	moved, err := Move(FeaturesOf(wide), read)
	if err != nil {
		t.Fatal(err)
	}
	rows, _, archs := measured(t, wide, simulated.Card, "moved", 200)
	want, err := sources[0].standardised(archs)
	if err != nil {
		t.Fatal(err)
	}
	got := make([]float64, len(archs))
	for i := range got {
		got[i] = floats.Dot(moved[0].Weights, rows.RawRowView(i))
	}
	if rank := metric.Spearman(got, want); rank < .999 {
		t.Errorf("a moved source ranks as its own with %v", rank)
	}
	if _, err := Move(FeaturesOf(spacetest.ByID(t, "nasbench201")), read); err == nil {
		t.Error("a source of another family, no error")
	}
}

// Mistakes are named.
func TestFaults(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	l := learnerOf(t, s, DefaultPrior())
	rows, ms, _ := measured(t, s, simulated.Phone, "target", 10)
	for name, spoil := range map[string]func(ms []float64) []float64{
		"two rows": func(ms []float64) []float64 { return ms[:2] }, "zero": func(ms []float64) []float64 { ms[3] = 0; return ms },
		"not a number": func(ms []float64) []float64 { ms[3] = math.NaN(); return ms },
		"equal": func(ms []float64) []float64 {
			for i := range ms {
				ms[i] = 2
			}
			return ms
		},
	} {
		if _, err := l.Fit(rows, spoil(slices.Clone(ms))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if _, err := NewLearner(FeaturesOf(spacetest.ByID(t, "fbnet-cifar100")), l.sources, DefaultPrior()); err == nil {
		t.Error("a source of another space, no error")
	}
	if _, err := FeaturesOf(s).Rows([]space.Arch{spacetest.ByID(t, "fbnet-cifar100").Smallest()}); err == nil {
		t.Error("features of another space's network, no error")
	}
}

// Twenty measurements of HELP's devices rank the other networks far better than is published
// for their tasks, and designed ones no worse than random ones.
func TestHELPDevices(t *testing.T) {
	for _, c := range []struct {
		benchmark, target string
		from              []string
		rank              float64 // at least; reached: .989, .733, .923
	}{{"fbnet", "fpga", []string{"1080ti_1", "silver_4114", "pixel3"}, .97},
		{"fbnet", "samsung_s7", []string{"2080ti_1", "silver_4114", "essential_ph_1"}, .68},
		{"nasbench201", "eyeriss", []string{"1080ti_1", "silver_4114", "pixel3"}, .9}} {
		open := func(device string) *dataset.Set {
			set, err := dataset.Open(c.benchmark + "/" + device)
			if err != nil {
				t.Fatal(err)
			}
			return set.Subset(random.Stream(3, c.target).Perm(set.Rows)[:2000])
		}
		target := open(c.target)
		s, err := target.Space()
		if err != nil {
			t.Fatal(err)
		}
		f := FeaturesOf(s)
		rows, err := f.Rows(target.Archs())
		if err != nil {
			t.Fatal(err)
		}
		_, p := rows.Dims()
		var sources []*Source
		for _, d := range c.from {
			s, err := FitSource(d, f, rows.Slice(0, 800, 0, p).(*mat.Dense), open(d).LatenciesMs()[:800])
			if err != nil {
				t.Fatal(err)
			}
			sources = append(sources, s)
		}
		l, err := NewLearner(f, sources, DefaultPrior())
		if err != nil {
			t.Fatal(err)
		}
		y := target.LatenciesMs()
		m, err := l.Fit(rows.Slice(0, 20, 0, p), y[:20])
		if err != nil {
			t.Fatal(err)
		}
		pred := make([]float64, 1000)
		m.Means(pred, rows.Slice(1000, 2000, 0, p).(*mat.Dense))
		rank := metric.Spearman(pred, y[1000:])
		t.Logf("%s: %.3f, %v", c.target, rank, m.Describe())
		if rank < c.rank {
			t.Errorf("%s: rank correlation %.3f, want %v", c.target, rank, c.rank)
		}
	}
}
