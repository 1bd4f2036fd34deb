package transfer

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Learner is what all predictions for a space are linear in: the features, and the bases, which
// are linear in the features themselves.
type Learner struct {
	features *Features
	sources  []string
	names    []string   // of the bases
	share    []float64  // prior probability of each base
	bases    *mat.Dense // columns × bases: weights
	scaled   *mat.Dense // columns × scaled columns: those of sources, then the features
	prior    Prior
}

// NewLearner prepares sources and a prior. It errs if a source is of another space.
func NewLearner(f *Features, sources []*Source, prior Prior) (*Learner, error) {
	b := &Learner{features: f, prior: prior}
	var columns [][]float64
	add := func(name string, share float64, w []float64) {
		b.names, b.share, columns = append(b.names, name), append(b.share, share), append(columns, w)
	}
	mean := make([]float64, f.Columns())
	for _, s := range sources {
		if s.Space != f.Space || len(s.Weights) != f.Columns() {
			return nil, fmt.Errorf("source %s is of space %s, want %s", s.Name, s.Space.ID, f.Space.ID)
		}
		b.sources = append(b.sources, s.Name)
		floats.Add(mean, s.Weights)
	}
	if len(sources) > 0 && prior.MeanShare > 0 {
		middle, err := f.source("the mean of the sources", mean)
		if err != nil {
			return nil, err
		}
		add("mean of the sources", prior.MeanShare, middle.Weights)
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
		add("nothing", 1, make([]float64, f.Columns()))
	}
	b.bases = mat.NewDense(f.Columns(), len(columns), nil)
	for h, w := range columns {
		b.bases.SetCol(h, w)
	}
	b.scale(sources)
	return b, nil
}

// scale makes the columns of the kernel K = F·Fᵀ that all bases share, but for its constant.
func (b *Learner) scale(sources []*Source) {
	p := b.features.Columns()
	b.scaled = mat.NewDense(p, len(sources)+p, nil)
	for i, s := range sources {
		w := make([]float64, p)
		floats.AddScaled(w, math.Sqrt(b.prior.Sources/float64(len(sources))), s.Weights)
		b.scaled.SetCol(i, w)
	}
	for block := range Blocks {
		first, end := b.features.Range(block)
		for c := first; c < end; c++ {
			b.scaled.Set(c, len(sources)+c, math.Sqrt(b.prior.Blocks[block]))
		}
	}
}

// kernelRows gives the rows of F, with the constant as the last column, and of the bases, for
// networks with the given features.
func (b *Learner) kernelRows(rows mat.Matrix) (f, bases *mat.Dense) {
	n, _ := rows.Dims()
	_, p := b.scaled.Dims()
	f, bases = mat.NewDense(n, p+1, nil), new(mat.Dense)
	var scaled mat.Dense
	scaled.Mul(rows, b.scaled)
	f.Slice(0, n, 0, p).(*mat.Dense).Copy(&scaled)
	for i := range n {
		f.Set(i, p, math.Sqrt(b.prior.Constant))
	}
	bases.Mul(rows, b.bases)
	return f, bases
}
