package experiment

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// close reports numbers that are more than a part of the wanted one away from it.
func near(t *testing.T, name string, got, want, part float64) {
	t.Helper()
	if !(math.Abs(got-want) <= part*math.Max(1, math.Abs(want))) {
		t.Errorf("%s: %.10g, want %.10g", name, got, want)
	}
}

// madeUp is a set of n networks measured with a made-up device.
func madeUp(t *testing.T, name string, d simulated.Device, n int) *dataset.Set {
	t.Helper()
	s, rng := spacetest.ByID(t, "mbv3-w1.0"), random.Stream(1, name)
	archs := simulated.Archs(s, rng, n)
	set := &dataset.Set{Info: dataset.Info{Name: name, Title: name, Device: name, SpaceID: s.ID, Encoding: encode.OFA128.Name(), Rows: n}}
	for i, ms := range d.MeasureMs(s, archs, rng) {
		set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: ms})
	}
	return set
}

// tableOf is the closed form of a made-up device, fitted without noise.
func tableOf(t *testing.T, d simulated.Device) *pass.Model {
	t.Helper()
	d.NoisePart = 0
	set := madeUp(t, "table", d, 1000)
	m, _, err := pass.Fit(set.Archs(), set.LatenciesMs(), pass.Config{Basis: pass.Tied([]int{160, 176, 192, 208, 224}), Rounds: 2})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// runnerOf runs parts of items that train nothing.
func runnerOf(t *testing.T, profile Profile) *runner {
	t.Helper()
	return &runner{ctx: t.Context(), profile: profile, size: paperSize, result: &Result{Timings: map[string]float64{}}}
}

// The splits of the corrected protocol: nothing of a test architecture is learnt from or
// chosen by, every row is somewhere, seeds differ and repeat.
func TestCorrectedSplit(t *testing.T) {
	set := madeUp(t, "split", simulated.Card, 300)
	for i := 0; i < 300; i += 3 { // every third network is measured twice
		set.Samples[(i+1)%300] = set.Samples[i]
	}
	of := map[space.Arch]int{}
	split := splitFor(set, 1)
	parts := [][]int{split.Train, split.Validation, split.Test}
	rows := 0
	for part, list := range parts {
		for _, row := range list {
			a := set.Samples[row].Arch
			if was, ok := of[a]; ok && was != part {
				t.Errorf("%s is in parts %d and %d", a, was, part)
			}
			of[a] = part
			rows++
		}
	}
	if rows != 300 {
		t.Errorf("%d of 300 rows are in the split", rows)
	}
	if !slices.Equal(splitFor(set, 1).Test, split.Test) || slices.Equal(splitFor(set, 2).Test, split.Test) {
		t.Error("a split is not its seed's")
	}
	for i, want := range []float64{.7, .15, .15} {
		near(t, "share of a part", float64(len(parts[i]))/300, want, .04)
	}
}

// Some rows are drawn without repetition, the first of them the same for more; the
// fifth that chooses is not learnt from.
func TestDrawnRows(t *testing.T) {
	rows := []int{10, 20, 30, 40, 50, 60, 70, 80, 90, 100}
	few, many := some(rows, 3, 1), some(rows, 7, 1)
	if !slices.Equal(few, many[:3]) || len(slices.Compact(slices.Sorted(slices.Values(many)))) != 7 {
		t.Errorf("%v and %v", few, many)
	}
	if all := some(rows, 99, 4); len(all) != 10 || slices.Equal(all, rows) {
		t.Errorf("all rows: %v", all)
	}
	learn, choose := fourFifths(rows)
	if !slices.Equal(learn, rows[:8]) || !slices.Equal(choose, rows[8:]) {
		t.Errorf("%v and %v", learn, choose)
	}
	learn, choose = fourFifths([]int{1, 2})
	if len(learn) != 1 || len(choose) != 1 {
		t.Errorf("of two: %v and %v", learn, choose)
	}
	if !slices.Equal(seqOf(4), []int{0, 1, 2, 3}) || len(seqOf(0)) != 0 {
		t.Errorf("%v", seqOf(4))
	}
}

// A set opens cut to the size's rows, from its start.
func TestSizeOpens(t *testing.T) {
	all, err := paperSize.open("note10")
	if err != nil {
		t.Fatal(err)
	}
	few, err := (size{rows: 50}).open("note10")
	if err != nil || few.Rows != 50 || few.Samples[49] != all.Samples[49] {
		t.Errorf("%d rows, %v", few.Rows, err)
	}
	if same, err := (size{rows: 1e6}).open("note10"); err != nil || same.Rows != all.Rows {
		t.Errorf("%d rows, %v", same.Rows, err)
	}
	if _, err := paperSize.open("note11"); err == nil {
		t.Error("no such set, no error")
	}
	if text := (size{epochs: 6, seeds: 1, rows: 2000}).reduced(); text != "6 of 100 epochs, 1 of 5 seeds, the first 2000 rows of each set (no PJRT plugin)" {
		t.Errorf("%q", text)
	}
}

// The closed form knows a device that is a sum of its layers, whatever the split; and the
// best in Quick is that.
func TestClosedFormOfAMadeUpDevice(t *testing.T) {
	set := madeUp(t, "closed", simulated.Card, 3000)
	s, err := closedForm(set, set.SplitFileOrder())
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MAPE", s.MAPEPercent, 0, .05)
	r := runnerOf(t, Quick)
	best, kind, err := r.bestTable(set)
	if err != nil || best != s || kind != bestKind {
		t.Errorf("%+v, %s, %v, want %+v", best, kind, err, s)
	}
}

// In Full the best is a table that validation rows chose, judged on the last rows.
func TestBestTable(t *testing.T) {
	d := simulated.Card
	d.NoisePart = .01
	set := madeUp(t, "best", d, 700)
	r := runnerOf(t, Full)
	s, kind, err := r.bestTable(set)
	if err != nil || kind != "table" || s.N != len(set.SplitFileOrder().Test) {
		t.Fatalf("%+v, %s, %v", s, kind, err)
	}
	if s.MAPEPercent > 1.2 { // a hundredth of noise alone is .8
		t.Errorf("MAPE %.2f %%", s.MAPEPercent)
	}
}

// A target that is a power of the source is found by the closed form taken there.
func TestCalibratedTable(t *testing.T) {
	source := madeUp(t, "source", simulated.Card, 3000)
	target := madeUp(t, "source", simulated.Card, 3000) // the same networks
	for i := range target.Samples {
		target.Samples[i].LatencyMs = 2.5 * math.Pow(target.Samples[i].LatencyMs, 1.3)
	}
	s, err := calibratedTable(source, target)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "MAPE", s.MAPEPercent, 0, .1)
	if s.N != len(target.SplitFileOrder().Test) {
		t.Errorf("judged on %d rows", s.N)
	}
}

// additiveConfig is for sets of devices whose clock waits.
func additiveConfig() additive.Config { return additive.Config{NoQueue: true} }
