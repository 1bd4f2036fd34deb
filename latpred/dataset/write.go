package dataset

import (
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"
)

var setColumns = []string{"arch", "latency_ms", "std_ms", "runs", "measured_at", "device"}

// Write writes s in the format of this package, every float64 exact. It writes arch and
// latency_ms, and of the optional columns those that are not empty in all rows.
func Write(w io.Writer, s *Set) error {
	cells := []func(Sample) string{
		func(r Sample) string { return r.Arch.String() },
		func(r Sample) string { return exact(r.LatencyMs) },
		func(r Sample) string { return exact(r.StdMs) },
		func(r Sample) string {
			if r.Runs == 0 {
				return ""
			}
			return strconv.Itoa(r.Runs)
		},
		func(r Sample) string {
			if r.MeasuredAt.IsZero() {
				return ""
			}
			return r.MeasuredAt.Format(time.RFC3339)
		},
		func(r Sample) string { return r.Device },
	}
	var header []string
	var used []int
	for c, column := range setColumns {
		needed := c < 2 || slices.ContainsFunc(s.Samples, func(r Sample) bool { return cells[c](r) != "" })
		if needed {
			header, used = append(header, column), append(used, c)
		}
	}
	out := csv.NewWriter(w)
	err := out.Write(header)
	row := make([]string, len(used))
	for _, sample := range s.Samples {
		for i, c := range used {
			row[i] = cells[c](sample)
		}
		err = errors.Join(err, out.Write(row))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// exact is the shortest text that reads back as v; "" for 0, which means not known.
func exact(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
