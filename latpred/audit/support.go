package audit

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
)

// Thresholds of doubt about the rows of a device.
const (
	unusualSlow = 1000 // ratio to every source's latencies above which the unit is doubted
	unusualFast = .02  // ratio to every source's latencies below which it is
	outlierLooZ = 7    // leave-one-out error in standard deviations
	driftLevel  = .001 // significance level of the autocorrelation
)

// Support checks rows before a predictor is adapted with them. It errs if there are fewer
// than 3, and where Labels does. The warnings are those of Labels, and name architectures
// with contradicting latencies.
func Support(set *dataset.Set) ([]latpred.Warning, error) {
	if n := len(set.Samples); n < 3 {
		return nil, fmt.Errorf("%d rows: at least 3 measurements are needed", n)
	}
	for i, s := range set.Samples {
		if _, err := pass.Segments(nil, s.Arch); err != nil {
			return nil, fmt.Errorf("row %d: %w", i+1, err)
		}
	}
	warnings, err := Labels(set)
	if err != nil {
		return nil, err
	}
	return append(warnings, contradictions(set)...), nil
}

func fromOne(rows []int) []int {
	out := make([]int, len(rows))
	for i, r := range rows {
		out[i] = r + 1
	}
	return out
}

// AgainstSources warns if a device's latencies are of another order of magnitude than
// those of every source, as with another unit. ratios[i] lists, for networks that source
// i can predict, the device's latency divided by the source's; it may be empty.
func AgainstSources(ratios [][]float64) []latpred.Warning {
	slowest, fastest := 0.0, math.Inf(1) // largest and smallest median ratio of the device to a source
	for _, of := range ratios {
		if len(of) > 0 {
			ratio := metric.UpperMedian(of)
			slowest, fastest = max(slowest, ratio), min(fastest, ratio)
		}
	}
	switch {
	case slowest > 0 && slowest < unusualFast:
		return []latpred.Warning{{Kind: latpred.WarnScale, Message: fmt.Sprintf("the latencies are at most %.2g times those of any source: are they seconds? They are taken as milliseconds", slowest)}}
	case fastest > unusualSlow && !math.IsInf(fastest, 0):
		return []latpred.Warning{{Kind: latpred.WarnScale, Message: fmt.Sprintf("the latencies are at least %.3g times those of any source: are they microseconds? They are taken as milliseconds", fastest)}}
	}
	return nil
}

// LeaveOneOut warns of outliers and of drift. It is given the latency of each row, its
// prediction by a model of the other rows, and the standard deviation of that
// prediction, all in milliseconds and in the order of measuring.
func LeaveOneOut(latenciesMs, predMs, sdMs []float64) []latpred.Warning {
	z := make([]float64, len(predMs))
	for i, ms := range latenciesMs {
		z[i] = (ms - predMs[i]) / sdMs[i]
	}
	var warnings []latpred.Warning
	if odd := beyond(z, outlierLooZ); odd != nil {
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutliers, Rows: odd, Message: fmt.Sprintf("rows %v are far from what the others let expect", fromOne(odd))})
	}
	return append(warnings, FollowEachOther(z)...)
}

// FollowEachOther warns of drift if residuals, in the order of measuring, are
// autocorrelated with a p-value of at most 0.001: the device changed while it was
// measured.
func FollowEachOther(residuals []float64) []latpred.Warning {
	r, p := metric.Autocorrelation(withoutFar(residuals))
	if !(p <= driftLevel) {
		return nil
	}
	return []latpred.Warning{{Kind: latpred.WarnDrift, Message: fmt.Sprintf("residuals follow each other in the order of measuring (autocorrelation %.2f): the device changed while it was measured", r)}}
}

// farResidual is the distance from the median, in robust standard deviations, to which larger
// ones are cut, so that no single row rules.
const farResidual = 10

// withoutFar cuts the residuals that are far from the others.
func withoutFar(residuals []float64) []float64 {
	spread := metric.Spread(residuals)
	if !(spread > 0) {
		return residuals
	}
	middle, out := metric.Median(residuals), slices.Clone(residuals)
	for i, v := range out {
		out[i] = min(max(v, middle-farResidual*spread), middle+farResidual*spread)
	}
	return out
}

// beyond lists the rows whose residual is above limit in absolute value: outliers.
func beyond(residuals []float64, limit float64) (rows []int) {
	for i, e := range residuals {
		if math.Abs(e) > limit {
			rows = append(rows, i)
		}
	}
	return rows
}
