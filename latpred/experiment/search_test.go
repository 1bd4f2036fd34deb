package experiment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// A found network is broken where its true latency is above the limit, and is left out of
// what is judged where nobody knows that.
func TestFoundIsJudged(t *testing.T) {
	s := judgedSearch{name: "s", limits: []float64{10, 20, 30}, paper: paperSearch{[]float64{9, 19, 29}, []float64{70, 71, 72}, 5}}
	f := searched{limits: make([]atLimit, 3)}
	f.begin()
	a := space.MustParse("r176 d22222 k33-33-33-33-33 e33-33-33-33-33")
	f.add(s, 0, a, 9.5, 10.5, 74)
	f.add(s, 1, a, 19.5, 20, 75)
	f.add(s, 2, a, 29, math.NaN(), 76)
	rows := f.rows(s)
	if !slices.Equal(f.broken, []float64{1}) || len(rows) != 6 || !slices.Equal(f.judged.X, []float64{10.5, 20}) || !slices.Equal(f.believed.X, []float64{9.5, 19.5, 29}) || !slices.Equal(f.believed.Y, []float64{74, 75, 76}) {
		t.Errorf("%+v", f)
	}
	row := rows[2]
	if row.Quantity != "s, ≤ 20 ms: latency" || row.Paper != 19 || row.AsPublished != 19.5 || row.Corrected != 20 || row.Note != a.String() {
		t.Errorf("%+v", row)
	}
	if top1 := rows[3]; top1.Quantity != "s, ≤ 20 ms: top-1" || top1.Paper != 71 || top1.AsPublished != 75 {
		t.Errorf("%+v", top1)
	}
	if rows[4].AsPublished != 29 || !rows[4].Corrected.Missing() {
		t.Errorf("a network whose latency nobody knows: %+v", rows[4])
	}
	s.paper = paperSearch{}
	if row := f.rows(s)[0]; !row.Paper.Missing() {
		t.Errorf("the paper has %v of a search that it does not report", row.Paper)
	}
	f.begin() // another seed: rows have its values too, figures and notes are the first's
	f.add(s, 1, space.MustParse("r160 d22222 k33-33-33-33-33 e33-33-33-33-33"), 17.5, 30, 74)
	if row := f.rows(s)[2]; row.AsPublished != 18.5 || row.AsPublishedLow != 17.5 || row.AsPublishedHigh != 19.5 || row.Corrected != 25 || row.Note != a.String() {
		t.Errorf("two seeds: %+v", row)
	}
	if !slices.Equal(f.broken, []float64{1, 1}) || len(f.believed.X) != 3 || len(f.judged.X) != 2 {
		t.Errorf("two seeds: %+v", f)
	}
}

// The rows of a report: what each search found, but of the right cache, then its time and
// its broken limits.
func TestReport(t *testing.T) {
	r := runnerOf(t, Full)
	searches := []judgedSearch{{name: "a", limits: []float64{5}, paper: paperSearch{[]float64{1}, []float64{2}, 90}}, {name: "b, " + rightCache, limits: []float64{5}}}
	r.report(searches, map[string]searched{
		"a":                {limits: make([]atLimit, 1), seconds: []float64{2, 4}, broken: []float64{2, 2}, evaluated: 7},
		"b, " + rightCache: {limits: make([]atLimit, 1), seconds: []float64{4}, broken: []float64{0}}})
	var names []string
	for _, row := range r.result.Rows {
		names = append(names, row.Quantity)
	}
	if len(names) != 6 || names[0] != "a, ≤ 5 ms: latency" || strings.HasPrefix(names[2], "b, "+rightCache+", ≤") {
		t.Errorf("%q", names)
	}
	if row := r.row(t, "a: time of five searches"); row.AsPublished != 3 || row.AsPublishedHigh != 4 || row.Paper != 90 || row.Note != "7 latencies asked for" {
		t.Errorf("%+v", row)
	}
	if row := r.row(t, "a: limits broken, of five"); row.AsPublished != 2 {
		t.Errorf("%+v", row)
	}
}

// row finds a row of the result.
func (r *runner) row(t *testing.T, quantity string) Row { t.Helper(); return r.result.row(t, quantity) }

// A search by the true latency of a made-up device meets its limits and asks for no more
// than it says; under a limit that nothing meets there is a note in place of a network.
func TestSearchLimits(t *testing.T) {
	r := runnerOf(t, Quick)
	r.size.epochs = 2 // four generations
	s := spacetest.ByID(t, "compofa-fixed-w1.2")
	asked := 0
	latency := func(dst []float64, archs []space.Arch) error {
		asked += len(archs)
		for i, a := range archs {
			dst[i] = simulated.Card.PassMs(s, a)
		}
		return nil
	}
	smallest, largest := simulated.Card.PassMs(s, s.Smallest()), simulated.Card.PassMs(s, s.Largest())
	limits := []float64{smallest / 2, (smallest + largest) / 2, largest}
	search := judgedSearch{name: "made-up", space: s.ID, latency: latency, key: nas.ByArch, limits: limits}
	judge := func(dst []float64, archs []space.Arch) error {
		for i, a := range archs {
			dst[i] = simulated.Card.PassMs(s, a)
		}
		return nil
	}
	calibration, err := calibrate()
	if err != nil {
		t.Fatal(err)
	}
	f, err := r.searchLimits(search, judge, calibration)
	if err != nil {
		t.Fatal(err)
	}
	rows := f.rows(search)
	if !slices.Equal(f.broken, []float64{0}) || len(f.judged.X) != 2 || len(rows) != 6 || f.evaluated == 0 || f.evaluated > 10*asked {
		t.Errorf("%v broken, judged %v, %d rows, %d of %d latencies asked for", f.broken, f.judged.X, len(rows), asked, f.evaluated)
	}
	if rows[0].Note == "" || !rows[0].AsPublished.Missing() {
		t.Errorf("a limit that nothing meets: %+v", rows[0])
	}
	if !slices.Equal(f.judged.X, f.believed.X) || f.believed.Y[1] < f.believed.Y[0] {
		t.Errorf("believed %v, judged %v; top-1 %v", f.believed.X, f.judged.X, f.believed.Y)
	}
}

// The line from predicted accuracies to published ones goes through networks that the
// accuracy predictor knows, and is off by less than half a percent of top-1.
func TestCalibrateAccuracy(t *testing.T) {
	c, err := calibrate()
	if err != nil || c.N != 8 || c.Slope <= 0 || c.RMSE > .5 {
		t.Errorf("%+v, %v", c, err)
	}
}

// The search that only measures takes, of the networks within a limit, the most accurate.
func TestBestMeasured(t *testing.T) {
	set := madeUp(t, "best measured", simulated.Card, 50)
	s := judgedSearch{name: "m", limits: []float64{9, 12}}
	f, err := bestMeasured(s, set, nas.Calibration{Slope: 100})
	if err != nil {
		t.Fatal(err)
	}
	top1 := make([]float64, 50)
	if err := accuracy.Predict(top1, set.Archs()); err != nil {
		t.Fatal(err)
	}
	for k, limit := range s.limits {
		for i, row := range set.Samples {
			if row.LatencyMs <= limit && 100*top1[i] > f.judged.Y[k]+1e-9 {
				t.Errorf("within %v ms: %s is more accurate than what was found", limit, row.Arch)
			}
		}
		if f.judged.X[k] > limit {
			t.Errorf("%v ms, within %v", f.judged.X[k], limit)
		}
	}
	s.limits = []float64{.001}
	if _, err := bestMeasured(s, set, nas.Calibration{}); err == nil || !strings.Contains(err.Error(), "0.001 ms") {
		t.Errorf("a limit that nothing meets: %v", err)
	}
}

// Measured networks have their labels, others none.
func TestMeasuredJudge(t *testing.T) {
	set, err := dataset.Open(measure.Own)
	if err != nil {
		t.Fatal(err)
	}
	judge, err := measuredJudge(set)
	if err != nil {
		t.Fatal(err)
	}
	other := set.Samples[0].Arch
	other.Resolution = 260
	ms := make([]float64, 2)
	if err := judge(ms, []space.Arch{set.Samples[3].Arch, other}); err != nil || ms[0] != set.Samples[3].LatencyMs || !math.IsNaN(ms[1]) {
		t.Errorf("%v, %v", ms, err)
	}
}

// Generations by the profile, at least two.
func TestGenerations(t *testing.T) {
	for _, c := range []struct {
		profile Profile
		epochs  int
		want    int
	}{{Full, 100, 500}, {Quick, 6, 12}, {Quick, 0, 2}} {
		r := runnerOf(t, c.profile)
		if r.size.epochs = c.epochs; r.generations() != c.want {
			t.Errorf("%+v: %d", c, r.generations())
		}
	}
}

// Anchors of two campaigns are apart by the worst of those that both have.
func TestAcrossSessions(t *testing.T) {
	nets, err := measure.Shipped("nets")
	if err != nil {
		t.Fatal(err)
	}
	if off := acrossSessions(nets, nets); off != 0 {
		t.Errorf("a campaign is off itself by %v", off)
	}
	found, err := measure.Shipped("found")
	if err != nil {
		t.Fatal(err)
	}
	worst, common := 0.0, 0
	others := found.AnchorMs()
	for name, ms := range nets.AnchorMs() {
		if other, ok := others[name]; ok {
			worst = math.Max(worst, math.Abs(other/ms-1))
			common++
		}
	}
	if off := acrossSessions(nets, found); off != worst || common == 0 || off > .1 {
		t.Errorf("off by %v, want %v, of %d anchors", off, worst, common)
	}
}
