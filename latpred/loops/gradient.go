package loops

// SGD are the numbers of a step of stochastic gradient descent with PyTorch's
// meaning: of the gradient g, the weight w and the velocity v, which is the last
// step's, v becomes Momentum·v + g + Decay·w, and w loses Rate·v.
type SGD struct{ Rate, Momentum, Decay float32 }

// GradientStep takes the product of s, whose lines are columns of a layer's inputs,
// and d, the gradient with respect to its outputs, as the gradient of weights: line i
// as that of row first+i of w, on which it takes a step at once. v has the velocities
// and must have w's shape.
func GradientStep(w, v Matrix, first int, s *Sparse, d Matrix, sgd SGD) {
	mustFit(w, d)
	s.mustMeet(d)
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

// MultiplySampled sets, for each entry of each line of s, which is of a column, the
// element of dst in the row that the entry meets and in column first+i for line i:
// to the product of that row of dense and row first+i of w. Others stay as they are.
// So a gradient goes back through a layer of weights w and the ReLU before it. dst
// and dense must have the same stride. The field's name for it is SDDMM, sampled
// dense-dense matrix multiplication.
func MultiplySampled(dst Matrix, first int, s *Sparse, w, dense Matrix) {
	mustFit(w, dense)
	s.mustMeet(dense)
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
