package transfer

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/pass"
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
	relative []float64  // of each base: the standard deviation of its times over their mean; 0: not known
	bases    *mat.Dense // features × bases: weights
	tilts    *mat.Dense // features × sources: weights of the columns of F that are sources
	used     []int      // features that are columns of F
	root     []float64  // of the variance of each
}

// NewLearner prepares sources, of which there may be none, and a prior. It errs if a source is
// of another space.
func NewLearner(f *Features, sources []*Source, prior Prior) (*Learner, error) {
	f, sources, err := withTimes(f, sources)
	if err != nil {
		return nil, err
	}
	l := &Learner{features: f, sources: sources, prior: prior}
	mean, relative := make([]float64, f.Columns()), 0.0
	for _, s := range sources {
		if s.Space != f.Space || len(s.Weights) != f.Columns() {
			return nil, fmt.Errorf("source %s is of space %s, want %s", s.Name, s.Space.ID, f.Space.ID)
		}
		floats.Add(mean, s.Weights)
	}
	var columns [][]float64
	add := func(name string, share, relative float64, w []float64) {
		l.names, l.share, l.relative, columns = append(l.names, name), append(l.share, share), append(l.relative, relative), append(columns, w)
	}
	if f.times != nil {
		relative = f.times.unit
	}
	if len(sources) > 0 && prior.MeanShare > 0 {
		if middle, err := f.source("mean of the sources", mean); err == nil { // else they cancel out
			add(middle.Name, prior.MeanShare, relative, middle.Weights)
		}
	}
	if prior.SourceShare > 0 {
		for k, s := range sources {
			if f.times != nil {
				relative = f.times.spread[k] / f.times.mean[k]
			}
			add(s.Name, prior.SourceShare/float64(len(sources)), relative, s.Weights)
		}
	}
	if first, end := f.Range(Physics); prior.PhysicsShare > 0 {
		for c := first; c < end; c++ {
			w := make([]float64, f.Columns())
			w[c] = math.Sqrt(float64(end - first)) // of variance 1
			add(f.PhysicsNames()[c-first], prior.PhysicsShare/float64(end-first), 0, w)
		}
	}
	if len(columns) == 0 {
		add("no base", 1, 0, make([]float64, f.Columns()))
	}
	l.bases = mat.NewDense(f.Columns(), len(columns), nil)
	for h, w := range columns {
		l.bases.SetCol(h, w)
	}
	l.scale()
	return l, nil
}

// withTimes gives sources that are tables of times columns among the features, and weights.
func withTimes(f *Features, sources []*Source) (*Features, []*Source, error) {
	var tables []*pass.Model
	for _, s := range sources {
		if s.Times != nil {
			tables = append(tables, s.Times)
		}
	}
	if tables == nil {
		return f, sources, nil
	}
	if len(tables) < len(sources) {
		return nil, nil, fmt.Errorf("some sources are tables of times, and others are not")
	}
	f, err := f.With(tables)
	if err != nil {
		return nil, nil, err
	}
	out := make([]*Source, len(sources))
	for k, s := range sources {
		one := *s
		one.Space, one.Weights = f.Space, make([]float64, f.Columns())
		one.Weights[len(f.keep)+k] = 1
		out[k] = &one
	}
	return f, out, nil
}

// scale makes what turns features into rows of F, where K = F·Fᵀ is the kernel that all bases
// share.
func (l *Learner) scale() {
	p := l.features.Columns()
	l.tilts = nil
	if n := len(l.sources); n > 0 {
		l.tilts = mat.NewDense(p, n, nil)
		for i, s := range l.sources {
			for c, w := range s.Weights {
				l.tilts.Set(c, i, w*math.Sqrt(l.prior.Sources/float64(n)))
			}
		}
	}
	l.used, l.root = nil, nil
	use := func(first, end int, variance float64) {
		for c := first; c < end && variance > 0; c++ {
			l.used, l.root = append(l.used, c), append(l.root, math.Sqrt(variance))
		}
	}
	for block := range Blocks {
		first, end := l.features.Range(block)
		use(first, end, l.prior.Blocks[block])
	}
	if t := l.features.times; t != nil {
		use(p-len(t.centre), p, l.prior.Times)
	}
}

// effects is the number of columns of F: those of sources, of features and a constant.
func (l *Learner) effects() int { return len(l.sources) + len(l.used) + 1 }

// kernelRows gives the rows of F, and of the bases, for networks with the given features.
func (l *Learner) kernelRows(rows mat.Matrix) (f, bases *mat.Dense) {
	n, _ := rows.Dims()
	f, bases = mat.NewDense(n, l.effects(), nil), new(mat.Dense)
	sources := len(l.sources)
	if sources > 0 {
		f.Slice(0, n, 0, sources).(*mat.Dense).Mul(rows, l.tilts)
	}
	for i := range n {
		row := f.RawRowView(i)[sources:]
		for k, c := range l.used {
			row[k] = rows.At(i, c) * l.root[k]
		}
		row[len(row)-1] = math.Sqrt(l.prior.Constant)
	}
	bases.Mul(rows, l.bases)
	return f, bases
}

// weights gives the weights of the features, and the constant, that effects of F come to.
func (l *Learner) weights(effects []float64) (w []float64, constant float64) {
	w = make([]float64, l.features.Columns())
	sources := len(l.sources)
	if sources > 0 {
		mat.NewVecDense(len(w), w).MulVec(l.tilts, mat.NewVecDense(sources, effects[:sources]))
	}
	for k, c := range l.used {
		w[c] += l.root[k] * effects[sources+k]
	}
	return w, math.Sqrt(l.prior.Constant) * effects[len(effects)-1]
}

// Features gives the features that the learner reads.
func (l *Learner) Features() *Features { return l.features }
