package audit

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
)

const (
	// unitStep is the ratio, of the time for a multiply-accumulate, beyond which rows
	// can't be in one unit.
	unitStep = 100
	// unusualGap is a ratio between neighbours in the order of that time from which a part
	// of the rows is doubted: the networks of one device fill such a gap.
	unusualGap = 8
	gapRows    = 3  // number of rows that there must be on either side of the gap
	plainRange = 10 // up to this ratio of the longest latency to the shortest, nothing is mixed
)

// checkUnits finds rows whose latency for a multiply-accumulate is far from that of the
// others, as if they were in another unit, of another batch size or of another device.
// mixed means that they are in another unit for certain.
func checkUnits(set *dataset.Set) (f *Finding, mixed bool) {
	y := set.LatenciesMs()
	if len(y) < 2 || slices.Max(y) <= plainRange*slices.Min(y) {
		return nil, false
	}
	times := logTimes(set, seq(len(y)))
	evenOut(set, times)
	if f := apart(set, times); f != nil {
		return f, true
	}
	return gap(times), false
}

// apart finds rows that are more than unitStep from the median.
func apart(set *dataset.Set, times []float64) *Finding {
	median := metric.UpperMedian(times)
	var groups [3][]int // below, within and above
	for i, t := range times {
		d := t - median
		switch {
		case d < -math.Log(unitStep):
			groups[0] = append(groups[0], i)
		case d > math.Log(unitStep):
			groups[2] = append(groups[2], i)
		default:
			groups[1] = append(groups[1], i)
		}
	}
	if len(groups[0])+len(groups[2]) == 0 {
		return nil
	}
	main := mainGroup(set, times, groups)
	var parts []string
	var odd []int
	factors := map[string]float64{}
	for g, rows := range groups {
		if g == main || len(rows) == 0 {
			continue
		}
		factor := math.Exp(medianOf(times, rows) - medianOf(times, groups[main]))
		parts = append(parts, fmt.Sprintf("%s %s about %s times", rowsInWords(rows), isOrAre(rows), inDigits(factor)))
		factors[fmt.Sprintf("factor_%d", len(parts))] = factor
		odd = append(odd, rows...)
	}
	slices.Sort(odd)
	return &Finding{Kind: latpred.WarnUnits, Rows: ranges(odd), Values: factors,
		Message: strings.Join(parts, ", ") + " what the other rows let expect: are units mixed? All must be milliseconds"}
}

// mainGroup is the group of the median, unless that one can't be milliseconds and another
// can.
func mainGroup(set *dataset.Set, times []float64, groups [3][]int) int {
	y := set.LatenciesMs()
	plausible := func(rows []int) bool {
		return len(rows) > 0 && unitOf(math.Exp(medianOf(logs(y), rows)), math.Exp(-medianOf(times, rows)), set.Batch) == ""
	}
	if !plausible(groups[1]) {
		for _, g := range []int{0, 2} {
			if len(groups[g]) >= gapRows && plausible(groups[g]) {
				return g
			}
		}
	}
	return 1
}

// gap finds two parts of the rows with a gap of at least unusualGap between them, and names
// the smaller part.
func gap(times []float64) *Finding {
	order := seq(len(times))
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(times[a], times[b]) })
	at, widest := 0, math.Log(unusualGap)
	for i := gapRows; i <= len(order)-gapRows; i++ {
		if d := times[order[i]] - times[order[i-1]]; d >= widest {
			at, widest = i, d
		}
	}
	if at == 0 {
		return nil
	}
	odd, others := order[:at], order[at:]
	if len(odd) > len(others) {
		odd, others = others, odd
	}
	factor := math.Exp(medianOf(times, odd) - medianOf(times, others))
	odd = slices.Sorted(slices.Values(odd))
	return &Finding{Kind: latpred.WarnUnits, Rows: ranges(odd), Values: map[string]float64{"factor_1": factor},
		Message: fmt.Sprintf("%s %s about %s times what the other rows let expect, with none between: another batch size, device or unit?", rowsInWords(odd), isOrAre(odd), inDigits(factor))}
}

func medianOf(values []float64, rows []int) float64 {
	part := make([]float64, len(rows))
	for i, r := range rows {
		part[i] = values[r]
	}
	return metric.LowerMedian(part)
}

func logs(values []float64) []float64 {
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = math.Log(v)
	}
	return out
}

func seq(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}
