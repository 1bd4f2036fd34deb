package additive

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Lookup predicts with a lookup table: it adds up the measured mean times of a network's
// layers. It covers the resolutions of the table, and the networks whose layers the table
// has. It is of kind lookup table and safe for concurrent use.
type Lookup struct {
	table      *lut.Table
	space      *space.Space
	index      *lut.Indexed
	provenance latpred.Provenance
}

// NewLookup makes a predictor of networks of s from a table, which must not be changed
// afterwards. It errs with a *lut.MissingError if the table lacks a layer that all networks
// of s have. The provenance names the table's device as the data; its hash is the SHA-256
// of the rows as lut.WriteCSV writes them.
func NewLookup(t *lut.Table, s *space.Space) (*Lookup, error) {
	index, err := t.Index(s)
	if err != nil {
		return nil, err
	}
	var csv bytes.Buffer
	if err := lut.WriteCSV(&csv, t); err != nil {
		return nil, err
	}
	hash, rows := sha256.Sum256(csv.Bytes()), 0
	for _, r := range t.Rows {
		rows += len(r)
	}
	return &Lookup{t, s, index, latpred.Provenance{
		Device: t.Device, Space: s.ID, Data: t.Device, DataHash: hex.EncodeToString(hash[:]), Rows: rows, Versions: latpred.Versions(),
		Recipe: map[string]string{"space": s.ID}, Note: "sums of a lookup table",
	}}, nil
}

// Kind is "lookup table".
func (l *Lookup) Kind() string { return latpred.KindLookup }

// Provenance describes the table.
func (l *Lookup) Provenance() latpred.Provenance { return l.provenance }

// Table returns the table, which must not be changed.
func (l *Lookup) Table() *lut.Table { return l.table }

// Space returns the search space whose networks it predicts.
func (l *Lookup) Space() *space.Space { return l.space }

// Resolutions implements latpred.ResolutionLister: it lists those of the table.
func (l *Lookup) Resolutions() []int { return l.table.Resolutions() }

// Family returns the family of the networks that it predicts.
func (l *Lookup) Family() *space.Family { return l.space.Family }

// PredictMs implements latpred.Predictor without allocating; many networks are divided
// among the cores. It errs if the table lacks a layer.
func (l *Lookup) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	return l.index.PredictMs(dst, archs)
}

// Segments implements latpred.SegmentTimer. Unlike in other predictors, stem, head and
// first layers have their own times, since each layer was measured.
func (l *Lookup) Segments(a space.Arch) (latpred.Breakdown, error) {
	total, err := l.index.LatencyMs(a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	ms, segs, err := l.SegmentsMs(nil, nil, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	b := NameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs = total, total
	return b, nil
}

// SegmentsMs appends the segments of a to segs and their times, milliseconds, to dst, as
// pass.Model.SegmentsMs does. It errs with a *lut.MissingError if the table lacks the
// resolution or a layer.
func (l *Lookup) SegmentsMs(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
	rows := l.table.Rows[a.Resolution]
	if rows == nil {
		return dst, segs, &lut.MissingError{Device: l.table.Device, Resolution: a.Resolution, Have: l.table.Resolutions()}
	}
	if a.Family != l.space.Family {
		return dst, segs, l.space.Validate(a)
	}
	layers := l.space.Macro.Layers(a)
	keys := l.table.Style.Keys(layers)
	for _, key := range keys {
		if _, ok := rows[key]; !ok && key != "" {
			return dst, segs, &lut.MissingError{Device: l.table.Device, Resolution: a.Resolution, Keys: []string{key}}
		}
	}
	from, before := len(dst), len(segs)
	segs, err := pass.Segments(segs, a)
	if err != nil {
		return dst, segs, err
	}
	dst = append(dst, make([]float64, len(segs)-before)...)
	pass.Gather(dst[from:], segs[before:], layers, func(i int) float64 { return rows[keys[i]].MeanMs })
	return dst, segs, nil
}
