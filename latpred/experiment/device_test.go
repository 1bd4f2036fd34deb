package experiment

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// ownRun is the item device on a table of its layers, and on whole networks that take
// factor times the sum of that, and offset ms more.
func ownRun(t *testing.T, factor, offset float64) *deviceRun {
	t.Helper()
	table, err := lut.Open(measure.Own)
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open(measure.Own)
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqOf(300))
	d := &deviceRun{betterRun: &betterRun{runner: runnerOf(t, Quick), draws: 3}, set: set, table: table, split: set.SplitFileOrder()}
	if d.space, err = space.ByID(set.SpaceID); err != nil {
		t.Fatal(err)
	}
	sums, err := d.sums(table, seqOf(300))
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range sums {
		set.Samples[i].LatencyMs = factor*s + offset
	}
	return d
}

// Networks that are their layers' sum, once and a quarter and 2 ms: the median says so,
// the order is the table's, and three networks calibrate the table exactly.
func TestAdditivity(t *testing.T) {
	d := ownRun(t, 1.25, 2)
	if err := d.additivity(); err != nil {
		t.Fatal(err)
	}
	median := d.row(t, "sum of a network's layers over the whole: median")
	if median.Best >= 1/1.25 || median.Best <= .5 {
		t.Errorf("median %v", median.Best)
	}
	near(t, "rank correlation", float64(d.row(t, "sum of a network's layers and the whole: rank correlation").Best), 1, 1e-12)
	for _, n := range []string{"3", "10", "30", "100"} {
		near(t, "calibrated by "+n, float64(d.row(t, "table, calibrated by "+n+" networks: relative RMS").Best), 0, 1e-6)
	}
	if len(d.result.Figures) != 1 || d.result.Figures[0].Name != "additivity" {
		t.Errorf("figures %v", d.result.Figures)
	}
	exact := ownRun(t, 1, 0)
	if err := exact.additivity(); err != nil {
		t.Fatal(err)
	}
	near(t, "median of sums", float64(exact.row(t, "sum of a network's layers over the whole: median").Best), 1, 1e-12)
}

// Calibrations are drawn from training rows and judged on test rows: absurd labels of
// others than the drawn don't matter, and the draws differ.
func TestCalibratedRows(t *testing.T) {
	d := ownRun(t, 1, 1)
	for i := range d.set.Samples { // some noise, so that draws differ
		d.set.Samples[i].LatencyMs *= 1 + .01*math.Sin(float64(i))
	}
	v, err := d.calibrated(5, rms)
	if err != nil || v.X != 5 || !(v.Low < v.High) || v.Value > 3 {
		t.Fatalf("%+v, %v", v, err)
	}
	d.set = spoilt(d.set, d.split.Train, d.split.Test)
	if again, err := d.calibrated(5, rms); err != nil || again != v {
		t.Errorf("validation rows matter: %+v, %+v, %v", v, again, err)
	}
}

// What whole networks alone say: a table fitted to them, and one trained, know a device
// that is the sum of its layers.
func TestWholeNetworks(t *testing.T) {
	d := ownRun(t, 1, 0)
	if err := d.wholeNetworks(); err != nil {
		t.Fatal(err)
	}
	for _, row := range d.result.Rows {
		if row.Best > 3 {
			t.Errorf("%s: %v %%", row.Quantity, row.Best)
		}
		if !strings.Contains(row.Quantity, "210") { // 70 % of 300
			t.Errorf("%q does not say how many networks", row.Quantity)
		}
	}
}

// With the drift divided out, rows say so, the device's name too, and the table has the
// same layers.
func TestNormalised(t *testing.T) {
	d := ownRun(t, 1, 0)
	n, err := d.normalised()
	if err != nil {
		t.Fatal(err)
	}
	if d.named("q") != "q" || n.named("q") != "q, drift divided out" || !strings.HasSuffix(n.set.Device, "-normalised") {
		t.Errorf("%q, %q, device %q", d.named("q"), n.named("q"), n.set.Device)
	}
	for r, rows := range d.table.Rows {
		for key, e := range rows {
			if other, ok := n.table.Rows[r][key]; !ok || math.Abs(other.MeanMs/e.MeanMs-1) > .25 {
				t.Errorf("%d, %s: %v ms, %v with the drift divided out", r, key, e.MeanMs, other.MeanMs)
			}
		}
	}
}

// Every other shipped source but the device itself is at hand.
func TestOthers(t *testing.T) {
	sources, err := runnerOf(t, Quick).others(madeUp(t, "others", simulated.Card, 9))
	if err != nil || len(sources) < 5 {
		t.Fatalf("%d sources, %v", len(sources), err)
	}
	for _, s := range sources {
		if strings.HasPrefix(s.Name, measure.Own) {
			t.Errorf("%s is the device itself", s.Name)
		}
	}
}
