package lut

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// FileName is the name that OFA's code looks for: "160_lookup_table.yaml".
func FileName(resolution int) string { return fmt.Sprintf("%d_lookup_table.yaml", resolution) }

// WriteYAML writes the rows of one resolution in OFA's format, keys ascending, every
// float64 exact: OFA's own code reads it unchanged.
func WriteYAML(w io.Writer, rows map[string]Entry) error {
	b := bufio.NewWriter(w)
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		e := rows[key]
		fmt.Fprintf(b, "%s:\n  count: %d\n  mean: %s\n  std: %s\n", key, e.Count, decimal(e.MeanMs), decimal(e.StdMs))
	}
	return b.Flush()
}

// decimal writes v exactly and so that YAML readers of any version take it for a
// number: some take 1e-05, which has no point, for text.
func decimal(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v == float64(int64(v)) {
		text += ".0"
	}
	return text
}
