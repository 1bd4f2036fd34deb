package experiment

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
	"gonum.org/v1/gonum/stat"
)

// datasets describes the authors' eight sets: all rows, as published; and
// corrected, one row for each distinct architecture.
func datasets(r *runner) error {
	r.result.Seeds, r.result.Reduced = 0, "" // nothing is trained
	var sets []*dataset.Set
	for _, info := range dataset.Index() {
		if info.Repository == upstream.Authors {
			set, err := dataset.Open(info.Name)
			if err != nil {
				return err
			}
			sets = append(sets, set)
		}
	}
	r.of = len(sets) + 1
	for _, set := range sets {
		if err := r.ctx.Err(); err != nil {
			return err
		}
		r.describe(set)
		r.tick(set.Name)
	}
	findings, err := audit.Check(r.ctx, sets, nil)
	if err != nil {
		return err
	}
	for _, f := range findings {
		r.result.Notes = append(r.result.Notes, fmt.Sprintf("%s, %s: %s", f.Set, f.Kind, f.Message))
	}
	r.tick("defects")
	if err := r.relations(sets); err != nil {
		return err
	}
	if err := r.spaceAndNetwork(sets); err != nil {
		return err
	}
	return r.datasetFigures(sets)
}

func (r *runner) describe(set *dataset.Set) {
	y := slices.Sorted(slices.Values(set.LatenciesMs()))
	first := map[space.Arch]float64{}
	distinct := map[float64]bool{}
	for _, row := range set.Samples {
		if _, seen := first[row.Arch]; !seen {
			first[row.Arch] = row.LatencyMs
		}
		distinct[row.LatencyMs] = true
	}
	var once []float64
	for _, ms := range first {
		once = append(once, ms)
	}
	slices.Sort(once)
	for _, q := range []struct {
		name, unit string
		of         func(sorted []float64) float64
	}{
		{"mean", "ms", func(v []float64) float64 { return stat.Mean(v, nil) }},
		{"standard deviation", "ms", func(v []float64) float64 { return stat.StdDev(v, nil) }},
		{"smallest", "ms", func(v []float64) float64 { return v[0] }},
		{"median", "ms", func(v []float64) float64 { return stat.Quantile(0.5, stat.LinInterp, v, nil) }},
		{"95th percentile", "ms", func(v []float64) float64 { return stat.Quantile(0.95, stat.LinInterp, v, nil) }},
		{"largest", "ms", func(v []float64) float64 { return v[len(v)-1] }},
		{"rows", "", func(v []float64) float64 { return float64(len(v)) }},
	} {
		row := newRow(set.Name+": "+q.name, q.unit)
		row.AsPublished, row.Corrected = Number(q.of(y)), Number(q.of(once))
		if set.Name == "note10" && q.name == "rows" {
			row.Paper = Number(Paper("datasets", set.Name, "rows"))
		}
		r.result.Rows = append(r.result.Rows, row)
	}
	row := newRow(set.Name+": distinct labels", "")
	row.AsPublished = Number(len(distinct))
	r.result.Rows = append(r.result.Rows, row)
	if mean := impliedMean(set.Name); mean > 0 {
		row := newRow(set.Name+": mean that Table 1 implies", "ms")
		row.AsPublished, row.Note = Number(mean), "its error over its percentage; the paper prints no mean"
		r.result.Rows = append(r.result.Rows, row)
	}
}

// impliedMean is the mean latency, ms, that the paper's percentages imply, as when 0.325 ms
// is 1.02 % of it. It is 0 for the Xeon's set, whose percentage is too coarse, and for sets
// that are not in Table 1.
func impliedMean(set string) float64 {
	for _, t := range table1Sets()[:3] {
		if t.set == set {
			return 100 * t.paper / t.paperShare
		}
	}
	return 0
}

// relations are correlations of the three sets of the same architectures, with
// each other and with the amount of computation.
func (r *runner) relations(sets []*dataset.Set) error {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		return err
	}
	macs := make([]float64, len(sets[0].Samples))
	for i, row := range sets[0].Samples {
		macs[i] = float64(s.MACs(row.Arch))
	}
	for i, a := range sets[:3] {
		row := newRow(a.Name+": correlation with MACs (width 1.0)", "")
		row.AsPublished = Number(stat.Correlation(a.LatenciesMs(), macs, nil))
		r.result.Rows = append(r.result.Rows, row)
		for _, b := range sets[:i] {
			row := newRow(fmt.Sprintf("correlation of %s and %s", b.Name, a.Name), "")
			row.AsPublished = Number(stat.Correlation(a.LatenciesMs(), b.LatenciesMs(), nil))
			r.result.Rows = append(r.result.Rows, row)
		}
	}
	return nil
}

func (r *runner) datasetFigures(sets []*dataset.Set) error {
	var samples []figure.Sample
	for _, set := range sets {
		samples = append(samples, figure.Sample{Name: set.Name, LatenciesMs: set.LatenciesMs()})
	}
	free, err := figure.Distributions("Latencies of 10,000 sub-networks of OFA", samples[:3])
	if err != nil {
		return err
	}
	fixed, err := figure.Distributions("Latencies of fixed-kernel sub-networks", samples[3:7])
	if err != nil {
		return err
	}
	boxes, err := figure.ByResolution("RTX 2080 Ti: latency by resolution", ByResolution(sets[1]))
	if err != nil {
		return err
	}
	ratio := make([]float64, len(sets[1].Samples))
	for i, row := range sets[1].Samples {
		ratio[i] = row.LatencyMs / sets[0].Samples[i].LatencyMs
	}
	drift, err := figure.Drift("RTX 2080 Ti: latency relative to the Note10 table", "difference from the mean ratio (%)", ratio, 200)
	if err != nil {
		return err
	}
	r.result.Figures = []figure.Named{
		{Name: "distributions", Plot: free}, {Name: "distributions-fixed", Plot: fixed},
		{Name: "by-resolution", Plot: boxes}, {Name: "drift", Plot: drift},
	}
	return nil
}

// ByResolution groups the latencies of a set, in milliseconds, by input resolution.
func ByResolution(set *dataset.Set) map[int][]float64 {
	out := map[int][]float64{}
	for _, row := range set.Samples {
		out[row.Arch.Resolution] = append(out[row.Arch.Resolution], row.LatencyMs)
	}
	return out
}
