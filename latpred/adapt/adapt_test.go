package adapt_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// phone is a source, cards are rows of a device to adapt to.
func phone(t *testing.T) []*transfer.Source {
	t.Helper()
	sources, err := catalog.Sources(t.Context(), spacetest.ByID(t, "mbv3-w1.0"), []string{"note10"})
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
		"rows 3, 7 are about 0.001 times": func(s *dataset.Set) { s.Samples[2].LatencyMs /= 1000; s.Samples[6].LatencyMs /= 1000 },
		"row 5 has another number of stages": func(s *dataset.Set) {
			s.Samples[4].Arch = proxyless.Sample(random.Stream(1, ""))
		},
		"row 2: pass: slot 0": func(s *dataset.Set) { s.Samples[1].Arch.Choice[0] = 10 },
	} {
		set := cards(t, 12)
		spoil(set)
		if _, _, err := adapt.Adapt(t.Context(), sources, set, adapt.Config{}); err == nil || !strings.Contains(err.Error(), want) {
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
		latpred.WarnContradictions: {func(s *dataset.Set) {
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
		_, result, err := adapt.Adapt(t.Context(), sources, set, adapt.Config{NoForecast: true})
		if err != nil {
			t.Fatal(err)
		}
		at := slices.IndexFunc(result.Warnings, func(w latpred.Warning) bool { return w.Kind == kind })
		if at < 0 || !slices.Equal(result.Warnings[at].Rows, c.rows) {
			t.Errorf("%s: %v", kind, result.Warnings)
		}
	}
	_, result, err := adapt.Adapt(t.Context(), sources, cards(t, 80), adapt.Config{})
	if err != nil || len(result.Warnings) > 0 || result.ExpectedPercent <= 0 || result.MoreRows <= 0 || result.Recipe == "" {
		t.Errorf("good rows: %+v, %v", result, err)
	}
}

// The interval of 50 rows keeps its promise, and the expected error is of the
// order of the true one.
func TestAdaptInterval(t *testing.T) {
	p, result, err := adapt.Adapt(t.Context(), phone(t), cards(t, 60), adapt.Config{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	test := set.Subset(set.SplitFileOrder().Validation[:500])
	low, high := latpredtest.Bounds(t, p, test.Archs(), .9)
	if share, _ := metric.Coverage(low, high, test.LatenciesMs()); share < .85 || share > .99 {
		t.Errorf("the 90 %% interval holds %.3f", share)
	}
	e := 100 * metric.MAPE(latpredtest.Predict(t, p, test.Archs()), test.LatenciesMs())
	if math.Abs(math.Log(e/result.ExpectedPercent)) > math.Log(1.5) {
		t.Errorf("error %.2f %%, expected were %.2f", e, result.ExpectedPercent)
	}
}

func TestPlan(t *testing.T) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	one, err := adapt.Plan(phone(t), s, random.Stream(1, "plan"), 10)
	if err != nil {
		t.Fatal(err)
	}
	two, _ := adapt.Plan(phone(t), s, random.Stream(1, "plan"), 10)
	if !slices.Equal(one, two) {
		t.Error("two plans of one seed differ")
	}
	if fewer, err := adapt.Plan(phone(t), s, random.Stream(1, "plan"), 4); err != nil || !slices.Equal(fewer, one[:4]) {
		t.Errorf("the plan of 4 does not begin that of 10: %v", err)
	}
	if _, err := adapt.Plan(phone(t), s, random.Stream(1, "plan"), -1); err == nil {
		t.Error("a plan of less than one network, no error")
	}
	seen := map[space.Arch]bool{}
	for _, a := range one {
		if err := s.Validate(a); err != nil || seen[a] {
			t.Errorf("%s: %v, or twice", a, err)
		}
		seen[a] = true
	}
}
