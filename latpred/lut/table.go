package lut

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/space"
)

// Entry is the measured time of one layer.
type Entry struct {
	Count  int     // number of runs; 0: not known
	MeanMs float64 // mean over the runs
	StdMs  float64 // standard deviation over the runs; NaN: not known
}

// agrees reports whether two entries are the same to the last digit, as far as both are
// known.
func (e Entry) agrees(other Entry) bool {
	counts := e.Count == other.Count || e.Count == 0 || other.Count == 0
	stds := e.StdMs == other.StdMs || math.IsNaN(e.StdMs) || math.IsNaN(other.StdMs)
	return e.MeanMs == other.MeanMs && counts && stds
}

// Table holds the time of every layer on one device.
type Table struct {
	Device  string                   // id of the device: "note10"
	SpaceID string                   // space, and so width, whose layers the table has; "": not known
	Style   Style                    // form of its keys
	Rows    map[int]map[string]Entry // by resolution, then by Key
}

// MissingError reports layers that a table lacks.
type MissingError struct {
	Device     string
	Resolution int
	Keys       []string // keys of the layers; empty: the table has no row at this resolution
	Have       []int    // resolutions of the table, ascending
}

// Error names the missing layers, or the resolutions of the table.
func (e *MissingError) Error() string {
	if len(e.Keys) == 0 {
		return fmt.Sprintf("table %s has no resolution %d: it has %v", e.Device, e.Resolution, e.Have)
	}
	return fmt.Sprintf("table %s lacks %d layers at resolution %d (is it of another space or width?): %s",
		e.Device, len(e.Keys), e.Resolution, strings.Join(e.Keys, ", "))
}

// Resolutions lists the resolutions of the table, ascending.
func (t *Table) Resolutions() []int { return slices.Sorted(maps.Keys(t.Rows)) }

// LatencyMs is the sum, in milliseconds, of the mean times of the layers of a in s, in the
// order in which they run. It errs if a is not in s, or if the table lacks a layer
// (*MissingError).
func (t *Table) LatencyMs(s *space.Space, a space.Arch) (float64, error) {
	if err := s.Validate(a); err != nil {
		return 0, err
	}
	rows := t.Rows[a.Resolution]
	if rows == nil {
		return 0, &MissingError{Device: t.Device, Resolution: a.Resolution, Have: t.Resolutions()}
	}
	var sum float64
	var missing []string
	for _, key := range t.Style.Keys(s.Layers(a)) {
		entry, ok := rows[key]
		if !ok && key != "" {
			missing = append(missing, key)
		}
		sum += entry.MeanMs
	}
	if missing != nil {
		return 0, &MissingError{t.Device, a.Resolution, missing, t.Resolutions()}
	}
	return sum, nil
}

// Cost is the time, in milliseconds, that measuring the table took: the sum of count ×
// mean over the rows of the given resolutions, or of all if none is given. It is the cost
// of the paper's Fig. 6. It is NaN if a count is not known.
func (t *Table) Cost(resolutions ...int) (ms float64) {
	if len(resolutions) == 0 {
		resolutions = t.Resolutions()
	}
	for _, r := range resolutions {
		for _, key := range slices.Sorted(maps.Keys(t.Rows[r])) {
			e := t.Rows[r][key]
			if e.Count == 0 {
				return math.NaN()
			}
			ms += float64(e.Count) * e.MeanMs
		}
	}
	return ms
}

// Unknown counts the rows at a resolution whose number of runs, and those whose standard
// deviation, the table does not tell.
func (t *Table) Unknown(resolution int) (counts, stds int) {
	for _, e := range t.Rows[resolution] {
		if e.Count == 0 {
			counts++
		}
		if math.IsNaN(e.StdMs) {
			stds++
		}
	}
	return counts, stds
}
