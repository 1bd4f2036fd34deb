package fewshot_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// recipes are how sources are fitted.
var recipes = map[string]pass.Config{
	"note10": {}, "p40-b64": {QueueDepth: 920, LaunchMs: .04}, "rtx2080ti-b64": {QueueDepth: 935, States: 2},
}

var (
	fitting sync.Mutex
	fitted  = map[string]*pass.Model{}
)

func source(t *testing.T, name string) fewshot.Source {
	t.Helper()
	fitting.Lock()
	defer fitting.Unlock()
	if fitted[name] == nil {
		set := open(t, name)
		train := set.Subset(set.SplitFileOrder().Train[60:])
		c := recipes[name]
		c.Basis = pass.Tied(pass.ResolutionsOf(train.Archs()))
		m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
		if err != nil {
			t.Fatal(err)
		}
		fitted[name] = m
	}
	return fewshot.Source{Name: name, Model: fitted[name]}
}

func open(t *testing.T, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// judge gives the MAE on validation rows, and the share of them within 1.645
// standard deviations.
func judge(t *testing.T, m *fewshot.Model, test *dataset.Set) (mae, within float64) {
	t.Helper()
	pred := make([]float64, test.Rows)
	for i, s := range test.Samples {
		ms, sd, err := m.Read(s.Arch)
		if err != nil {
			t.Fatal(err)
		}
		pred[i] = ms
		if math.Abs(ms-s.LatencyMs) <= 1.645*sd {
			within += 1 / float64(test.Rows)
		}
	}
	return metric.MAE(pred, test.LatenciesMs()), within
}

// TestAccuracy holds medians over draws against bounds that are a tenth above
// what was reached on these validation rows, and the posterior's intervals against what
// they promise, on average over draws; the paper's fine-tuning with 700 labels has .712, 7.45, 1.609.
func TestAccuracy(t *testing.T) {
	for _, c := range []struct {
		name, target string
		sources      []string
		n            int
		designed     bool
		limit        float64
	}{
		{"random 10", "note10", []string{"rtx2080ti-b64"}, 10, false, .57},
		{"designed 10", "note10", []string{"rtx2080ti-b64"}, 10, true, .47},
		{"random 100", "note10", []string{"rtx2080ti-b64"}, 100, false, .13},
		{"two sources, designed 10", "p40-b64", []string{"rtx2080ti-b64", "note10"}, 10, true, .735},
		{"two sources, random 100", "p40-b64", []string{"rtx2080ti-b64", "note10"}, 100, false, .25},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var sources []fewshot.Source
			for _, s := range c.sources {
				sources = append(sources, source(t, s))
			}
			set := open(t, c.target)
			split := set.SplitFileOrder()
			test := set.Subset(split.Validation[:300])
			var maes, plain []float64
			var held float64 // share of rows within the posterior's 90 %, mean over draws
			for draw := range uint64(5) {
				rng := random.Stream(draw, "draw")
				pool := rng.Perm(len(split.Train))[:540]
				support := set.Subset(pool[:c.n])
				if c.designed {
					pick, err := fewshot.Design(sources, set.Subset(pool).Archs(), c.n)
					if err != nil {
						t.Fatal(err)
					}
					support = set.Subset(pool).Subset(pick)
				}
				m, _, err := fewshot.Fit(t.Context(), sources, support.Archs(), support.LatenciesMs(), fewshot.Config{})
				if err != nil {
					t.Fatal(err)
				}
				mae, within := judge(t, m, test)
				held += within / 5
				maes = append(maes, mae)
				if m, _, err = fewshot.Fit(t.Context(), sources, support.Archs(), support.LatenciesMs(), fewshot.Config{PowerLaw: true}); err != nil {
					t.Fatal(err)
				}
				mae, _ = judge(t, m, test)
				plain = append(plain, mae)
			}
			slices.Sort(maes)
			slices.Sort(plain)
			t.Logf("median MAE %.3f ms, power law %.3f; 90 %% held %.3f", maes[2], plain[2], held)
			if held < .86 || held > .985 {
				t.Errorf("%.3f of rows within the 90 %% that the posterior promises", held)
			}
			if maes[2] > c.limit || maes[2] > plain[2] {
				t.Errorf("median MAE %.3f ms, want at most %v, and the power law's %.3f", maes[2], c.limit, plain[2])
			}
		})
	}
}

// A device that is a source times 3 is found from three rows.
func TestScaledSource(t *testing.T) {
	s := source(t, "note10")
	set := open(t, "note10").Subset([]int{5, 17, 99, 200, 300, 400})
	y := make([]float64, 3)
	for i, a := range set.Archs()[:3] {
		r, err := s.Model.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		y[i] = 3 * r.TrueMs
	}
	m, _, err := fewshot.Fit(t.Context(), []fewshot.Source{s}, set.Archs()[:3], y, fewshot.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range set.Archs()[3:] {
		r, _ := s.Model.Read(a, 0)
		if ms, sd, err := m.Read(a); err != nil || math.Abs(ms/(3*r.TrueMs)-1) > .01 || sd <= 0 {
			t.Errorf("%s: %v ± %v ms, %v, want %v", a, ms, sd, err, 3*r.TrueMs)
		}
	}
}

// A measurement that something disturbed does not spoil what ten others say.
func TestOutlier(t *testing.T) {
	s := source(t, "note10")
	set := open(t, "note10").Subset(random.Stream(1, "outlier").Perm(7000)[:40])
	y := make([]float64, set.Rows)
	for i, a := range set.Archs() {
		r, err := s.Model.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		y[i] = 3 * r.TrueMs
	}
	want := slices.Clone(y)
	y[4] *= 1.5
	for _, plain := range []bool{false, true} {
		m, _, err := fewshot.Fit(t.Context(), []fewshot.Source{s}, set.Archs()[:11], y[:11], fewshot.Config{PowerLaw: plain})
		if err != nil {
			t.Fatal(err)
		}
		var mean float64
		for i, a := range set.Archs()[11:] {
			ms, err := m.MeanMs(a)
			if err != nil {
				t.Fatal(err)
			}
			mean += math.Abs(ms/want[11+i]-1) / float64(set.Rows-11)
		}
		t.Logf("plain %v: mean relative error %.4f", plain, mean)
		if mean > .02 {
			t.Errorf("plain %v: mean relative error %.4f", plain, mean)
		}
	}
}

// What a power law with a constant makes of a source is found by power laws alone.
func TestPowerLawWithConstant(t *testing.T) {
	s := source(t, "note10")
	set := open(t, "note10").Subset([]int{5, 17, 99, 200, 300, 400, 500, 600, 700, 800, 900, 1000})
	y := make([]float64, set.Rows)
	for i, a := range set.Archs() {
		r, err := s.Model.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		y[i] = 2*math.Pow(r.TrueMs, .95) + 20
	}
	m, _, err := fewshot.Fit(t.Context(), []fewshot.Source{s}, set.Archs()[:8], y[:8], fewshot.Config{PowerLaw: true})
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range set.Archs()[8:] {
		if ms, err := m.MeanMs(a); err != nil || math.Abs(ms/y[8+i]-1) > .0005 {
			t.Errorf("%s: %.4f ms, %v, want %.4f", a, ms, err, y[8+i])
		}
	}
}

// A device that gains from the stem to the head over its source is found from ten rows,
// where a power law is far off.
func TestTrend(t *testing.T) {
	s := source(t, "note10")
	set := open(t, "note10")
	test := set.Subset(set.SplitFileOrder().Validation[:200])
	slanted := func(a space.Arch) float64 {
		ms, segs, err := s.Model.SegmentsMs(nil, nil, a)
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for i, seg := range segs {
			depth := -1.5
			if seg.Slot == pass.Head {
				depth = 1.5
			} else if seg.Slot != pass.Stem {
				depth = float64(a.Family.Stage(seg.Slot)-2) / 2
			}
			sum += ms[i] * (1 - .15*depth)
		}
		return sum
	}
	support := set.Subset(random.Stream(1, "trend").Perm(7000)[:10])
	var y []float64
	for _, a := range support.Archs() {
		y = append(y, slanted(a))
	}
	var errs [2]float64
	for k := range errs {
		m, _, err := fewshot.Fit(t.Context(), []fewshot.Source{s}, support.Archs(), y, fewshot.Config{PowerLaw: k == 1})
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range test.Archs() {
			ms, err := m.MeanMs(a)
			if err != nil {
				t.Fatal(err)
			}
			errs[k] += math.Abs(ms/slanted(a)-1) / float64(test.Rows)
		}
	}
	t.Logf("mean relative error %.4f, power law %.4f", errs[0], errs[1])
	if errs[0] > .005 || errs[0] > errs[1]/2 {
		t.Errorf("mean relative error %.4f, power law %.4f", errs[0], errs[1])
	}
}

func TestFaults(t *testing.T) {
	s := []fewshot.Source{source(t, "note10")}
	a := open(t, "note10").Archs()[:4]
	y := []float64{1, 2, 3, 4}
	if _, _, err := fewshot.Fit(t.Context(), s, a[:2], y[:2], fewshot.Config{}); err == nil {
		t.Error("two rows, no error")
	}
	if _, _, err := fewshot.Fit(t.Context(), nil, a, y, fewshot.Config{}); err == nil {
		t.Error("no sources, no error")
	}
	other := a
	other = slices.Clone(other)
	for i := range other {
		other[i].Resolution = 0 // nothing covers it
	}
	if _, _, err := fewshot.Fit(t.Context(), s, other, y, fewshot.Config{}); err == nil {
		t.Error("resolutions that no source covers, no error")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := fewshot.Fit(ctx, s, a, y, fewshot.Config{}); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := fewshot.Design(s, []space.Arch{a[0]}, 2); err == nil {
		t.Error("a design larger than its pool, no error")
	}
	one, err := fewshot.Design(s, a, 2)
	two, err2 := fewshot.Design(s, a, 3)
	if err != nil || err2 != nil || !slices.Equal(one, two[:2]) {
		t.Errorf("designs %v, %v, %v, %v", one, two, err, err2)
	}
}

// At batch 1 a launch takes longer than what is launched: no base with a queue may talk
// itself into a host that needs no time, or less than none.
func TestNoiseIsNoQueue(t *testing.T) {
	set := open(t, "help-titanxp-b1")
	split := set.SplitFileOrder()
	test := set.Subset(split.Validation[:300])
	for draw := range uint64(4) {
		support := set.Subset(random.Stream(draw, "noise").Perm(len(split.Train))[:60])
		full, _, err := fewshot.Fit(t.Context(), []fewshot.Source{source(t, "help-titanrtx-b64")}, support.Archs(), support.LatenciesMs(), fewshot.Config{})
		if err != nil {
			t.Fatal(err)
		}
		plain, _, err := fewshot.Fit(t.Context(), []fewshot.Source{source(t, "help-titanrtx-b64")}, support.Archs(), support.LatenciesMs(), fewshot.Config{PowerLaw: true})
		if err != nil {
			t.Fatal(err)
		}
		one, _ := judge(t, full, test)
		other, _ := judge(t, plain, test)
		if one > 1.05*other {
			t.Errorf("draw %d: MAE %.3f ms, the power law's %.3f", draw, one, other)
		}
	}
}
