package additive

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

func init() { modelfile.Register(latpred.KindLookup, loadLookup) }

// lookupHeader is the JSON part of a stored Lookup. The tensor rows<resolution> has count,
// mean and standard deviation (ms) of each key in turn.
type lookupHeader struct {
	Device string           `json:"device"`
	Of     string           `json:"table_space,omitempty"` // ID of the space whose layers the table has
	Space  string           `json:"space"`                 // ID of the space that is predicted
	Style  lut.Style        `json:"style"`
	Keys   map[int][]string `json:"keys"` // by resolution, sorted
}

// rowsTensor is the name of the tensor of a resolution.
func rowsTensor(prefix string, resolution int) string {
	return fmt.Sprintf("%srows%d", prefix, resolution)
}

// Store implements modelfile.Storable.
func (l *Lookup) Store(b *tensor.Bundle, prefix string) (any, error) {
	t := l.table
	h := lookupHeader{Device: t.Device, Of: t.SpaceID, Space: l.space.ID, Style: t.Style, Keys: map[int][]string{}}
	for r, rows := range t.Rows {
		h.Keys[r] = slices.Sorted(maps.Keys(rows))
		var values []float64
		for _, key := range h.Keys[r] {
			e := rows[key]
			values = append(values, float64(e.Count), e.MeanMs, e.StdMs)
		}
		b.PutFloat64(rowsTensor(prefix, r), values)
	}
	return h, nil
}

// loadLookup restores a Lookup that Store wrote.
func loadLookup(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h lookupHeader
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	s, err := space.ByID(h.Space)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	t := &lut.Table{Device: h.Device, SpaceID: h.Of, Style: h.Style, Rows: map[int]map[string]lut.Entry{}}
	for r, keys := range h.Keys {
		if r < 1 || r > 2*space.MaxResolution {
			return nil, fmt.Errorf("model: resolution %d", r)
		}
		values, err := b.Float64(rowsTensor(prefix, r), 3*len(keys))
		if err != nil {
			return nil, err
		}
		t.Rows[r] = map[string]lut.Entry{}
		for i, key := range keys {
			e := lut.Entry{Count: int(values[3*i]), MeanMs: values[3*i+1], StdMs: values[3*i+2]}
			if e.Count < 0 || e.MeanMs < 0 || e.StdMs < 0 {
				return nil, errors.New("model: a count or a time is below 0")
			}
			t.Rows[r][key] = e
		}
	}
	l, err := NewLookup(t, s)
	if err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	l.provenance = from
	return l, nil
}
