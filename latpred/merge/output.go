package merge

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
)

// Nets reports whether networks were measured, and not the layers of a table.
func (m *Merged) Nets() bool { return m.labels[measure.WhatNets] != nil }

// Set returns the labels of networks on the common scale, those of doubled networks averaged,
// in the order of the journals. It errs for a table.
func (m *Merged) Set() (*dataset.Set, error) {
	j := m.labels[measure.WhatNets]
	if j == nil {
		return nil, fmt.Errorf("merge: these are journals of a %s, not of networks", m.header.What)
	}
	set, err := j.Set()
	if err != nil {
		return nil, err
	}
	by := map[string]measure.Result{}
	for _, r := range m.results[measure.WhatNets] {
		by[r.Key] = r
	}
	samples := set.Samples[:0]
	for _, s := range set.Samples {
		r, ok := by[s.Arch.String()]
		if !ok {
			continue // its other measurements
		}
		delete(by, r.Key)
		s.LatencyMs, s.StdMs, s.Runs, s.MeasuredAt = r.LatencyMs, r.StdMs, r.Runs, r.At
		samples = append(samples, s)
	}
	set.Samples, set.Rows = samples, len(samples)
	return set, nil
}

// Table returns the lookup table on the common scale. It errs for networks.
func (m *Merged) Table() (*lut.Table, error) {
	t := &lut.Table{Device: m.Report.Device, SpaceID: m.header.Space, Rows: map[int]map[string]lut.Entry{}}
	for what, results := range m.results {
		text, ok := strings.CutPrefix(what, "table ")
		resolution, err := strconv.Atoi(text)
		if !ok || err != nil {
			return nil, fmt.Errorf("merge: these are journals of %s, not of a table", what)
		}
		t.Rows[resolution] = map[string]lut.Entry{}
		for _, r := range results {
			t.Rows[resolution][r.Key] = lut.Entry{Count: r.Runs, MeanMs: r.LatencyMs, StdMs: r.StdMs}
		}
	}
	return t, nil
}

// WriteJournal writes the joined sessions' finished groups, with every round as it was
// measured, as one journal: merging it again gives the same labels, and measuring the whole
// campaign into it goes on with what is missing. It errs for tables of several resolutions.
func (m *Merged) WriteJournal(w io.Writer) error {
	if len(m.raw) != 1 {
		return errors.New("merge: a journal has the layers of one resolution: merge those of each by themselves")
	}
	for _, j := range m.raw {
		return j.Write(w)
	}
	return nil
}
