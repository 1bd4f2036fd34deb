package metric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Spearman is the rank correlation ρ: the Pearson correlation of the ranks, where equal
// values get the average of their ranks. It is NaN where all predictions, or all
// measurements, are equal, or one is NaN.
func Spearman(pred, want []float64) float64 {
	check(pred, want)
	return stat.Correlation(ranks(pred), ranks(want), nil)
}

// ranks gives average ranks, from 1; that of a NaN is NaN.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for from := 0; from < len(order); {
		to := from + 1
		for to < len(order) && values[order[to]] == values[order[from]] {
			to++
		}
		for _, i := range order[from:to] {
			out[i] = float64(from+to+1) / 2
			if math.IsNaN(values[i]) {
				out[i] = math.NaN()
			}
		}
		from = to
	}
	return out
}

// compare orders numbers as cmp.Compare does, except that NaN equals everything.
func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// Kendall is Kendall's τ-b: the number of concordant minus that of discordant pairs,
// divided by the geometric mean of the numbers of pairs not tied in pred and not tied in
// want. It takes O(n log n) time (Knight 1966). It is NaN where all predictions, or all
// measurements, are equal, or one is NaN.
func Kendall(pred, want []float64) float64 {
	check(pred, want)
	n := len(pred)
	order := make([]int, n)
	for i := range order {
		order[i] = i
		if math.IsNaN(pred[i]) || math.IsNaN(want[i]) {
			return math.NaN()
		}
	}
	slices.SortFunc(order, func(a, b int) int {
		if c := compare(want[a], want[b]); c != 0 {
			return c
		}
		return compare(pred[a], pred[b])
	})
	// Pairs tied in want, and in both; then, sorting by pred, the discordant ones.
	pairs := func(same func(a, b int) bool) float64 {
		var tied float64
		for from := 0; from < n; {
			to := from + 1
			for to < n && same(order[from], order[to]) {
				to++
			}
			tied += float64(to-from) * float64(to-from-1) / 2
			from = to
		}
		return tied
	}
	tiedWant := pairs(func(a, b int) bool { return want[a] == want[b] })
	tiedBoth := pairs(func(a, b int) bool { return want[a] == want[b] && pred[a] == pred[b] })
	discordant := exchanges(order, make([]int, n), pred)
	tiedPred := pairs(func(a, b int) bool { return pred[a] == pred[b] }) // order is sorted by pred now
	all := float64(n) * float64(n-1) / 2
	concordant := all - tiedWant - tiedPred + tiedBoth - discordant
	return (concordant - discordant) / math.Sqrt((all-tiedWant)*(all-tiedPred))
}

// exchanges sorts order by values with a stable merge sort, and counts the pairs that
// were out of order. scratch must be as long as order.
func exchanges(order, scratch []int, values []float64) float64 {
	n := len(order)
	if n < 2 {
		return 0
	}
	left, right := order[:n/2], order[n/2:]
	count := exchanges(left, scratch[:n/2], values) + exchanges(right, scratch[n/2:], values)
	merged := scratch[:0]
	for len(left) > 0 && len(right) > 0 {
		if values[right[0]] < values[left[0]] {
			count += float64(len(left))
			merged, right = append(merged, right[0]), right[1:]
		} else {
			merged, left = append(merged, left[0]), left[1:]
		}
	}
	merged = append(append(merged, left...), right...)
	copy(order, merged)
	return count
}
