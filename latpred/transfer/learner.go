package transfer

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Learner is what is known before a device is measured: sources and a prior. It is safe for
// concurrent use.
type Learner struct {
	features *Features
	sources  []*Source
	prior    Prior
	names    []string   // of the bases
	share    []float64  // prior probability of each base
	bases    *mat.Dense // columns × bases: weights
	scaled   *mat.Dense // columns × columns of F but the constant: those of sources, then the features
}

// NewLearner prepares sources, of which there may be none, and a prior. It errs if a source is
// of another space.
func NewLearner(f *Features, sources []*Source, prior Prior) (*Learner, error) {
	l := &Learner{features: f, sources: sources, prior: prior}
	mean := make([]float64, f.Columns())
	for _, s := range sources {
		if s.Space != f.Space || len(s.Weights) != f.Columns() {
			return nil, fmt.Errorf("source %s is of space %s, want %s", s.Name, s.Space.ID, f.Space.ID)
		}
		floats.Add(mean, s.Weights)
	}
	var columns [][]float64
	add := func(name string, share float64, w []float64) {
		l.names, l.share, columns = append(l.names, name), append(l.share, share), append(columns, w)
	}
	if len(sources) > 0 && prior.MeanShare > 0 {
		if middle, err := f.source("mean of the sources", mean); err == nil { // else they cancel out
			add(middle.Name, prior.MeanShare, middle.Weights)
		}
	}
	if prior.SourceShare > 0 {
		for _, s := range sources {
			add(s.Name, prior.SourceShare/float64(len(sources)), s.Weights)
		}
	}
	if first, end := f.Range(Physics); prior.PhysicsShare > 0 {
		for c := first; c < end; c++ {
			w := make([]float64, f.Columns())
			w[c] = math.Sqrt(float64(end - first)) // of variance 1
			add(f.PhysicsNames()[c-first], prior.PhysicsShare/float64(end-first), w)
		}
	}
	if len(columns) == 0 {
		add("no base", 1, make([]float64, f.Columns()))
	}
	l.bases = mat.NewDense(f.Columns(), len(columns), nil)
	for h, w := range columns {
		l.bases.SetCol(h, w)
	}
	l.scale()
	return l, nil
}

// scale makes the columns of F, where K = F·Fᵀ is the kernel that all bases share, but for the
// constant.
func (l *Learner) scale() {
	p, sources := l.features.Columns(), len(l.sources)
	l.scaled = mat.NewDense(p, sources+p, nil)
	for i, s := range l.sources {
		for c, w := range s.Weights {
			l.scaled.Set(c, i, w*math.Sqrt(l.prior.Sources/float64(sources)))
		}
	}
	for block := range Blocks {
		first, end := l.features.Range(block)
		for c := first; c < end; c++ {
			l.scaled.Set(c, sources+c, math.Sqrt(l.prior.Blocks[block]))
		}
	}
}

// kernelRows gives the rows of F, with the constant as the last column, and of the bases, for
// networks with the given features.
func (l *Learner) kernelRows(rows mat.Matrix) (f, bases *mat.Dense) {
	n, _ := rows.Dims()
	_, p := l.scaled.Dims()
	f, bases = mat.NewDense(n, p+1, nil), new(mat.Dense)
	f.Slice(0, n, 0, p).(*mat.Dense).Mul(rows, l.scaled)
	for i := range n {
		f.Set(i, p, math.Sqrt(l.prior.Constant))
	}
	bases.Mul(rows, l.bases)
	return f, bases
}
