package additive

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// foreign are spaces of other families than OFA's.
var foreign = []string{"fbnet-cifar100", "fbnet-imagenet", "nasbench201"}

// A made-up card is known in any space, to a part of its noise; the file knows the
// family, segments are named by the choices, and sum up.
func TestTrainInForeignSpaces(t *testing.T) {
	for _, id := range foreign {
		s := spacetest.ByID(t, id)
		set := measuredIn(t, s, noisy(), 1500, nil)
		p, report := train(t, set, Config{})
		quiet := noisy()
		quiet.NoisePart = 0
		test := set.Subset(set.SplitFileOrder().Test)
		e := metric.MAPE(predict(t, p, test.Archs()), quiet.MeasureMs(s, test.Archs(), nil))
		t.Logf("%s: %s, mean relative error %.4f", id, p.Provenance().Recipe["basis"], e)
		if e > .005 || !p.Model().Queue.None() || report.Warnings != nil || p.Model().Family != s.Family {
			t.Errorf("%s: mean relative error %.4f, queue %+v, %v", id, e, p.Model().Queue, report.Warnings)
		}
		file := filepath.Join(t.TempDir(), "table")
		if err := modelfile.Save(file, p); err != nil {
			t.Fatal(err)
		}
		again, err := modelfile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(predict(t, again, test.Archs()), predict(t, p, test.Archs())) {
			t.Errorf("%s: what comes back from the file predicts something else", id)
		}
		b, err := p.Segments(test.Archs()[0])
		if err != nil {
			t.Fatal(err)
		}
		var sum float64
		for i, seg := range b.Segments {
			sum += seg.Ms
			if between := i > 0 && i < len(b.Segments)-1; between != (seg.Choice != "") || seg.Kernel != 0 || seg.Expand != 0 {
				t.Errorf("%s: %+v", id, seg)
			}
		}
		if math.Abs(sum/b.TrueMs-1) > 1e-9 || len(b.Segments) != s.Slots()+2 {
			t.Errorf("%s: %d segments of %v ms, a pass of %v", id, len(b.Segments), sum, b.TrueMs)
		}
		if err := p.PredictMs(make([]float64, 1), []space.Arch{example}); err == nil {
			t.Errorf("%s: a table knows OFA's networks", id)
		}
	}
}

// What two operations take together beyond their sum is learnt as a correction.
func TestCorrectionInAForeignSpace(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	none, ok := s.Family.ByLabel("none")
	if !ok {
		t.Fatal("no operation none")
	}
	set := measuredIn(t, s, noisy(), 1500, func(_ int, a space.Arch, ms float64) float64 {
		if a.Choice[3] == uint8(1+none) && (a.Choice[4] == uint8(1+none) || a.Choice[5] == uint8(1+none)) {
			ms *= .7 // most of the cell has nothing to do
		}
		return ms
	})
	p, _ := train(t, set, Config{NoQueue: true, Hybrid: true})
	test := set.Subset(set.SplitFileOrder().Test)
	with := metric.MAPE(predict(t, p, test.Archs()), test.LatenciesMs())
	without := metric.MAPE(predict(t, p.WithoutCorrection(), test.Archs()), test.LatenciesMs())
	t.Logf("mean relative error %.4f, without the correction %.4f", with, without)
	if p.Kind() != latpred.KindHybrid || with > .85*without {
		t.Errorf("%s: mean relative error %.4f, without the correction %.4f", p.Kind(), with, without)
	}
}

// The features of a correction have their places: OFA's as they ever were, others' by
// their layout, and operations numbers from 1.
func TestCorrectionFeatures(t *testing.T) {
	for _, c := range []struct {
		f    *space.Family
		want int
	}{{space.OFA5, 54}, {space.OFA6, 54}, {space.NASBench201, 1 + 1 + 6 + 5}, {space.FBNet, 1 + 7 + 22 + 5}} {
		if n := CorrectionFeatures(c.f); n != c.want || FactorFeature(c.f, c.f.Layout.Slots-1, len(c.f.Factors)-1) != n-6 {
			t.Errorf("%s: %d features, want %d", c.f.ID, n, c.want)
		}
	}
	row := correctionRow(nil, example, pass.Reading{LabelMs: 20, TrueMs: 21, HostLagMs: -3, Launches: 300})
	if got := row[49:]; !slices.Equal(got, []float64{20, 21, -3, -.15, 300}) {
		t.Errorf("of the reading: %v", got)
	}
	for i, want := range []float64{176, 4, 3, 3, 4, 4, 0, 5, 6, 5, 6, 3, 6, 3, 6, 5, 4, 3, 4, 5, 4, 0, 0} { // k5533-535-…, e6666-444-…
		if row[i] != want {
			t.Errorf("feature %d is %v, want %v", i, row[i], want)
		}
	}
	cell := space.MustParse("|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|none~2|")
	row = correctionRow(nil, cell, pass.Reading{})
	if want := []float64{32, 6, 4, 1, 5, 2, 3, 1}; !slices.Equal(row[:8], want) {
		t.Errorf("%v, want %v", row[:8], want)
	}
}

// HELP's latencies are explained by tables learnt from 1,400 networks: exactly where they
// were sums over layers to begin with (Eyeriss is simulated), to the noise elsewhere.
func TestTrainOnHELP(t *testing.T) {
	for _, c := range []struct {
		set   string
		limit float64 // MAPE, %; reached: .00, 2.64, .94, .00, .31
	}{
		{"fbnet-eyeriss", .1}, {"fbnet-silver4114", 3.5}, {"fbnet-1080ti-b64", 1.3}, {"nasbench201-eyeriss", .1}, {"nasbench201-titanrtx-b256", .5},
	} {
		set, err := dataset.Open(c.set)
		if err != nil {
			t.Fatal(err)
		}
		p, report := train(t, set.Subset(seq(0, 2000)), Config{NoQueue: true})
		test := set.Subset(seq(2000, 5000))
		pred := predict(t, p, test.Archs())
		e, mean := 100*metric.MAPE(pred, test.LatenciesMs()), meanError(test.LatenciesMs())
		t.Logf("%s: %s, MAPE %.2f %%, of the mean latency %.1f, Spearman %.4f, %d tried", c.set, p.Provenance().Recipe["basis"], e, mean, metric.Spearman(pred, test.LatenciesMs()), len(report.Tried))
		if e > c.limit || e > mean/2 {
			t.Errorf("%s: MAPE %.2f %%, of the mean latency %.1f", c.set, e, mean)
		}
	}
}

// meanError is the MAPE, in percent, of predicting the mean.
func meanError(y []float64) float64 {
	var mean float64
	for _, v := range y {
		mean += v / float64(len(y))
	}
	pred := slices.Repeat([]float64{mean}, len(y))
	return 100 * metric.MAPE(pred, y)
}
