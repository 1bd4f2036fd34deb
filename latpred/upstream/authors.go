package upstream

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/textfile"
)

// ParseAuthorsCSV reads a set of the paper's authors: columns child_arch, a Python dict
// with OFA's keys, and latency, in milliseconds. Errors refer to the file as name.
func ParseAuthorsCSV(r io.Reader, name string) ([]dataset.Sample, error) {
	limit := textfile.Limit(r)
	in := csv.NewReader(limit)
	in.ReuseRecord = true
	fail := func(field int, err error) error {
		line, column := in.FieldPos(field)
		return &dataset.ParseError{Name: name, Line: line, Column: column, Err: err}
	}
	wrap := func(err error) error {
		var syntax *csv.ParseError
		if errors.As(err, &syntax) {
			return &dataset.ParseError{Name: name, Line: syntax.Line, Column: max(1, syntax.Column), Err: syntax.Err}
		}
		return fmt.Errorf("%s: %w", name, err)
	}
	header, err := in.Read()
	if err != nil {
		return nil, wrap(err)
	}
	if !slices.Equal(header, []string{"child_arch", "latency"}) {
		return nil, fail(0, fmt.Errorf("header %q, want child_arch,latency", strings.Join(header, ",")))
	}
	var samples []dataset.Sample
	for {
		limit.Row()
		row, err := in.Read()
		if err == io.EOF {
			return samples, nil
		}
		if err != nil {
			return nil, wrap(err)
		}
		if len(samples) == dataset.MaxRows {
			return nil, fail(0, fmt.Errorf("more than %d rows", dataset.MaxRows))
		}
		// The only strings of the dict are its keys, so only quotes and None differ
		// from JSON.
		arch, err := space.Parse(strings.NewReplacer("'", `"`, "None", "null").Replace(row[0]))
		if err != nil {
			return nil, fail(0, err)
		}
		latency, err := dataset.ParseLatency(row[1])
		if err != nil {
			return nil, fail(1, err)
		}
		samples = append(samples, dataset.Sample{Arch: arch, LatencyMs: latency})
	}
}
