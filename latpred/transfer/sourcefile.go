package transfer

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// sourcesFormat is the format of a file of sources: a safetensors file whose header has, under
// "sources", the JSON of a sourcesHeader. Its tensors are the features' columns and weights,
// float32, a row for each source; or, of sources that are tables of times, their coefficients.
const sourcesFormat = "latpred sources 1"

// sourcesHeader is the JSON part of a file of sources.
type sourcesHeader struct {
	Space   string         `json:"space"`
	Graph   bool           `json:"graph"`
	First   []int          `json:"blocks"`
	Sources []sourceHeader `json:"sources"`
	Times   []pass.Header  `json:"times,omitempty"` // of the sources; there are no features then
}

// sourceHeader is that of a source.
type sourceHeader struct {
	Name string           `json:"name"`
	Seen []latpred.Source `json:"seen,omitempty"`
}

// WriteSources writes sources for ReadSources, all of them tables of times or all of the space
// of f.
func WriteSources(w io.Writer, f *Features, sources []*Source) error {
	b := tensor.NewBundle()
	h := sourcesHeader{Space: f.Space.ID, Graph: f.shape.graph, First: f.first[:]}
	var weights []float32
	for i, s := range sources {
		if s.Times != nil {
			h.Sources = append(h.Sources, sourceHeader{s.Name, s.Seen})
			h.Times = append(h.Times, s.Times.Store(b, timesPrefix(i)))
			continue
		}
		if s.Space != f.Space {
			return fmt.Errorf("source %s is of space %s, want %s", s.Name, s.Space.ID, f.Space.ID)
		}
		h.Sources = append(h.Sources, sourceHeader{s.Name, s.Seen})
		for _, v := range s.Weights {
			weights = append(weights, float32(v))
		}
	}
	switch {
	case h.Times == nil:
		f.store(b, "")
		b.PutFloat32("weights", weights, uint64(len(sources)), uint64(f.Columns()))
	case weights != nil:
		return errors.New("some sources are tables of times, and others are not")
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return b.Write(w, map[string]string{"format": sourcesFormat, "sources": string(text)})
}

// timesPrefix begins the names of the tensors of a source's times.
func timesPrefix(source int) string { return fmt.Sprintf("times%d.", source) }

// ReadSources reads what WriteSources wrote. It errs if the file is damaged, or if this
// program's features of the space are others than those of the program that wrote it.
func ReadSources(content []byte) ([]*Source, error) {
	b, meta, err := tensor.Parse(content)
	if err != nil {
		return nil, err
	}
	if meta["format"] != sourcesFormat {
		return nil, fmt.Errorf("format %q, want %q", meta["format"], sourcesFormat)
	}
	var h sourcesHeader
	if err := json.Unmarshal([]byte(meta["sources"]), &h); err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	if h.Times != nil {
		return h.readTimes(b)
	}
	written, err := loadFeatures(b, "", h.Space, h.Graph, h.First)
	if err != nil {
		return nil, err
	}
	f := FeaturesOf(written.Space)
	if !written.same(f) {
		return nil, errors.New("it was written for other features than this program's: make it again with latpred data build")
	}
	weights, shape, err := b.Float32("weights", 2)
	if err != nil {
		return nil, err
	}
	if int(shape[0]) != len(h.Sources) || int(shape[1]) != f.Columns() {
		return nil, fmt.Errorf("weights of %v, want %d × %d", shape, len(h.Sources), f.Columns())
	}
	var out []*Source
	for i, one := range h.Sources {
		s := &Source{Name: one.Name, Space: f.Space, Seen: one.Seen}
		for _, v := range weights[i*f.Columns() : (i+1)*f.Columns()] {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, fmt.Errorf("source %s has a weight %v", one.Name, v)
			}
			s.Weights = append(s.Weights, float64(v))
		}
		out = append(out, s)
	}
	return out, nil
}

// readTimes reads sources that are tables of times.
func (h *sourcesHeader) readTimes(b *tensor.Bundle) (out []*Source, err error) {
	if len(h.Times) != len(h.Sources) {
		return nil, fmt.Errorf("%d tables of times for %d sources", len(h.Times), len(h.Sources))
	}
	for i, one := range h.Sources {
		s := &Source{Name: one.Name, Seen: one.Seen}
		if s.Times, err = h.Times[i].Load(b, timesPrefix(i)); err != nil {
			return nil, fmt.Errorf("source %s: %w", one.Name, err)
		}
		if !isFinite(s.Times.Theta) {
			return nil, fmt.Errorf("source %s has coefficients that are no numbers", one.Name)
		}
		out = append(out, s)
	}
	return out, nil
}

// sameFeatures is the relative difference up to which centres and scales are the same:
// processors add up in other orders.
const sameFeatures = 1e-6

// same reports whether f and g have the same columns.
func (f *Features) same(g *Features) bool {
	if len(f.keep) != len(g.keep) || f.first != g.first {
		return false
	}
	near := func(a, b float64) bool { return math.Abs(a-b) <= sameFeatures*(1e-9+math.Abs(a)+math.Abs(b)) }
	if !near(f.shape.largest, g.shape.largest) {
		return false
	}
	for i := range f.keep {
		if f.keep[i] != g.keep[i] || !near(f.centre[i], g.centre[i]) || !near(f.scale[i], g.scale[i]) {
			return false
		}
	}
	return true
}
