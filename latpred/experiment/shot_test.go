package experiment

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// shotAt is few measurements of a made-up device, from a card and a phone.
func shotAt(t *testing.T, d simulated.Device, n int) shot {
	t.Helper()
	set := madeUp(t, "shot", d, 1000)
	split := set.SplitFileOrder()
	return shot{set: set, pool: split.Train, test: split.Test, n: n, draws: 5, waits: true,
		sources: []*transfer.Source{{Name: "card", Times: tableOf(t, simulated.Card)}, {Name: "phone", Times: tableOf(t, simulated.Phone)}}}
}

// rowsOf finds the rows of a set that another has, which has no network twice.
func rowsOf(set, part *dataset.Set) []int {
	at := map[space.Arch]int{}
	for i, s := range set.Samples {
		at[s.Arch] = i
	}
	var rows []int
	for _, s := range part.Samples {
		rows = append(rows, at[s.Arch])
	}
	return rows
}

// What is measured is of the pool alone, never of the test rows; a draw is its seed's,
// and fewer rows are the first of more; draws differ.
func TestSupport(t *testing.T) {
	s := shotAt(t, simulated.Card, 12)
	many, err := s.support(3)
	if err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(s.set, many)
	for _, row := range rows {
		if !slices.Contains(s.pool, row) || slices.Contains(s.test, row) {
			t.Errorf("row %d is measured, and is no row of the pool", row)
		}
	}
	s.n = 5
	few, err := s.support(3)
	if err != nil || !slices.Equal(rowsOf(s.set, few), rows[:5]) {
		t.Errorf("five rows %v, twelve %v, %v", rowsOf(s.set, few), rows, err)
	}
	other, err := s.support(4)
	if err != nil || slices.Equal(rowsOf(s.set, other), rows[:5]) {
		t.Errorf("two draws are %v, %v", rows[:5], err)
	}
}

// A design is chosen among nine tenths of the pool at most, so that draws differ; all of
// its rows are the pool's, none twice.
func TestDesignedSupport(t *testing.T) {
	s := shotAt(t, simulated.Card, 6)
	s.designed, s.pool = true, s.pool[:60]
	seen := map[string]bool{}
	for seed := range uint64(3) {
		support, err := s.support(seed)
		if err != nil {
			t.Fatal(err)
		}
		rows := rowsOf(s.set, support)
		slices.Sort(rows)
		if len(slices.Compact(slices.Clone(rows))) != 6 || rows[5] >= 60 {
			t.Errorf("rows %v of a pool of 60", rows)
		}
		var key []string
		for _, r := range rows {
			key = append(key, s.set.Samples[r].Arch.String())
		}
		seen[strings.Join(key, "\n")] = true
	}
	if len(seen) < 2 {
		t.Errorf("%d different designs of three draws", len(seen))
	}
	s.n = 60
	if support, err := s.support(1); err != nil || support.Rows != 60 {
		t.Errorf("all rows of the pool: %v", err)
	}
}

// A power law finds a power of one of its sources exactly, and the source:
// leave-one-out prefers it. Scores are of the test rows.
func TestPowerLaw(t *testing.T) {
	s := shotAt(t, simulated.Phone, 8)
	for i := range s.set.Samples {
		row := &s.set.Samples[i]
		ms, err := s.sources[1].PassMs(row.Arch)
		if err != nil {
			t.Fatal(err)
		}
		row.LatencyMs = .4 * math.Pow(ms, 1.25)
	}
	s.powerLaw = true
	scores, err := s.judge(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MAPE", scores.MAPEPercent, 0, 1e-6)
	if scores.N != len(s.test) {
		t.Errorf("judged on %d rows, want %d", scores.N, len(s.test))
	}
}

// The adapted predictor errs less with more rows, and is judged on test rows alone: labels
// of the pool that are not drawn don't matter.
func TestShotJudges(t *testing.T) {
	d := simulated.Device{LayerMs: .06, GMACs: 40, GValues: 5, Large: .1, NoisePart: .01}
	s := shotAt(t, d, 5)
	b := &betterRun{runner: runnerOf(t, Quick), draws: 5}
	few, err := b.over(s, mape)
	if err != nil {
		t.Fatal(err)
	}
	s.n = 60
	many, err := b.over(s, mape)
	if err != nil || many.Value >= few.Value || few.X != 5 || many.X != 60 || few.Low > few.Value || few.Value > few.High {
		t.Errorf("5 rows %+v, 60 rows %+v, %v", few, many, err)
	}
	s.n = 5
	values, err := b.values(s, mape)
	if err != nil || len(values) != 5 {
		t.Fatalf("%v, %v", values, err)
	}
	support, err := s.support(0)
	if err != nil {
		t.Fatal(err)
	}
	drawn := rowsOf(s.set, support)
	for i := range s.set.Samples {
		if !slices.Contains(drawn, i) && !slices.Contains(s.test, i) {
			s.set.Samples[i].LatencyMs = 1e6
		}
	}
	scores, err := s.judge(t.Context(), 0)
	if err != nil || scores.MAPEPercent != values[0] {
		t.Errorf("%v, %v, want %v: something saw labels that were not drawn", scores.MAPEPercent, err, values[0])
	}
	s.powerLaw = true
	plain, err := s.judge(t.Context(), 0)
	if err != nil || plain.MAPEPercent == scores.MAPEPercent {
		t.Errorf("a power law errs by %v %%, the adapted predictor by %v, %v", plain.MAPEPercent, scores.MAPEPercent, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.judge(ctx, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// How many draws there are, and what is said of fewer than twenty.
func TestDraws(t *testing.T) {
	for _, c := range []struct {
		profile Profile
		rows    int
		draws   int
		tiny    bool
	}{{Full, 0, 20, false}, {Quick, 0, 3, false}, {Quick, 2000, 3, false}, {Quick, 200, 1, true}} {
		r := runnerOf(t, c.profile)
		r.size.rows = c.rows
		b := newBetterRun(r)
		if b.draws != c.draws || b.tiny != c.tiny || r.result.Seeds != c.draws || (r.result.Reduced == "") != (c.draws == 20) {
			t.Errorf("%+v: %d draws, tiny %v, reduced %q", c, b.draws, b.tiny, r.result.Reduced)
		}
	}
}

// A row of what was reached has the best, and of the paper a number that there is.
func TestReach(t *testing.T) {
	b := &betterRun{runner: runnerOf(t, Full)}
	row := b.reach("q", "ms", 0, 1.5, "table", "why")
	if !row.Paper.Missing() || row.Best != 1.5 || row.BestKind != "table" || row.Note != "why" || !row.Corrected.Missing() {
		t.Errorf("%+v", row)
	}
	if b.reach("r", "", 2, 1, "", "").Paper != 2 || len(b.result.Rows) != 2 {
		t.Errorf("%+v", b.result.Rows)
	}
}

// Parts are done in their order until one fails or the item is interrupted, and progress
// counts them.
func TestInParts(t *testing.T) {
	r := runnerOf(t, Quick)
	var seen []int
	r.observe = func(p Progress) {
		if p.Of != 3 || p.Done != len(seen) {
			t.Errorf("%+v after parts %v", p, seen)
		}
	}
	part := func(i int, err error) func() error { return func() error { seen = append(seen, i); return err } }
	if err := r.inParts(part(1, nil), part(2, nil), part(3, nil)); err != nil || !slices.Equal(seen, []int{1, 2, 3}) || r.done != 3 {
		t.Errorf("parts %v, %v", seen, err)
	}
	no := errors.New("no")
	seen, r.done, r.observe = nil, 0, nil
	if err := r.inParts(part(1, nil), part(2, no), part(3, nil)); !errors.Is(err, no) || !slices.Equal(seen, []int{1, 2}) {
		t.Errorf("parts %v, %v", seen, err)
	}
}

// What a state is worth that nobody knows: each state counted as often as among the
// training rows. Without a queue there is one, and it is the plain prediction.
func TestUnknownState(t *testing.T) {
	m := tableOf(t, simulated.Card)
	set := madeUp(t, "state", simulated.Card, 100)
	scores, err := unknownState(m, set.Subset(seqOf(60)), set.Subset(seqOf(100)[60:]))
	if err != nil {
		t.Fatal(err)
	}
	pred := make([]float64, 40)
	if err := m.LabelsMs(pred, set.Archs()[60:], nil); err != nil {
		t.Fatal(err)
	}
	want := metric.Evaluate(pred, set.LatenciesMs()[60:])
	near(t, "MAE", scores.MAEMs, want.MAEMs, 1e-9)
	near(t, "RMSE", scores.RMSEMs, want.RMSEMs, 1e-9)
}

// A table over random splits: each seed's is judged on the rows of that split, and the best
// value is the mean of what the interval is of.
func TestTableOverSplits(t *testing.T) {
	d := simulated.Card
	d.NoisePart = .02
	set := madeUp(t, "splits", d, 600)
	b := &betterRun{runner: runnerOf(t, Quick), draws: 3}
	if err := b.tableOverSplits(set, "made-up", 7); err != nil {
		t.Fatal(err)
	}
	var values, held []float64
	for seed := range uint64(3) {
		split := splitFor(set, 1+seed)
		table, err := b.table(set, split, additiveConfig(), false)
		if err != nil {
			t.Fatal(err)
		}
		test := set.Subset(split.Test)
		pred, low, high := make([]float64, test.Rows), make([]float64, test.Rows), make([]float64, test.Rows)
		if err := errors.Join(table.PredictMs(pred, test.Archs()), table.BoundsMs(low, high, test.Archs(), .9)); err != nil {
			t.Fatal(err)
		}
		share, _ := metric.Coverage(low, high, test.LatenciesMs())
		values, held = append(values, metric.MAE(pred, test.LatenciesMs())), append(held, 100*share)
	}
	rows := b.result.Rows
	if len(rows) != 2 || rows[0].Paper != 7 || rows[0].Quantity != "made-up, splits by architecture: MAE" || rows[0].Seen == "" {
		t.Fatalf("%+v", rows)
	}
	for i, v := range [][]float64{values, held} {
		m := metric.NadeauBengioInterval(v, 15./70)
		near(t, "best", float64(rows[i].Best), m.Value, 1e-9)
		near(t, "corrected", float64(rows[i].Corrected), m.Value, 1e-9)
		near(t, "low", float64(rows[i].CorrectedLow), m.Low, 1e-9)
		near(t, "high", float64(rows[i].CorrectedHigh), m.High, 1e-9)
	}
}

// A recipe that is known is taken as it is; its table is judged fixed and followed.
func TestTableOfARecipe(t *testing.T) {
	d := simulated.Card
	d.NoisePart = .02
	set := madeUp(t, "recipe", d, 600)
	b := &betterRun{runner: runnerOf(t, Quick), draws: 1}
	split := set.SplitFileOrder()
	table, err := b.table(set, split, additiveConfig(), false)
	if err != nil || table.Model().Basis.Name() != "tied" || !table.Model().Queue.None() {
		t.Fatalf("%v, %+v", err, table.Model())
	}
	j, err := b.judge(table, set, split)
	if err != nil || j.fixed.N != 90 || j.online.N != 90 || j.unknown.N != 90 {
		t.Fatalf("%+v, %v", j, err)
	}
	for k := range j.coverage { // 45 rows calibrate, 90 are judged: standard error .055
		if j.coverage[k] < .73 || j.worst[k] > j.coverage[k]+1e-9 {
			t.Errorf("held %v, in the worst fifth %v", j.coverage, j.worst)
		}
		if ms := j.fixed.MAEMs; !(j.width[k] > 2*ms && j.width[k] < 12*ms) { // 4.1 of normal errors
			t.Errorf("intervals %v ms wide, errors of %v", j.width, ms)
		}
	}
}

// Known recipes are of sets that ship, and have no basis: the rows say which resolutions.
func TestTableRecipes(t *testing.T) {
	for name, c := range tableRecipes {
		if set, err := dataset.Open(name); err != nil || set.SpaceID == "" || c.Basis != nil || c.QueueDepth == 0 {
			t.Errorf("%s: %v, %+v", name, err, c)
		}
	}
}

// A network counts once, by its first row, whatever its resolution; the state that explains
// rows best is that with which they were made.
func TestFixedKernelParts(t *testing.T) {
	set := madeUp(t, "first", simulated.Card, 30)
	again := *set
	again.Samples = slices.Clone(set.Samples)
	for i := range again.Samples[10:20] { // rows 10 to 19 are networks 0 to 9 once more
		again.Samples[10+i].Arch = set.Samples[i].Arch
		again.Samples[10+i].Arch.Resolution = 224
	}
	want := append(seqOf(10), seqOf(30)[20:]...)
	if first := firstOfEach(&again); !slices.Equal(first, want) {
		t.Errorf("first rows %v, want %v", first, want)
	}
	m := *tableOf(t, simulated.Card)
	m.Queue = pass.Queue{Depth: 900, LaunchMs: []float64{.01, .05, .09}, OffsetMs: make([]float64, 3)}
	labels := make([]float64, 30)
	if err := m.LabelsMs(labels, set.Archs(), constant(1, 30)); err != nil {
		t.Fatal(err)
	}
	for i := range labels {
		set.Samples[i].LatencyMs = labels[i]
	}
	state, mae, err := bestState(&m, set)
	if err != nil || state != 1 || mae != 0 {
		t.Errorf("state %d, off by %v, %v", state, mae, err)
	}
}
