package lut

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// FileName is the file name that OFA's code expects: "160_lookup_table.yaml".
func FileName(resolution int) string { return fmt.Sprintf("%d_lookup_table.yaml", resolution) }

// WriteYAML writes the rows of one resolution in OFA's format, keys ascending and every
// float64 exact. OFA's own code can read it. What is not known is left out.
func WriteYAML(w io.Writer, rows map[string]Entry) error {
	b := bufio.NewWriter(w)
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		e := rows[key]
		fmt.Fprintf(b, "%s:\n", key)
		if e.Count > 0 {
			fmt.Fprintf(b, "  count: %d\n", e.Count)
		}
		fmt.Fprintf(b, "  mean: %s\n", decimal(e.MeanMs))
		if !math.IsNaN(e.StdMs) {
			fmt.Fprintf(b, "  std: %s\n", decimal(e.StdMs))
		}
	}
	return b.Flush()
}

// decimal writes v exactly, and with a point, since some versions of YAML take a number
// without one, such as 1e-05, for text.
func decimal(v float64) string {
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if v == float64(int64(v)) {
		text += ".0"
	}
	return text
}

// ErrStyle is the error of a table that can't be written in OFA's format.
var ErrStyle = errors.New("the rows are in ProxylessNAS' form, which lacks what OFA's keys say: se, hs and the pooling")

// WriteDir writes a table in OFA's format to a folder, one file for each resolution, and
// returns their names. It makes the folder if it is missing.
func WriteDir(dir string, t *Table) ([]string, error) {
	if t.Style != OFAStyle {
		return nil, fmt.Errorf("table %s: %w", t.Device, ErrStyle)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	var files []string
	for _, r := range t.Resolutions() {
		var b bytes.Buffer
		if err := WriteYAML(&b, t.Rows[r]); err != nil {
			return nil, err
		}
		path := filepath.Join(dir, FileName(r))
		if err := atomicfile.WriteBytes(path, b.Bytes()); err != nil {
			return nil, err
		}
		files = append(files, path)
	}
	return files, nil
}
