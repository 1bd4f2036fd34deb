package audit

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// mostRanges is how many ranges of rows are named in words.
const mostRanges = 8

// ranges joins ascending rows to ranges, end excluded.
func ranges(rows []int) (list [][2]int) {
	for _, r := range rows {
		if n := len(list); n > 0 && list[n-1][1] == r {
			list[n-1][1]++
			continue
		}
		list = append(list, [2]int{r, r + 1})
	}
	return list
}

// single lists the rows of ranges one by one.
func single(list [][2]int) (rows []int) {
	for _, r := range list {
		for i := r[0]; i < r[1]; i++ {
			rows = append(rows, i)
		}
	}
	return rows
}

// rowsInWords names ascending rows, which it is given from 0, from 1: "row 2" or
// "rows 3, 5, 31–60"; after the first eight ranges it says how many rows there are.
func rowsInWords(rows []int) string {
	if len(rows) == 1 {
		return fmt.Sprintf("row %d", rows[0]+1)
	}
	var parts []string
	for _, r := range ranges(rows) {
		if len(parts) == mostRanges {
			return fmt.Sprintf("rows %s, … (%d in all)", strings.Join(parts, ", "), len(rows))
		}
		if r[1] == r[0]+1 {
			parts = append(parts, fmt.Sprint(r[1]))
			continue
		}
		parts = append(parts, fmt.Sprintf("%d–%d", r[0]+1, r[1]))
	}
	return "rows " + strings.Join(parts, ", ")
}

func isOrAre(rows []int) string {
	if len(rows) == 1 {
		return "is"
	}
	return "are"
}

// inDigits writes a factor with two digits, and one that is close to a step between units as
// that: 0.001, 1000.
func inDigits(factor float64) string {
	if step := 3 * math.Round(math.Log10(factor)/3); step != 0 && math.Abs(math.Log10(factor)-step) < .2 {
		factor = math.Pow(10, step)
	}
	digits := max(0, 1-int(math.Floor(math.Log10(factor))))
	unit := math.Pow10(digits)
	return strconv.FormatFloat(math.Round(factor*unit)/unit, 'f', -1, 64)
}
