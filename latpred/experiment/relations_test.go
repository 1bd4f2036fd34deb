package experiment

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"gonum.org/v1/gonum/stat"
)

// Of a set in which two networks are measured twice: as published every row counts,
// corrected the first of each network; labels are distinct over all rows.
func TestDescribe(t *testing.T) {
	set := madeUp(t, "described", simulated.Card, 5)
	set.Samples[1].Arch, set.Samples[4].Arch = set.Samples[0].Arch, set.Samples[2].Arch
	for i, ms := range []float64{1, 3, 5, 7, 5} {
		set.Samples[i].LatencyMs = ms
	}
	r := runnerOf(t, Full)
	r.describe(set)
	for quantity, want := range map[string][2]float64{
		"mean": {4.2, 13. / 3}, "rows": {5, 3}, "smallest": {1, 1}, "largest": {7, 7},
		"standard deviation": {math.Sqrt(5.2), stat.StdDev([]float64{1, 5, 7}, nil)},
	} {
		row := r.row(t, "described: "+quantity)
		near(t, quantity, float64(row.AsPublished), want[0], 1e-12)
		near(t, quantity+", corrected", float64(row.Corrected), want[1], 1e-12)
		if !row.Paper.Missing() {
			t.Errorf("the paper has %v of a set that is made up", row.Paper)
		}
	}
	if labels := r.row(t, "described: distinct labels"); labels.AsPublished != 4 || !labels.Corrected.Missing() {
		t.Errorf("%+v", labels)
	}
}

// The means that the paper's percentages imply stand beside the sets' own, in rows of their own.
func TestImpliedMeans(t *testing.T) {
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	r := runnerOf(t, Full)
	r.describe(set)
	row := r.row(t, "note10: mean that Table 1 implies")
	near(t, "implied", float64(row.AsPublished), .325/.0102, 1e-9)
	near(t, "implied over the set's own", float64(row.AsPublished/r.row(t, "note10: mean").AsPublished), 1, .01)
	if !row.Paper.Missing() || row.Note == "" {
		t.Errorf("%+v", row)
	}
}

// Whatever is trained, the rows of Table 1 hold together: what the paper calls RMSE is a
// mean absolute error, no larger than the RMSE; the share is of the set's mean; values
// over seeds lie in their interval; and the paper's stand in their rows.
func TestRowsOfTable1(t *testing.T) {
	small := tiny
	small.seeds = 3
	r, err := run(t.Context(), goBackend(t), "table1", Quick, small, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range table1Sets() {
		set, err := small.open(s.set)
		if err != nil {
			t.Fatal(err)
		}
		mean := stat.Mean(set.LatenciesMs(), nil)
		row := func(quantity string) Row { return r.row(t, s.device+": "+quantity) }
		paperRMSE, rmse, mae, share := row("what the paper calls RMSE"), row("RMSE"), row("MAE"), row("share of the mean latency")
		for name, pair := range map[string][2]Number{
			"as published": {paperRMSE.AsPublished, mae.AsPublished}, "corrected": {paperRMSE.Corrected, mae.Corrected}, "best": {paperRMSE.Best, mae.Best}, "checkpoint": {paperRMSE.Checkpoint, mae.Checkpoint},
		} {
			near(t, s.device+", "+name, float64(pair[0]), float64(pair[1]), 2e-3)
		}
		for name, pair := range map[string][2]Number{"as published": {mae.AsPublished, rmse.AsPublished}, "corrected": {mae.Corrected, rmse.Corrected}, "best": {mae.Best, rmse.Best}} {
			if pair[0] > pair[1] {
				t.Errorf("%s, %s: a mean absolute error of %v, RMSE %v", s.device, name, pair[0], pair[1])
			}
		}
		near(t, s.device+", share as published", float64(share.AsPublished), 100*float64(paperRMSE.AsPublished)/mean, 1e-9)
		near(t, s.device+", share corrected", float64(share.Corrected), 100*float64(paperRMSE.Corrected)/mean, 1e-9)
		near(t, s.device+", share of the best", float64(share.Best), 100*float64(paperRMSE.Best)/mean, 1e-9)
		for name, row := range map[string]Row{"what the paper calls RMSE": paperRMSE, "RMSE": rmse, "share": share} {
			if !(row.AsPublishedLow < row.AsPublished && row.AsPublished < row.AsPublishedHigh) {
				t.Errorf("%s, %s: three seeds as published are %s", s.device, name, row.AsPublishedText())
			}
		}
		if float64(paperRMSE.Paper) != s.paper || float64(share.Paper) != s.paperShare || !rmse.Paper.Missing() {
			t.Errorf("%s: the paper's %v and %v", s.device, paperRMSE.Paper, share.Paper)
		}
		if rmse.CorrectedLow > rmse.Corrected || rmse.Corrected > rmse.CorrectedHigh {
			t.Errorf("%s: %s", s.device, rmse.CorrectedText())
		}
	}
	if seeds := r.Seeds; seeds != 3 || !strings.Contains(r.Reduced, "3 of 5 seeds") {
		t.Errorf("%d seeds, %q", seeds, r.Reduced)
	}
}

// Correlations of the authors' sets, which are of the same networks in the same order.
func TestRelations(t *testing.T) {
	var sets []*dataset.Set
	for _, name := range []string{"note10", "rtx2080ti-b64", "p40-b64"} {
		set, err := dataset.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		sets = append(sets, set.Subset(seqOf(500)))
	}
	r := runnerOf(t, Full)
	if err := r.relations(sets); err != nil {
		t.Fatal(err)
	}
	want := stat.Correlation(sets[2].LatenciesMs(), sets[0].LatenciesMs(), nil)
	near(t, "correlation", float64(r.row(t, "correlation of note10 and p40-b64").AsPublished), want, 1e-12)
	if len(r.result.Rows) != 6 || slices.ContainsFunc(r.result.Rows, func(row Row) bool { return row.AsPublished < .9 }) {
		t.Errorf("%+v", r.result.Rows)
	}
}

// A device's labels that ignore the resolution are drawn beside those that don't.
func TestXeonFigure(t *testing.T) {
	r := runnerOf(t, Full)
	if err := r.xeonFigure(); err != nil || len(r.result.Figures) != 1 || r.result.Figures[0].Name != "xeon-labels" {
		t.Errorf("%v, %v", err, r.result.Figures)
	}
}
