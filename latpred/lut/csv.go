package lut

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
)

// columns are those of WriteCSV. ReadCSV needs layer and mean_ms.
var columns = []string{"resolution", "layer", "count", "mean_ms", "std_ms"}

// synonyms are other names of columns.
var synonyms = map[string]string{
	"key": "layer", "name": "layer", "mean": "mean_ms", "mean (ms)": "mean_ms", "latency_ms": "mean_ms", "std": "std_ms", "std (ms)": "std_ms", "r": "resolution", "image_size": "resolution",
}

// WriteCSV writes all rows of t, resolutions and keys ascending, with every float64 exact:
// the format of the tables in data/lut. What is not known is empty.
func WriteCSV(w io.Writer, t *Table) error {
	out := csv.NewWriter(w)
	err := out.Write(columns)
	for _, r := range t.Resolutions() {
		for _, key := range slices.Sorted(maps.Keys(t.Rows[r])) {
			e := t.Rows[r][key]
			count, std := "", ""
			if e.Count > 0 {
				count = strconv.Itoa(e.Count)
			}
			if !math.IsNaN(e.StdMs) {
				std = exact(e.StdMs)
			}
			err = errors.Join(err, out.Write([]string{strconv.Itoa(r), key, count, exact(e.MeanMs), std}))
		}
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

func exact(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// ReadCSV adds to t the rows of a CSV table with the columns of WriteCSV in any order. Only
// layer and mean_ms must be there, and resolution unless a first convolution tells it; what
// is empty is not known. The caller sets Device and SpaceID, which the format does not
// contain. Errors refer to the file as name.
func (t *Table) ReadCSV(r io.Reader, name string) error {
	text, err := bounded.ReadAll(r, name, maxCSV)
	if err != nil {
		return err
	}
	in := csv.NewReader(bytes.NewReader(text))
	header, err := in.Read()
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	at, err := columnsOf(header)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	t.Rows = map[int]map[string]Entry{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		resolution, e, err := csvEntry(row, at)
		key := row[at["layer"]]
		if _, again := t.Rows[resolution][key]; again && err == nil {
			err = fmt.Errorf("layer %.200s has another row already", key)
		}
		if err != nil {
			line, _ := in.FieldPos(0)
			return fmt.Errorf("%s:%d: %w", name, line, err)
		}
		if t.Rows[resolution] == nil {
			t.Rows[resolution] = map[string]Entry{}
		}
		t.Rows[resolution][key] = e
	}
	if len(t.Rows) == 0 {
		return fmt.Errorf("%s: no rows", name)
	}
	if rows := t.Rows[0]; rows != nil { // the file has no resolutions
		delete(t.Rows, 0)
		return t.add(name, 0, rows)
	}
	return nil
}

// columnsOf finds the columns of a header.
func columnsOf(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, h := range header {
		h = strings.ToLower(strings.TrimSpace(h))
		if s, ok := synonyms[h]; ok {
			h = s
		}
		if h == "arch" || h == "child_arch" {
			return nil, errors.New("these are measurements of whole networks, no lookup table: latpred lut fit --data FILE --out DIR makes one of them")
		}
		if _, twice := at[h]; twice || !slices.Contains(columns, h) {
			return nil, fmt.Errorf("column %.40q: want %s, each once", header[i], strings.Join(columns, ", "))
		}
		at[h] = i
	}
	for _, need := range []string{"layer", "mean_ms"} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("no column %s: a lookup table has %s", need, strings.Join(columns, ", "))
		}
	}
	return at, nil
}

// csvEntry reads a row; the resolution is 0 if there is no column of it.
func csvEntry(row []string, at map[string]int) (resolution int, e Entry, err error) {
	field := func(name string) string {
		if i, ok := at[name]; ok {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	e.StdMs = math.NaN()
	var err1, err2, err3 error
	if _, ok := at["resolution"]; ok {
		resolution, err = strconv.Atoi(field("resolution"))
	}
	if text := field("count"); text != "" {
		if e.Count, err1 = strconv.Atoi(text); err1 == nil && e.Count < 1 {
			err1 = fmt.Errorf("count is %d, want at least 1", e.Count)
		}
	}
	e.MeanMs, err2 = strconv.ParseFloat(field("mean_ms"), 64)
	if text := field("std_ms"); text != "" {
		e.StdMs, err3 = strconv.ParseFloat(text, 64)
	}
	return resolution, e, errors.Join(err, err1, err2, err3, e.validate())
}
