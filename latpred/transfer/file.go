package transfer

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/mat"
)

// Header is the JSON part of a stored Model. Tensors have the features' columns (keep, centre,
// scale), the weights of sources and bases, the directions, and for each component mean, along
// and shrink; all are float64, and matrices go row by row.
type Header struct {
	Space      string            `json:"space"`
	Graph      bool              `json:"graph"` // there are columns of needed layers
	First      []int             `json:"blocks"`
	Sources    []string          `json:"sources"`
	Bases      []string          `json:"bases"`
	Prior      Prior             `json:"prior"`
	MeanMs     float64           `json:"mean_ms"`
	SpreadMs   float64           `json:"spread_ms"`
	LeastMs    float64           `json:"least_ms"`
	Rows       int               `json:"rows"`
	Directions int               `json:"directions"`
	Components []componentHeader `json:"components"`
}

// componentHeader is that of a component.
type componentHeader struct {
	Base     int     `json:"base"`
	Weight   float64 `json:"weight"`
	Noise    float64 `json:"noise"`
	Slope    float64 `json:"slope"`
	SlopeVar float64 `json:"slope_variance"`
	Scale    float64 `json:"scale"`
}

// largestTensor has the greatest number of activations that a layer moves. Files that lack it
// have the columns that features had before.
const largestTensor = "features.largest"

// store puts what tells features apart into b.
func (f *Features) store(b *tensor.Bundle, prefix string) {
	keep := make([]float64, len(f.keep))
	for i, c := range f.keep {
		keep[i] = float64(c)
	}
	b.PutFloat64(prefix+"features.keep", keep)
	b.PutFloat64(prefix+"features.centre", f.centre)
	b.PutFloat64(prefix+"features.scale", f.scale)
	if !f.shape.before {
		b.PutFloat64(prefix+largestTensor, []float64{f.shape.largest})
	}
}

// loadFeatures restores the features that store wrote.
func loadFeatures(b *tensor.Bundle, prefix, id string, graph bool, first []int) (*Features, error) {
	s, err := space.ByID(id)
	if err != nil {
		return nil, err
	}
	keep, err := b.Float64(prefix+"features.keep", -1)
	if err != nil {
		return nil, err
	}
	largest, before := []float64{0}, !b.Has(prefix+largestTensor)
	if !before {
		if largest, err = b.Float64(prefix+largestTensor, 1); err != nil {
			return nil, err
		}
		if !(largest[0] > 0) {
			return nil, fmt.Errorf("the largest layer moves %v activations", largest[0])
		}
	}
	f := &Features{Space: s, shape: shapeOf(s, graph, before, largest[0])}
	if len(first) != int(Blocks)+1 || first[0] != 0 || first[Blocks] != len(keep) {
		return nil, fmt.Errorf("blocks begin at %v, of %d columns", first, len(keep))
	}
	copy(f.first[:], first)
	block := Physics
	for i, v := range keep {
		for i == f.first[block+1] {
			block++
		}
		c := int(v)
		if float64(c) != v || c < f.shape.begin[block] || c >= f.shape.begin[block+1] {
			return nil, fmt.Errorf("column %d is raw column %v, which is none of its block", i, v)
		}
		f.keep = append(f.keep, c)
	}
	if f.centre, err = b.Float64(prefix+"features.centre", len(keep)); err != nil {
		return nil, err
	}
	f.scale, err = b.Float64(prefix+"features.scale", len(keep))
	return f, err
}

// Store puts the model's tensors into b, under names that start with prefix, and returns the
// header.
func (m *Model) Store(b *tensor.Bundle, prefix string) Header {
	l := m.learner
	l.features.store(b, prefix)
	h := Header{Space: m.Space().ID, Graph: l.features.shape.graph, First: l.features.first[:], Bases: l.names, Prior: l.prior,
		MeanMs: m.meanMs, SpreadMs: m.spreadMs, LeastMs: m.leastMs, Rows: m.rows}
	var sources, mean, along, shrink []float64
	for _, s := range l.sources {
		h.Sources = append(h.Sources, s.Name)
		sources = append(sources, s.Weights...)
	}
	for _, c := range m.components {
		h.Components = append(h.Components, componentHeader{c.base, c.weight, c.noise, c.slope, c.slopeVar, c.scale})
		mean, along, shrink = append(mean, c.mean...), append(along, c.along...), append(shrink, c.shrink...)
	}
	_, h.Directions = m.directions.Dims()
	b.PutFloat64(prefix+"sources", sources)
	b.PutFloat64(prefix+"bases", flat(l.bases))
	b.PutFloat64(prefix+"directions", flat(m.directions))
	b.PutFloat64(prefix+"components.mean", mean)
	b.PutFloat64(prefix+"components.along", along)
	b.PutFloat64(prefix+"components.shrink", shrink)
	return h
}

// flat gives the values of a matrix, row by row.
func flat(m *mat.Dense) (out []float64) {
	n, _ := m.Dims()
	for i := range n {
		out = append(out, m.RawRowView(i)...)
	}
	return out
}

// Load restores a model that Store wrote. It errs if the header and the tensors don't go
// together.
func (h Header) Load(b *tensor.Bundle, prefix string) (*Model, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	f, err := loadFeatures(b, prefix, h.Space, h.Graph, h.First)
	if err != nil {
		return nil, err
	}
	p, n, m := f.Columns(), len(h.Components), h.Directions
	if n > 1<<12 || m > 1<<14 || len(h.Sources) > 1<<12 || len(h.Bases) > 1<<12 {
		return nil, errors.New("more components, sources or directions than a model can have")
	}
	var failed error
	read := func(name string, length int) []float64 {
		v, err := b.Float64(prefix+name, length)
		if failed == nil {
			failed = err
		}
		return v
	}
	sources, bases := read("sources", len(h.Sources)*p), read("bases", len(h.Bases)*p)
	directions := read("directions", (p+len(h.Sources)+1)*m)
	mean, along, shrink := read("components.mean", n*m), read("components.along", n*m), read("components.shrink", n*m)
	if failed != nil {
		return nil, failed
	}
	l := &Learner{features: f, prior: h.Prior, names: h.Bases, bases: mat.NewDense(p, len(h.Bases), bases)}
	for i, name := range h.Sources {
		l.sources = append(l.sources, &Source{Name: name, Space: f.Space, Weights: sources[i*p : (i+1)*p]})
	}
	l.scale()
	model := &Model{learner: l, meanMs: h.MeanMs, spreadMs: h.SpreadMs, leastMs: h.LeastMs, rows: h.Rows, directions: mat.NewDense(p+len(h.Sources)+1, m, directions)}
	for i, c := range h.Components {
		at := func(v []float64) []float64 { return v[i*m : (i+1)*m] }
		model.components = append(model.components, component{c.Base, c.Weight, c.Noise, c.Slope, c.SlopeVar, c.Scale, at(mean), at(along), at(shrink)})
	}
	model.merge()
	return model, nil
}

// check errs if the numbers of the header are none of a model.
func (h Header) check() error {
	if !(h.MeanMs > 0 && h.SpreadMs > 0 && h.LeastMs > 0) || h.Rows < LeastRows || h.Directions < 1 || len(h.Components) == 0 || len(h.Bases) == 0 {
		return errors.New("no model: it has no measurements, directions, bases or components")
	}
	if p := h.Prior; !(p.Constant >= 0 && p.Sources >= 0 && p.Base > 0 && p.Freedom > 0) {
		return errors.New("the prior has variances below 0")
	}
	for _, v := range h.Prior.Blocks {
		if !(v >= 0) {
			return errors.New("the prior has variances below 0")
		}
	}
	for _, c := range h.Components {
		if c.Base < 0 || c.Base >= len(h.Bases) || !(c.Weight >= 0 && c.Noise > 0 && c.SlopeVar >= 0 && c.Scale > 0) {
			return fmt.Errorf("component %+v is none", c)
		}
	}
	return nil
}
