package merge

import (
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/measure"
	"gonum.org/v1/gonum/stat"
)

// single returns the results of a journal, one for each unit: those of a unit that was
// measured in several groups are averaged, with weights that are the inverse of their groups'
// variance where that is known of all of them. Runs are summed, and the standard deviation
// is that of the rounds about the average.
func single(j *measure.Journal) []measure.Result {
	var keys []string
	results, noise := map[string][]measure.Result{}, map[string][]float64{}
	for _, g := range j.Groups() {
		for _, r := range g.Units {
			if results[r.Key] == nil {
				keys = append(keys, r.Key)
			}
			results[r.Key], noise[r.Key] = append(results[r.Key], r), append(noise[r.Key], g.LabelCV)
		}
	}
	var list []measure.Result
	for _, key := range keys {
		list = append(list, average(results[key], noise[key]))
	}
	return list
}

func average(results []measure.Result, noise []float64) measure.Result {
	out := results[0]
	out.LatencyMs, out.StdMs = precise(out.LatencyMs), precise(out.StdMs)
	if len(results) == 1 {
		return out
	}
	values, squares, weights := make([]float64, len(results)), make([]float64, len(results)), make([]float64, len(results))
	out.Runs = 0
	for i, r := range results {
		values[i], weights[i] = r.LatencyMs, 1
		if !slices.Contains(noise, 0) {
			weights[i] = 1 / square(noise[i])
		}
		out.Runs += r.Runs
		if r.At.Before(out.At) {
			out.At = r.At
		}
	}
	mean := stat.Mean(values, weights)
	for i, r := range results {
		squares[i] = square(r.StdMs) + square(r.LatencyMs-mean)
	}
	out.LatencyMs, out.StdMs = precise(mean), precise(math.Sqrt(stat.Mean(squares, weights)))
	return out
}

// precise rounds milliseconds to nanoseconds, as the labels of a journal are.
func precise(ms float64) float64 { return math.Round(ms*1e6) / 1e6 }

// Doubled is what units say that were measured more than once.
type Doubled struct {
	Units int `json:"units"`
	// Differ is the root mean square of their labels' relative deviation from the average,
	// scaled to that of one label, and Worst the largest difference between two labels of a
	// unit, as fractions. Expected is what Differ would be by the noise of labels and anchors.
	Differ    float64 `json:"differ"`
	Expected  float64 `json:"expected"`
	Worst     float64 `json:"worst"`
	WorstUnit string  `json:"worst_unit,omitempty"`
}

// doubled compares the labels, on the common scale, of units that were measured more than
// once.
func doubled(journals map[string]*measure.Journal) (d Doubled) {
	var squares, df float64
	for _, j := range journals {
		by := map[string][]float64{}
		for _, r := range j.Results() {
			by[r.Key] = append(by[r.Key], math.Log(r.LatencyMs))
		}
		for key, logs := range by {
			if len(logs) < 2 {
				continue
			}
			d.Units++
			n := float64(len(logs) - 1)
			squares, df = squares+n*stat.Variance(logs, nil), df+n
			if apart := math.Expm1(slices.Max(logs) - slices.Min(logs)); apart > d.Worst || apart == d.Worst && key < d.WorstUnit {
				d.Worst, d.WorstUnit = apart, key
			}
		}
	}
	d.Differ = math.Sqrt(squares / max(1, df))
	return d
}
