package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
)

// Finding is a doubt about a set that its users should know.
type Finding struct {
	Set     string              `json:"set"` // name of the set
	Kind    latpred.WarningKind `json:"kind"`
	Message string              `json:"message"`
	Rows    [][2]int            `json:"rows,omitempty"`   // ranges of affected rows, from 0, end excluded; nil: all, or none in particular
	Values  map[string]float64  `json:"values,omitempty"` // the figures in Message, by name
}

// MarshalJSON writes the ranges of rows as Message does: from 1, with their last rows.
func (f Finding) MarshalJSON() ([]byte, error) {
	type plain Finding // without this method
	out := plain(f)
	out.Rows = nil
	for _, r := range f.Rows {
		out.Rows = append(out.Rows, [2]int{r[0] + 1, r[1]})
	}
	return json.Marshal(out)
}

// Check looks for defects in each set, and for sets that measure the same architectures.
// It judges from the rows alone. observe, which may be nil, is told after each set how
// many are done. If ctx ends, Check returns the findings so far and the error of ctx.
func Check(ctx context.Context, sets []*dataset.Set, observe func(done int)) ([]Finding, error) {
	var findings []Finding
	var prints fingerprints
	for i, s := range sets {
		if err := ctx.Err(); err != nil {
			return findings, err
		}
		found, err := checkOne(s, &prints)
		if err != nil {
			return findings, fmt.Errorf("%s: %w", s.Name, err)
		}
		for _, other := range sets[:i] {
			if slices.Equal(other.Archs(), s.Archs()) {
				found = append(found, Finding{Kind: latpred.WarnSameArchs, Message: fmt.Sprintf("the same architectures in the same order as %s", other.Name)})
				break // the others are alike by the same token
			}
		}
		for _, f := range found {
			f.Set = s.Name
			findings = append(findings, f)
		}
		if observe != nil {
			observe(i + 1)
		}
	}
	return findings, nil
}

func checkOne(s *dataset.Set, prints *fingerprints) ([]Finding, error) {
	var found []Finding
	add := func(f *Finding) {
		if f != nil {
			found = append(found, *f)
		}
	}
	units, mixed := checkUnits(s)
	add(units)
	constant := checkConstant(s)
	add(constant)
	if !mixed {
		add(checkScale(s))
	}
	repeated := checkRepeatedLabels(s)
	add(repeated)
	found = append(found, checkDuplicates(s)...)
	found = append(found, checkEqual(s, prints.ofSet(s))...)
	add(checkRounded(s))
	add(checkTable(s))
	if constant == nil && repeated == nil {
		add(checkStale(s))
		add(checkCapped(s))
	}
	if mixed || constant != nil || repeated != nil || len(s.Samples) < 500 {
		return found, nil // labels that ignore an input, or too few rows: residuals say nothing
	}
	e, err := residuals(s)
	if err != nil {
		return nil, err
	}
	scale := spread(e)
	if scale < 1e-4 {
		add(&Finding{Kind: latpred.WarnAdditive, Values: map[string]float64{"relative_rms": scale},
			Message: fmt.Sprintf("a sum over the choices of each slot explains the labels to %.1g of their size: they are computed, or the device is ideal", scale)})
		return found, nil
	}
	unexplained, none, err := checkUnexplained(s)
	if err != nil {
		return nil, err
	}
	if none { // residuals say nothing
		add(unexplained)
		return found, nil
	}
	queue, err := checkQueue(s)
	if err != nil {
		return nil, err
	}
	before := len(found)
	add(queue)
	add(checkDrift(e, scale))
	add(checkWarmUp(e))
	add(checkOutliers(e, scale))
	if len(found) == before { // else there is a reason
		add(unexplained)
	}
	return found, nil
}

// checkRepeatedLabels finds sets in which at least half of the networks that occur at
// several resolutions have one label for all of them, as when the key of a cache lacks the
// resolution.
func checkRepeatedLabels(s *dataset.Set) *Finding {
	labels := map[space.Arch]map[float64]bool{}  // by network, without its resolution
	resolutions := map[space.Arch]map[int]bool{} // likewise
	distinct, archs := map[float64]bool{}, map[space.Arch]bool{}
	for _, row := range s.Samples {
		network := row.Arch
		network.Resolution = 0
		if labels[network] == nil {
			labels[network], resolutions[network] = map[float64]bool{}, map[int]bool{}
		}
		labels[network][row.LatencyMs], resolutions[network][row.Arch.Resolution] = true, true
		distinct[row.LatencyMs], archs[row.Arch] = true, true
	}
	several, repeated := 0, 0
	for network, rs := range resolutions {
		if len(rs) > 1 {
			several++
			if len(labels[network]) == 1 {
				repeated++
			}
		}
	}
	if several == 0 || float64(repeated) < 0.5*float64(several) {
		return nil
	}
	return &Finding{Kind: latpred.WarnRepeatedLabels,
		Values: map[string]float64{"distinct_labels": float64(len(distinct)), "distinct_architectures": float64(len(archs)), "networks_at_several_resolutions": float64(several), "with_one_label": float64(repeated)},
		Message: fmt.Sprintf("%d distinct labels for %d architectures: %d of the %d networks that occur at several resolutions have one label for all of them, so that labels ignore the resolution",
			len(distinct), len(archs), repeated, several)}
}

// checkTable compares every label with the sum over the Note10 table.
func checkTable(s *dataset.Set) *Finding {
	table := lut.Note10()
	wide, err := space.ByID(table.SpaceID)
	if err != nil {
		panic("audit: " + err.Error())
	}
	worst := 0.0
	for _, row := range s.Samples {
		ms, err := table.LatencyMs(wide, row.Arch)
		if err != nil || math.Abs(ms-row.LatencyMs) > 1e-6 {
			return nil
		}
		worst = max(worst, math.Abs(ms-row.LatencyMs))
	}
	return &Finding{Kind: latpred.WarnTableSums, Values: map[string]float64{"largest_difference_ms": worst},
		Message: fmt.Sprintf("every label is the sum of the %s lookup table, to %.2g ms: no network was run whole", table.Device, worst)}
}

// Few rows that take far longer than the others, as those of a pause do, are left out of the
// model of residuals.
const (
	wildError  = .5  // of the label: it is over twice what the model says
	wildShare  = .05 // of the rows at most: more are no exception
	wildPasses = 3
)

// residuals are the errors, relative to the labels, of the closed-form model on the rows
// that it was fitted to, and on few others that are far above these.
func residuals(s *dataset.Set) ([]float64, error) {
	part := s
	for pass := 1; ; pass++ {
		e, err := residualsOf(s, part)
		if err != nil || pass == wildPasses {
			return e, err
		}
		var rest []int
		for i, v := range e {
			if v <= wildError {
				rest = append(rest, i)
			}
		}
		if wild := len(e) - len(rest); wild == 0 || float64(wild) > wildShare*float64(len(e)) {
			return e, nil
		}
		part = s.Subset(rest)
	}
}

// residualsOf are the errors on all rows of the model that is fitted to a part.
func residualsOf(s, part *dataset.Set) ([]float64, error) {
	m, err := lut.FitLinear(part.Archs(), part.LatenciesMs(), 1e-3)
	if err != nil {
		return nil, err
	}
	e := make([]float64, len(s.Samples))
	if err := m.PredictMs(e, s.Archs()); err != nil {
		return nil, err
	}
	for i, row := range s.Samples {
		e[i] = (row.LatencyMs - e[i]) / row.LatencyMs
	}
	return e, nil
}

// spread is metric.Spread, but with the lower of the two middle values as the median,
// since the thresholds were chosen with it.
func spread(e []float64) float64 {
	return metric.NormalSpread * metric.LowerMedian(metric.Abs(e))
}

// The smallest change that checkDrift reports.
const (
	driftZ    = 8     // in standard errors
	driftSize = 0.003 // as a fraction of the latency
	driftRows = 200   // rows on either side
)

// checkDrift splits the file at the largest change of the mean residual, and then each
// part again, as long as a change is far beyond chance. scale is the residuals' spread.
func checkDrift(e []float64, scale float64) *Finding {
	sums := make([]float64, len(e)+1)
	for i, v := range e {
		sums[i+1] = sums[i] + math.Max(-3*scale, math.Min(3*scale, v)) // a few wild rows are no drift
	}
	mean := func(from, to int) float64 { return (sums[to] - sums[from]) / float64(to-from) }
	var parts [][2]int
	var cut func(from, to int)
	cut = func(from, to int) {
		at, best := 0, 0.0
		for k := from + driftRows; k <= to-driftRows; k++ {
			n, m := float64(k-from), float64(to-k)
			if math.Abs(mean(from, k)-mean(k, to)) < driftSize {
				continue
			}
			if z := math.Abs(mean(from, k)-mean(k, to)) / (scale * math.Sqrt(1/n+1/m)); z > best {
				at, best = k, z
			}
		}
		if best < driftZ {
			parts = append(parts, [2]int{from, to})
			return
		}
		cut(from, at)
		cut(at, to)
	}
	cut(0, len(e))
	if len(parts) < 2 {
		return nil
	}
	low, high, text := math.Inf(1), math.Inf(-1), ""
	for _, p := range parts {
		m := mean(p[0], p[1])
		low, high = min(low, m), max(high, m)
		text += fmt.Sprintf(", rows %d–%d %+.1f %%", p[0]+1, p[1], 100*m)
	}
	return &Finding{Kind: latpred.WarnDrift, Rows: parts, Values: map[string]float64{"range_percent": 100 * (high - low), "parts": float64(len(parts))},
		Message: fmt.Sprintf("the device changed while it was measured: latencies differ from a common model by%s", text[1:])}
}

// WarmUpRows is the number of first rows that Check compares with the rest.
const WarmUpRows = 60

// coldRatio is the ratio of errors from which ColdStart calls a start cold.
const coldRatio = 2

// ColdStart compares the mean absolute error of the first rows with that of all later
// rows, given the errors of a model relative to the labels, in the order of measuring.
// ratio is the first divided by the second; cold, for a ratio of 2 or more, means that
// the device was not warm. rows must be above 0 and below len(relativeErrors).
func ColdStart(relativeErrors []float64, rows int) (ratio float64, cold bool) {
	meanAbs := func(e []float64) float64 { return floats.Norm(e, 1) / float64(len(e)) }
	ratio = meanAbs(relativeErrors[:rows]) / meanAbs(relativeErrors[rows:])
	return ratio, ratio >= coldRatio
}

func checkWarmUp(e []float64) *Finding {
	ratio, cold := ColdStart(e, WarmUpRows)
	if !cold {
		return nil
	}
	return &Finding{Kind: latpred.WarnWarmUp, Rows: [][2]int{{0, WarmUpRows}}, Values: map[string]float64{"ratio": ratio},
		Message: fmt.Sprintf("the first %d rows are off by %.1f times as much as the rest: the device was not warm", WarmUpRows, ratio)}
}

// outlierZ, in robust standard deviations, is further than even heavy-tailed timing noise
// reaches.
const outlierZ = 10

func checkOutliers(e []float64, scale float64) *Finding {
	var rows [][2]int
	for _, i := range beyond(e, outlierZ*scale) {
		rows = append(rows, [2]int{i, i + 1})
	}
	if rows == nil {
		return nil
	}
	return &Finding{Kind: latpred.WarnOutliers, Rows: rows, Values: map[string]float64{"rows": float64(len(rows))},
		Message: fmt.Sprintf("%d rows are over %d robust standard deviations (%.2g %%) from a model of the others; the first is row %d", len(rows), outlierZ, 100*scale, rows[0][0]+1)}
}
