package transfer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
	"gonum.org/v1/gonum/mat"
)

// Header is the JSON part of a stored Clocked. Tensors have the features' columns (keep,
// centre, scale), those of times, the weights of sources and bases, and for each clock the
// standardised measurements with the roots of their weights, and the weights of the mean; all
// are float64, and matrices go row by row.
type Header struct {
	Space   string        `json:"space"`
	Graph   bool          `json:"graph"` // there are columns of needed layers
	First   []int         `json:"blocks"`
	Times   *timesHeader  `json:"times,omitempty"`
	Sources []string      `json:"sources"`
	Bases   []string      `json:"bases"`
	Prior   Prior         `json:"prior"`
	Archs   []string      `json:"archs"` // that were measured
	Clocks  []clockHeader `json:"clocks"`
}

// clockHeader is that of a model of passes, as a clock shows them.
type clockHeader struct {
	Queue      pass.Queue        `json:"queue"`
	Weight     float64           `json:"weight"`
	MeanMs     float64           `json:"mean_ms"`
	SpreadMs   float64           `json:"spread_ms"`
	LeastMs    float64           `json:"least_ms"`
	Constant   float64           `json:"constant"`
	Components []componentHeader `json:"components"`
}

// componentHeader is that of a component.
type componentHeader struct {
	Base     int     `json:"base"`
	Width    int     `json:"width,omitempty"`
	Weight   float64 `json:"weight"`
	Noise    float64 `json:"noise"`
	Expected float64 `json:"expected_slope"`
	Slope    float64 `json:"slope"`
	SlopeVar float64 `json:"slope_variance"`
	Scale    float64 `json:"scale"`
}

// store puts what tells features apart into b.
func (f *Features) store(b *tensor.Bundle, prefix string) {
	keep := make([]float64, len(f.keep))
	for i, c := range f.keep {
		keep[i] = float64(c)
	}
	b.PutFloat64(prefix+"features.keep", keep)
	b.PutFloat64(prefix+"features.centre", f.centre)
	b.PutFloat64(prefix+"features.scale", f.scale)
	b.PutFloat64(prefix+"features.largest", []float64{f.shape.largest})
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
	largest, err := b.Float64(prefix+"features.largest", 1)
	if err != nil {
		return nil, err
	}
	f := &Features{Space: s, shape: shapeOf(s, graph, largest[0])}
	if len(first) != int(Blocks)+1 || first[0] != 0 || first[Blocks] != len(keep) || !slices.IsSorted(first) {
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

// leading is the number of first columns of the features of which sources and bases are made.
func (f *Features) leading() int {
	if f.times == nil {
		return len(f.keep)
	}
	return len(f.keep) + len(f.times.tables)
}

// Store puts the model's tensors into b, under names that start with prefix, and returns the
// header. It errs if a model was fitted to features, of networks that it does not know.
func (c *Clocked) Store(b *tensor.Bundle, prefix string) (Header, error) {
	l := c.Models[0].learner
	f := l.features
	f.store(b, prefix)
	h := Header{Space: f.Space.ID, Graph: f.shape.graph, First: f.first[:], Bases: l.names, Prior: l.prior}
	if f.times != nil {
		h.Times = f.times.store(b, prefix)
	}
	var sources, bases []float64
	for _, s := range l.sources {
		h.Sources = append(h.Sources, s.Name)
		sources = append(sources, s.Weights[:f.leading()]...)
	}
	for i := range f.leading() {
		bases = append(bases, l.bases.RawRowView(i)...)
	}
	b.PutFloat64(prefix+"sources", sources)
	b.PutFloat64(prefix+"bases", bases)
	for k, m := range c.Models {
		if len(m.archs) != m.rows {
			return h, errors.New("a model that was fitted to features alone can't be stored")
		}
		one := clockHeader{Queue: c.Queues[k], Weight: c.Weights[k], MeanMs: m.meanMs, SpreadMs: m.spreadMs, LeastMs: m.leastMs, Constant: m.constant}
		for _, c := range m.components {
			one.Components = append(one.Components, componentHeader{c.base, c.width, c.weight, c.noise, c.expected.slope, c.slope, c.slopeVar, c.scale})
		}
		h.Clocks = append(h.Clocks, one)
		at := fmt.Sprintf("%sclock%d.", prefix, k)
		b.PutFloat64(at+"measured", m.measured)
		b.PutFloat64(at+"root", m.root)
		b.PutFloat64(at+"weights", m.weights)
		b.PutFloat64(at+"scores", m.scores)
	}
	for _, a := range c.Models[0].archs {
		h.Archs = append(h.Archs, a.String())
	}
	return h, nil
}

// Load restores a model that Store wrote. It errs if the header and the tensors don't go
// together.
func (h Header) Load(b *tensor.Bundle, prefix string) (*Clocked, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	l, archs, err := h.loadLearner(b, prefix)
	if err != nil {
		return nil, err
	}
	c := &Clocked{}
	for k, one := range h.Clocks {
		m := &Model{learner: l, meanMs: one.MeanMs, spreadMs: one.SpreadMs, leastMs: one.LeastMs, rows: len(archs), archs: archs, constant: one.Constant}
		at := fmt.Sprintf("%sclock%d.", prefix, k)
		for _, v := range []struct {
			name string
			to   *[]float64
			n    int
		}{{"measured", &m.measured, len(archs)}, {"root", &m.root, len(archs)}, {"scores", &m.scores, len(archs)}, {"weights", &m.weights, l.features.Columns()}} {
			if *v.to, err = b.Float64(at+v.name, v.n); err != nil {
				return nil, err
			}
			if !isFinite(*v.to) {
				return nil, fmt.Errorf("the tensor %s has values that are no numbers", at+v.name)
			}
		}
		for _, p := range one.Components {
			m.components = append(m.components, component{base: p.Base, width: p.Width, weight: p.Weight, noise: p.Noise,
				slope: p.Slope, slopeVar: p.SlopeVar, scale: p.Scale, expected: hypothesis{slope: p.Expected}})
		}
		c.Queues, c.Weights, c.Models = append(c.Queues, one.Queue), append(c.Weights, one.Weight), append(c.Models, m)
	}
	return c, nil
}

// loadLearner restores what the models share.
func (h Header) loadLearner(b *tensor.Bundle, prefix string) (*Learner, []space.Arch, error) {
	f, err := loadFeatures(b, prefix, h.Space, h.Graph, h.First)
	if err != nil {
		return nil, nil, err
	}
	if h.Times != nil {
		if f.times, err = h.Times.load(b, prefix, f.Space); err != nil {
			return nil, nil, err
		}
	}
	p, lead := f.Columns(), f.leading()
	sources, err := b.Float64(prefix+"sources", len(h.Sources)*lead)
	if err != nil {
		return nil, nil, err
	}
	bases, err := b.Float64(prefix+"bases", len(h.Bases)*lead)
	if err != nil {
		return nil, nil, err
	}
	l := &Learner{features: f, prior: h.Prior, names: h.Bases, bases: mat.NewDense(p, len(h.Bases), nil)}
	for i := range lead {
		l.bases.SetRow(i, bases[i*len(h.Bases):(i+1)*len(h.Bases)])
	}
	for i, name := range h.Sources {
		s := &Source{Name: name, Space: f.Space, Weights: make([]float64, p)}
		copy(s.Weights, sources[i*lead:(i+1)*lead])
		l.sources = append(l.sources, s)
	}
	l.scale()
	archs := make([]space.Arch, len(h.Archs))
	for i, text := range h.Archs {
		if archs[i], err = f.Space.Parse(text); err != nil {
			return nil, nil, err
		}
	}
	rows, err := f.Rows(archs)
	if err == nil && !isFinite(rows.RawMatrix().Data) {
		err = errors.New("the features of the networks are not finite")
	}
	return l, archs, err
}

// isFinite reports whether all values are numbers.
func isFinite(values []float64) bool {
	return !slices.ContainsFunc(values, func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
}

// check errs if the numbers of the header are none of a model.
func (h Header) check() error {
	if len(h.Archs) < LeastRows || len(h.Archs) > 1<<20 || len(h.Clocks) == 0 || len(h.Clocks) > 1<<8 || len(h.Bases) == 0 || len(h.Bases) > 1<<12 || len(h.Sources) > 1<<12 {
		return errors.New("no model: it has no measurements, clocks or bases, or too many; one that an earlier version adapted is made again from its measurements")
	}
	if err := h.Prior.check(); err != nil {
		return err
	}
	for _, k := range h.Clocks {
		if err := k.Queue.Validate(); err != nil {
			return err
		}
		if !(k.Weight >= 0 && k.MeanMs > 0 && k.SpreadMs > 0 && k.LeastMs > 0) || len(k.Components) == 0 || len(k.Components) > 1<<12 {
			return errors.New("a clock has no measurements or components")
		}
		if !k.Queue.None() && h.Times == nil {
			return errors.New("a clock has a queue, but there are no times")
		}
		for _, c := range k.Components {
			if c.Width < 0 || c.Width >= len(h.Prior.Widths) || c.Base < 0 || c.Base >= len(h.Bases) || !(c.Weight >= 0 && c.Noise > 0 && c.SlopeVar >= 0 && c.Scale > 0) {
				return fmt.Errorf("component %+v is none", c)
			}
		}
	}
	return nil
}

// check errs if the prior is none.
func (p *Prior) check() error {
	list := append([]float64{p.Constant, p.Sources, p.Times, p.Tails}, p.Blocks[:]...)
	above := append([]float64{p.Base, p.Freedom}, p.Widths...)
	if slices.ContainsFunc(list, func(v float64) bool { return !(v >= 0) }) || slices.ContainsFunc(above, func(v float64) bool { return !(v > 0) }) || len(p.Widths) == 0 || len(p.Widths) > 1<<4 {
		return errors.New("the prior has no variances, or some below 0")
	}
	return nil
}
