package lut

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/pickle"
)

// Bounds on a table's file, in bytes; one of OFA's has 15 kB for each of 17 resolutions. The
// parser of YAML needs a second and some hundred MB for a text of the largest size.
const (
	maxYAML = 2 << 20
	maxCSV  = 16 << 20
)

// ReadYAML reads the rows of one resolution, by key, in OFA's format, or in ProxylessNAS',
// which has var (the variance) in place of std. A row may lack all but its mean, or be the
// mean itself. JSON of the same form is YAML too. NumPy's numbers in the tags of PyYAML are
// read; nothing is run. Errors give name, which should be the file's, and the line or the
// key.
func ReadYAML(r io.Reader, name string) (map[string]Entry, error) {
	text, err := bounded.ReadAll(r, name, maxYAML)
	if err != nil {
		return nil, err
	}
	v, err := parseYAML(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return entries(v, name)
}

// entries are the rows of a map from keys to rows.
func entries(v any, name string) (map[string]Entry, error) {
	rows, ok := v.(pickle.Map)
	if !ok {
		return nil, fmt.Errorf("%s: no lookup table: want a map from layers, such as Conv-input:…, to their times", name)
	}
	out := make(map[string]Entry, len(rows))
	for _, row := range rows {
		key, ok := row.Key.(string)
		if !ok {
			return nil, fmt.Errorf("%s: %.40v is no layer's name", name, row.Key)
		}
		e, err := entry(row.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: %.200s: %w", name, key, err)
		}
		out[key] = e
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return out, nil
}

// entry is a row: a map of fields, or the mean alone. What is null or not a number is not
// known, except for the mean.
func entry(v any) (Entry, error) {
	e := Entry{StdMs: math.NaN(), MeanMs: math.NaN()}
	fields, ok := v.(pickle.Map)
	if !ok {
		fields = pickle.Map{{Key: "mean", Value: v}}
	}
	mean := false
	for _, f := range fields {
		if f.Value == nil {
			continue
		}
		field, _ := f.Key.(string)
		value, err := number(f.Value)
		switch {
		case !isField(field):
			return e, fmt.Errorf("unknown field %.40q: a row has mean, in ms, and count, std or var where they are known", fmt.Sprint(f.Key))
		case err != nil:
			return e, fmt.Errorf("%s is no number", field)
		case strings.HasPrefix(field, "mean"):
			e.MeanMs, mean = value, true
		case math.IsNaN(value): // not known
		case field == "count":
			if e.Count = int(value); float64(e.Count) != value || e.Count < 1 {
				return e, fmt.Errorf("count is %v, want an integer from 1 on", value)
			}
		case field == "var":
			if value < 0 {
				return e, fmt.Errorf("var is %v: a variance is not negative", value)
			}
			e.StdMs = math.Sqrt(value)
		default:
			e.StdMs = value
		}
	}
	if !mean {
		return e, errors.New("needs mean, in ms")
	}
	return e, e.validate()
}

func isField(name string) bool {
	switch name {
	case "mean", "mean_ms", "count", "std", "std_ms", "var":
		return true
	}
	return false
}

// resolutionOf is the resolution that a key of a map names; 0: it names a layer.
func resolutionOf(key any) int {
	switch key := key.(type) {
	case int64:
		return int(key)
	case string:
		n, err := strconv.Atoi(strings.TrimPrefix(key, "r"))
		if err == nil && n > 0 {
			return n
		}
	}
	return 0
}

func (e Entry) validate() error {
	if math.IsNaN(e.MeanMs) || math.IsInf(e.MeanMs, 0) || e.MeanMs < 0 {
		return fmt.Errorf("%v is no time in milliseconds", e.MeanMs)
	}
	if math.IsInf(e.StdMs, 0) || e.StdMs < 0 {
		return fmt.Errorf("%v is no standard deviation in milliseconds", e.StdMs)
	}
	if e.Count < 0 {
		return fmt.Errorf("count is %d, want at least 1", e.Count)
	}
	return nil
}
