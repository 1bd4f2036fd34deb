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
	Graph      bool              `json:"graph"` // there are columns of live layers
	First      []int             `json:"blocks"`
	Sources    []string          `json:"sources"`
	Bases      []string          `json:"bases"`
	Prior      Prior             `json:"prior"`
	MeanMs     float64           `json:"mean_ms"`
	SpreadMs   float64           `json:"spread_ms"`
	LeastMs    float64           `json:"least_ms"`
	Rows       int               `json:"rows"`
	Directions int               `json:"directions,omitempty"` // with a single width of factor 1
	Widths     []widthHeader     `json:"widths,omitempty"`
	Times      *timesHeader      `json:"times,omitempty"`
	Components []componentHeader `json:"components"`
}

// widthHeader is that of a width.
type widthHeader struct {
	Factor     float64 `json:"factor"`
	Directions int     `json:"directions"`
}

// componentHeader is that of a component.
type componentHeader struct {
	Base     int     `json:"base"`
	Width    int     `json:"width,omitempty"`
	Weight   float64 `json:"weight"`
	Noise    float64 `json:"noise"`
	Slope    float64 `json:"slope"`
	SlopeVar float64 `json:"slope_variance"`
	Scale    float64 `json:"scale"`
}

// storeFeatures puts what tells features apart into b.
func (f *Features) store(b *tensor.Bundle, prefix string) {
	keep := make([]float64, len(f.keep))
	for i, c := range f.keep {
		keep[i] = float64(c)
	}
	b.PutFloat64(prefix+"features.keep", keep)
	b.PutFloat64(prefix+"features.centre", f.centre)
	b.PutFloat64(prefix+"features.scale", f.scale)
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
	f := &Features{Space: s, shape: shapeOf(s, graph)}
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
		h.Components = append(h.Components, componentHeader{c.base, c.width, c.weight, c.noise, c.slope, c.slopeVar, c.scale})
		mean, along, shrink = append(mean, c.mean...), append(along, c.along...), append(shrink, c.shrink...)
	}
	var directions []float64
	for _, w := range m.widths {
		_, n := w.directions.Dims()
		h.Widths = append(h.Widths, widthHeader{w.factor, n})
		directions = append(directions, flat(w.directions)...)
	}
	if t := l.features.times; t != nil {
		h.Times = t.store(b, prefix)
	}
	b.PutFloat64(prefix+"sources", sources)
	b.PutFloat64(prefix+"bases", flat(l.bases))
	b.PutFloat64(prefix+"directions", directions)
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
	if h.Widths == nil {
		h.Widths = []widthHeader{{1, h.Directions}}
	}
	if err := h.check(); err != nil {
		return nil, err
	}
	f, err := loadFeatures(b, prefix, h.Space, h.Graph, h.First)
	if err != nil {
		return nil, err
	}
	if h.Times != nil {
		if f.times, err = h.Times.load(b, prefix, f.Space); err != nil {
			return nil, err
		}
	}
	p, along, directions := f.Columns(), 0, 0
	for _, c := range h.Components {
		along += h.Widths[c.Width].Directions
	}
	for _, w := range h.Widths {
		directions += w.Directions
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
	vectors := [3][]float64{read("components.mean", along), read("components.along", along), read("components.shrink", along)}
	if failed != nil {
		return nil, failed
	}
	l := &Learner{features: f, prior: h.Prior, names: h.Bases, bases: mat.NewDense(p, len(h.Bases), bases)}
	for i, name := range h.Sources {
		l.sources = append(l.sources, &Source{Name: name, Space: f.Space, Weights: sources[i*p : (i+1)*p]})
	}
	l.scale()
	of := read("directions", l.effects()*directions)
	if failed != nil {
		return nil, failed
	}
	model := &Model{learner: l, meanMs: h.MeanMs, spreadMs: h.SpreadMs, leastMs: h.LeastMs, rows: h.Rows}
	for _, w := range h.Widths {
		size := l.effects() * w.Directions
		model.widths = append(model.widths, width{w.Factor, mat.NewDense(size/w.Directions, w.Directions, of[:size])})
		of = of[size:]
	}
	for _, c := range h.Components {
		n := h.Widths[c.Width].Directions
		one := component{base: c.Base, width: c.Width, weight: c.Weight, noise: c.Noise, slope: c.Slope, slopeVar: c.SlopeVar, scale: c.Scale}
		for i, to := range []*[]float64{&one.mean, &one.along, &one.shrink} {
			*to, vectors[i] = vectors[i][:n], vectors[i][n:]
		}
		model.components = append(model.components, one)
	}
	model.merge()
	return model, nil
}

// check errs if the numbers of the header are none of a model.
func (h Header) check() error {
	if !(h.MeanMs > 0 && h.SpreadMs > 0 && h.LeastMs > 0) || h.Rows < LeastRows || len(h.Components) == 0 || len(h.Bases) == 0 {
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
	if n := len(h.Components); n > 1<<12 || len(h.Widths) > 1<<4 || len(h.Sources) > 1<<12 || len(h.Bases) > 1<<12 {
		return errors.New("more components, sources or bases than a model can have")
	}
	for _, w := range h.Widths {
		if w.Directions < 1 || w.Directions > 1<<14 || !(w.Factor > 0) {
			return fmt.Errorf("width %+v is none", w)
		}
	}
	for _, c := range h.Components {
		if c.Width < 0 || c.Width >= len(h.Widths) || c.Base < 0 || c.Base >= len(h.Bases) || !(c.Weight >= 0 && c.Noise > 0 && c.SlopeVar >= 0 && c.Scale > 0) {
			return fmt.Errorf("component %+v is none", c)
		}
	}
	return nil
}
