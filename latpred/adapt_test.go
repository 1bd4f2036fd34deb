package latpred_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// phone is a source, cards are rows of a device to adapt to.
func phone(t *testing.T) []fewshot.Source {
	t.Helper()
	sources, err := latpred.Sources(t.Context(), []string{"note10"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return sources
}

func cards(t *testing.T, n int) *dataset.Set {
	t.Helper()
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	return set.Subset(random.Stream(4, "cards").Perm(6000)[:n])
}

func TestAdaptFaults(t *testing.T) {
	sources := phone(t)
	proxyless, err := space.ByID("proxyless-w1.3")
	if err != nil {
		t.Fatal(err)
	}
	for want, spoil := range map[string]func(s *dataset.Set){
		"at least 3 measurements are needed": func(s *dataset.Set) { s.Samples = s.Samples[:2] },
		"there is nothing to learn": func(s *dataset.Set) {
			for i := range s.Samples {
				s.Samples[i].LatencyMs = 5
			}
		},
		"rows [3 7] are about 0.0": func(s *dataset.Set) { s.Samples[2].LatencyMs /= 1000; s.Samples[6].LatencyMs /= 1000 },
		"rows [5] have another number of stages": func(s *dataset.Set) {
			s.Samples[4].Arch = proxyless.Sample(random.Stream(1, ""))
		},
		"row 2: pass: slot 0": func(s *dataset.Set) { s.Samples[1].Arch.Kernel[0] = 9 },
	} {
		set := cards(t, 12)
		spoil(set)
		if _, _, err := latpred.Adapt(t.Context(), sources, set, latpred.AdaptConfig{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
}

// What is doubtful but usable comes back as a warning that says which rows.
func TestAdaptWarnings(t *testing.T) {
	sources := phone(t)
	for kind, c := range map[latpred.WarningKind]struct {
		spoil func(s *dataset.Set)
		rows  []int
	}{
		latpred.WarnScale: {func(s *dataset.Set) { // seconds
			for i := range s.Samples {
				s.Samples[i].LatencyMs /= 1000
			}
		}, nil},
		latpred.WarnDuplicate: {func(s *dataset.Set) {
			s.Samples[9].Arch, s.Samples[9].LatencyMs = s.Samples[4].Arch, 1.3*s.Samples[4].LatencyMs
		}, []int{4, 9}},
		latpred.WarnOutliers: {func(s *dataset.Set) { s.Samples[30].LatencyMs *= 3 }, []int{30}},
		latpred.WarnDrift: {func(s *dataset.Set) {
			for i := range s.Samples[40:] {
				s.Samples[40+i].LatencyMs *= 1.1
			}
		}, nil},
		latpred.WarnFewRows: {func(s *dataset.Set) { s.Samples = s.Samples[:10] }, nil},
	} {
		set := cards(t, 80)
		c.spoil(set)
		_, result, err := latpred.Adapt(t.Context(), sources, set, latpred.AdaptConfig{})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(result.Warnings, func(w latpred.Warning) bool { return w.Kind == kind })
		if at < 0 || !slices.Equal(result.Warnings[at].Rows, c.rows) {
			t.Errorf("%s: %v", kind, result.Warnings)
		}
	}
	_, result, err := latpred.Adapt(t.Context(), sources, cards(t, 80), latpred.AdaptConfig{})
	if err != nil || len(result.Warnings) > 0 || result.ExpectedPercent <= 0 || result.MoreRows <= 0 || result.Recipe == "" {
		t.Errorf("good rows: %+v, %v", result, err)
	}
}

// The interval of 50 rows keeps its promise, and the expected error is of the
// order of the true one.
func TestAdaptInterval(t *testing.T) {
	p, result, err := latpred.Adapt(t.Context(), phone(t), cards(t, 60), latpred.AdaptConfig{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	test := set.Subset(set.SplitFileOrder().Validation[:500])
	low, high := bounds(t, p, test.Archs(), .9)
	if share, _ := metric.Coverage(low, high, test.LatenciesMs()); share < .85 || share > .99 {
		t.Errorf("the 90 %% interval holds %.3f", share)
	}
	e := 100 * metric.MAPE(predict(t, p, test.Archs()), test.LatenciesMs())
	if math.Abs(math.Log(e/result.ExpectedPercent)) > math.Log(1.5) {
		t.Errorf("error %.2f %%, expected were %.2f", e, result.ExpectedPercent)
	}
}

func TestPlan(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	one, err := latpred.Plan(phone(t), s, random.Stream(1, "plan"), 10)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := latpred.Plan(phone(t), s, random.Stream(1, "plan"), 10)
	if !slices.Equal(one, two) {
		t.Error("two plans of one seed differ")
	}
	seen := map[space.Arch]bool{}
	for _, a := range one {
		if err := s.Validate(a); err != nil || seen[a] {
			t.Errorf("%s: %v, or twice", a, err)
		}
		seen[a] = true
	}
}

func TestGPU(t *testing.T) {
	for _, c := range []struct {
		spec     string
		warnings int
	}{
		{`{"name":"a Turing card","generation":"Turing","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 0},
		{`{"name":"of an unknown generation","bandwidth_gb_per_s":600,"fp32_tflops":14}`, 1},
		{`{"name":"H100","generation":"hopper","bandwidth_gb_per_s":3350,"fp32_tflops":66.9}`, 2},
		{`{"name":"batch 1","generation":"turing","bandwidth_gb_per_s":600,"fp32_tflops":14,"batch":1}`, 1},
	} {
		spec, err := latpred.ParseGPUSpec([]byte(c.spec))
		if err != nil {
			t.Fatal(err)
		}
		_, warnings, err := latpred.ForGPU(t.Context(), spec)
		if err != nil || len(warnings) != c.warnings {
			t.Errorf("%s: %v, %v", c.spec, warnings, err)
		}
	}
	for _, bad := range []string{`{}`, `{"bandwidth":600}`, `{"bandwidth_gb_per_s":-1,"fp32_tflops":14}`, `nonsense`} {
		if _, err := latpred.ParseGPUSpec([]byte(bad)); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if _, _, err := latpred.ForGPU(t.Context(), latpred.GPUSpec{BandwidthGBs: 600, FP32TFLOPS: 14, Batch: 7}); err == nil || !strings.Contains(err.Error(), "batches [1 32 64]") {
		t.Errorf("batch 7: %v", err)
	}
}

func TestExplain(t *testing.T) {
	p, _, err := latpred.Adapt(t.Context(), phone(t), cards(t, 30), latpred.AdaptConfig{})
	if err != nil {
		t.Fatal(err)
	}
	a := space.MustParse("r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666")
	e, err := latpred.Explain(p, a, []int{160, 176, 192})
	if err != nil || e.Breakdown == nil || len(e.Savings) < 20 {
		t.Fatalf("%+v, %v", e, err)
	}
	if e.Savings[0].Arch.Resolution != 160 { // a sixth of the pixels
		t.Errorf("what saves most: %+v", e.Savings[0])
	}
	for i, s := range e.Savings {
		if got := predict(t, p, []space.Arch{s.Arch})[0]; got != s.LatencyMs || math.Abs(e.LatencyMs-got-s.SavesMs) > 1e-12 || i > 0 && s.SavesMs > e.Savings[i-1].SavesMs {
			t.Errorf("%+v, predicted %v", s, got)
		}
	}
}
