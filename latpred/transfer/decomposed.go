package transfer

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// decomposed is what Fit needs of the measured networks, whatever was measured. A row of weight
// w is one of weight 1 if all of it is multiplied by √w.
type decomposed struct {
	learner *Learner
	f, base *mat.Dense  // rows of F and of the bases
	centre  []float64   // mean of each base over the rows
	root    []float64   // √w of each row
	spectra []*spectrum // of F, by width
	bases   [][]projected
	levels  [][]level // by width and ratio of noise
}

// decompose reads features.
func (l *Learner) decompose(rows mat.Matrix) (*decomposed, error) {
	d := &decomposed{learner: l}
	d.f, d.base = l.kernelRows(rows)
	n, _ := rows.Dims()
	for h := range l.names {
		d.centre = append(d.centre, stat.Mean(mat.Col(nil, h, d.base), nil))
	}
	ones := make([]float64, n)
	for i := range ones {
		ones[i] = 1
	}
	return d.weighted(ones)
}

// weighted gives the same with other roots of the rows' weights.
func (d *decomposed) weighted(root []float64) (*decomposed, error) {
	w := &decomposed{learner: d.learner, f: d.f, base: d.base, centre: d.centre, root: root}
	for _, factor := range d.learner.prior.Widths {
		f := mat.DenseCopyOf(d.f)
		widen(f, factor)
		for i, root := range w.root {
			floats.Scale(root, f.RawRowView(i))
		}
		s, err := newSpectrum(f)
		if err != nil {
			return nil, err
		}
		var bases []projected
		for h := range d.learner.names {
			base := mat.Col(nil, h, d.base)
			floats.AddConst(-d.centre[h], base)
			bases = append(bases, s.project(w.times(base)))
		}
		var levels []level
		for _, noise := range d.learner.prior.Noise {
			levels = append(levels, s.level(noise, bases))
		}
		w.spectra, w.bases, w.levels = append(w.spectra, s), append(w.bases, bases), append(w.levels, levels)
	}
	return w, nil
}

// times multiplies a vector over the rows, in place, by the roots of their weights.
func (d *decomposed) times(v []float64) []float64 {
	floats.Mul(v, d.root)
	return v
}

// widen multiplies the columns of F, but for the constant, by the root of factor.
func widen(f *mat.Dense, factor float64) {
	n, p := f.Dims()
	for i := range n {
		floats.Scale(math.Sqrt(factor), f.RawRowView(i)[:p-1])
	}
}
