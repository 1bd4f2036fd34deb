package loops

// SGD holds the hyper-parameters of stochastic gradient descent, with their meaning in
// PyTorch: for a gradient g, a weight w and its velocity v, a step sets
// v = Momentum·v + g + Decay·w and then w = w − Rate·v.
type SGD struct{ Rate, Momentum, Decay float32 }

// GradientStep takes a step on the weights w of a layer. The lines of s are columns of
// the layer's inputs for a batch, and d is the gradient with respect to its outputs; the
// product of line i and d is the gradient of row first+i of w. v holds the velocities and
// must have w's shape. It panics if the shapes do not fit.
func GradientStep(w, v Matrix, first int, s *Sparse, d Matrix, sgd SGD) {
	mustFit(w, d)
	s.mustMatch(d)
	if v.Stride != w.Stride || v.Rows != w.Rows {
		panic("loops: weights and velocities of different shapes")
	}
	if s.n == 0 {
		return
	}
	w.mustHave(first, s.n)
	a := args{
		stride: 4 * w.Stride, rows: s.n,
		from: &s.bounds[0], to: &s.bounds[s.blocks*s.n], offsets: &s.offsets[0],
		rate: sgd.Rate, momentum: sgd.Momentum, decay: sgd.Decay,
	}
	if a.inPlace = s.source.Data != nil; a.inPlace {
		if s.source.Stride != d.Stride {
			panic("loops: the factors of a gradient have different strides")
		}
		a.values = &s.source.Data[s.first]
	} else {
		a.values = &s.values[0]
	}
	width := Padded(w.Cols)
	for from := 0; from < width; {
		columns, at := columnsOf(width-from), first*w.Stride+from
		b := a // the loops move on what is in it
		b.dst, b.velocity, b.dense = &w.Data[at], &v.Data[at], &d.Data[from]
		gradientStep(columns, &b)
		from += columns
	}
}

// MultiplySampled computes elements of dense × wᵀ at the positions of the entries of s,
// whose lines are columns: for an entry of line i in row r, dst[r, first+i] becomes the
// dot product of row r of dense and row first+i of w. Other elements of dst stay as they
// are. This takes a gradient back through a layer with weights w and the ReLU before it.
// dst and dense must have the same stride. It is known as SDDMM, sampled dense-dense
// matrix multiplication. It panics if the shapes do not fit.
func MultiplySampled(dst Matrix, first int, s *Sparse, w, dense Matrix) {
	mustFit(w, dense)
	s.mustMatch(dense)
	if dst.Stride != dense.Stride {
		panic("loops: rows of different strides")
	}
	if s.n == 0 {
		return
	}
	w.mustHave(first, s.n)
	dst.mustHave(0, s.inner)
	for b := range s.blocks {
		multiplySampled(&args{
			dst: &dst.Data[first], weights: &w.Data[first*w.Stride], stride: 4 * w.Stride, rows: s.n, dense: &dense.Data[0],
			from: &s.bounds[b*s.n], to: &s.bounds[(b+1)*s.n], offsets: &s.offsets[0], vectors: Padded(w.Cols) / Lanes,
		})
	}
}
