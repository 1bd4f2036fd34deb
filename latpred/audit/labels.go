package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
)

// Labels judges the latencies of a set before anything is learnt from them. It errs if no
// predictor can be learnt from them: networks are of several families, all latencies are
// equal, or units are mixed, where the error names the rows (counted from 1). It warns of
// latencies of a suspicious scale: in total, or of a part of the rows.
func Labels(set *dataset.Set) ([]latpred.Warning, error) {
	if err := oneFamily(set); err != nil {
		return nil, err
	}
	if f := checkConstant(set); f != nil {
		return nil, errors.New(f.Message)
	}
	return Units(set)
}

// Units is the part of Labels that also holds for rows that only judge a predictor: it
// errs if units are mixed, and warns of latencies of a suspicious scale.
func Units(set *dataset.Set) ([]latpred.Warning, error) {
	units, mixed := checkUnits(set)
	if mixed {
		return nil, errors.New(units.Message)
	}
	var warnings []latpred.Warning
	for _, f := range []*Finding{units, checkScale(set)} {
		if f != nil {
			warnings = append(warnings, latpred.Warning{Kind: f.Kind, Rows: single(f.Rows), Message: f.Message})
		}
	}
	return warnings, nil
}

// AgainstPredictor is AgainstSources for rows that judge a predictor: it compares the
// measured latencies with the predicted ones, which must be as many, in milliseconds.
func AgainstPredictor(measuredMs, predMs []float64) []latpred.Warning {
	var ratios []float64
	for i, ms := range predMs {
		if ms > 0 {
			ratios = append(ratios, measuredMs[i]/ms)
		}
	}
	warnings := AgainstSources([][]float64{ratios})
	for i := range warnings {
		warnings[i].Message = "compared with the predictor " + warnings[i].Message
	}
	return warnings
}

// oneFamily errs if rows are networks of another family than the first one.
func oneFamily(set *dataset.Set) error {
	var foreign []int
	for i, s := range set.Samples {
		if s.Arch.Family != set.Samples[0].Arch.Family {
			foreign = append(foreign, i)
		}
	}
	if foreign == nil {
		return nil
	}
	have, verb := "have", "they are"
	if len(foreign) == 1 {
		have, verb = "has", "it is"
	}
	return fmt.Errorf("%s %s another number of stages than row 1, %d, or other choices: %s of another space", rowsInWords(foreign), have, len(set.Samples[0].Arch.Family.Stages), verb)
}

// equal is up to which share of the largest label all may differ and still count as one:
// no clock is so exact.
const equal = 1e-6

// checkConstant finds sets of several rows that all have one label.
func checkConstant(set *dataset.Set) *Finding {
	y := set.LatenciesMs()
	if len(y) < 2 || slices.Max(y)-slices.Min(y) > equal*slices.Max(y) {
		return nil
	}
	to := ""
	if slices.Max(y) > slices.Min(y) {
		to = ", to a millionth"
	}
	return &Finding{Kind: latpred.WarnConstant, Values: map[string]float64{"latency_ms": y[0]},
		Message: fmt.Sprintf("all %d latencies are %v ms%s: there is nothing to learn", len(y), y[0], to)}
}

// Limits of what a latency can be. A network's multiply-accumulates for one image, divided
// by its latency, are the rate that a device needs at least. A batch only makes a pass
// longer, so that its size, mostly not known, does not matter for the upper limit.
const (
	shortestMs = .1    // a pass of dozens of layers, one after the other, takes longer on any device
	fastest    = 2e12  // per second; 30 times what any device of the shipped sets reaches for one image
	slowest    = 5e7   // per second; a microcontroller of some milliwatts (Cortex-M4) reaches it
	longestMs  = 60000 // whatever the network
	rated      = 1000  // number of rows from which the median rate is taken
)

// checkScale takes latencies for another unit if no device is as fast or as slow as their
// median says.
func checkScale(set *dataset.Set) *Finding {
	if len(set.Samples) == 0 {
		return nil
	}
	var rows []int
	for i := 0; i < len(set.Samples); i += 1 + len(set.Samples)/rated {
		rows = append(rows, i)
	}
	rate := math.Exp(-metric.LowerMedian(logTimes(set, rows)))
	median := metric.LowerMedian(set.LatenciesMs())
	unit := unitOf(median, rate, set.Batch)
	if unit == "" {
		return nil
	}
	return &Finding{Kind: latpred.WarnScale, Values: map[string]float64{"median_ms": median, "macs_per_second": rate},
		Message: fmt.Sprintf("the median latency is %.4g ms, %.2g multiply-accumulates a second and image: are these %s? They are taken as milliseconds", median, rate, unit)}
}

// unitOf guesses the unit of latencies from their median, taken as milliseconds, and the
// rate in multiply-accumulates a second; "": they can be milliseconds.
func unitOf(medianMs, rate float64, batch int) string {
	switch {
	case medianMs < shortestMs || rate > fastest:
		return "seconds"
	case rate*float64(max(1, batch)) < slowest/1000:
		return "nanoseconds"
	case medianMs > longestMs || rate*float64(max(1, batch)) < slowest:
		return "microseconds"
	}
	return ""
}

// logTimes gives the natural logarithm of the seconds for a multiply-accumulate of each of
// the rows. Widths don't matter: they are those of the family's reference space.
func logTimes(set *dataset.Set, rows []int) []float64 {
	out := make([]float64, len(rows))
	for i, r := range rows {
		row := set.Samples[r]
		var macs float64
		layers := row.Arch.Family.Reference().Macro.Layers(row.Arch)
		for l := range layers {
			macs += float64(layers[l].MACs())
		}
		out[i] = math.Log(row.LatencyMs / 1000 / macs)
	}
	return out
}
