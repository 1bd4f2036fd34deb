package loops

import "fmt"

// SGD are the numbers of a step with PyTorch's meaning: of the gradient g, the
// weight w and the last step v, v becomes Momentum·v + g + Decay·w, and w loses
// Rate·v.
type SGD struct{ Rate, Momentum, Decay float32 }

// wide is the number of columns that the widest loops take at once.
const wide = 5 * Lane

// Accumulate adds to row first+i of dst, for each list i, the sum of its values
// times the rows of other that they stand for. A list of two rows adds to two.
func Accumulate(dst Matrix, first int, l *Lists, other Matrix) {
	mustFit(dst, other)
	accumulateOn(dst, first, l, other, -1)
}

// Multiply is Accumulate where what is in dst does not count: it begins with row
// bias of other.
func Multiply(dst Matrix, first int, l *Lists, other Matrix, bias int) {
	mustFit(dst, other)
	other.mustHave(bias, 1)
	if best == avx512 {
		accumulateOn(dst, first, l, other, bias)
		return
	}
	for i := range l.n + l.pairs {
		copy(dst.Row(first+i), other.Row(bias))
	}
	accumulateOn(dst, first, l, other, -1)
}

// accumulateOn begins with row start of other, or where that is below 0 with what
// is in dst.
func accumulateOn(dst Matrix, first int, l *Lists, other Matrix, start int) {
	if l.n == 0 {
		return
	}
	dst.mustHave(first, l.n+l.pairs)
	width := Padded(dst.Cols)
	for from := 0; from < width; {
		columns := columnsOf(width - from)
		for b := range l.blocks {
			a := args{
				dst: &dst.Data[first*dst.Stride+from], stride: 4 * dst.Stride, rows: l.n, base: &other.Data[from],
				from: &l.at[b*l.n], to: &l.at[(b+1)*l.n], offsets: &l.offset[0], values: &l.value[0],
			}
			a.src, a.srcStride = a.dst, a.stride
			if b == 0 && start >= 0 {
				a.src, a.srcStride = &other.Data[start*other.Stride+from], 0
			}
			if l.pairs > 0 {
				a.rows, a.second = l.pairs, &l.second[0]
			}
			// While this block is multiplied the next one is fetched, some rows at a time.
			if next, each := (b+1)*blockOfRow, (blockOfRow+a.rows-1)/a.rows; l.n > 1 && next+each*a.rows <= other.Rows {
				a.slot, a.vectors, a.step = &other.Data[next*other.Stride+from], each, 4*other.Stride
			}
			accumulate(columns, &a)
			if 0 < l.pairs && l.pairs < l.n {
				a.lastRow(l, b, dst.Data[(first+2*l.pairs)*dst.Stride+from:])
				accumulate(columns, &a)
			}
		}
		from += columns
	}
}

// lastRow takes a on from the pairs to the row that is left, at dst; a.src has gone
// on to it.
func (a *args) lastRow(l *Lists, block int, dst []float32) {
	a.dst, a.rows, a.second, a.vectors = &dst[0], 1, nil, 0
	a.from, a.to = &l.at[block*l.n+l.pairs], &l.at[(block+1)*l.n+l.pairs]
}

// columnsOf is how many columns a loop takes at once where so many are left.
func columnsOf(left int) int {
	if left < wide {
		return Lane
	}
	return wide
}

// Descend takes, for each list i, which is of a column of x, the sum of that
// column's elements times the rows of d that they stand for as the gradient of row
// first+i of w, and takes a step. v has the last step and must have w's shape; x
// and d must have the same stride.
func Descend(w, v Matrix, first int, l *Lists, x, d Matrix, s SGD) {
	mustFit(w, d)
	if v.Stride != w.Stride || v.Rows != w.Rows || x.Stride != d.Stride {
		panic("loops: weights and steps, or the factors of gradients, of different shapes")
	}
	if l.n == 0 {
		return
	}
	w.mustHave(first, l.n)
	width := Padded(w.Cols)
	for from := 0; from < width; {
		columns := columnsOf(width - from)
		at := first*w.Stride + from
		descend(columns, &args{
			dst: &w.Data[at], slot: &v.Data[at], stride: 4 * w.Stride, rows: l.n, base: &d.Data[from],
			from: &l.at[0], to: &l.at[l.blocks*l.n], offsets: &l.offset[0], values: &x.Data[l.first],
			rate: s.Rate, momentum: s.Momentum, decay: s.Decay,
		})
		from += columns
	}
}

// Dots sets, for each entry of each list i, the element of dst in the row that the
// entry stands for and in column first+i: to the product of that row of other and
// row first+i of w. dst and other must have the same stride.
func Dots(dst Matrix, first int, l *Lists, w, other Matrix) {
	mustFit(w, other)
	if dst.Stride != other.Stride {
		panic("loops: rows of different strides")
	}
	if l.n == 0 {
		return
	}
	w.mustHave(first, l.n)
	for b := range l.blocks {
		dots(&args{
			dst: &dst.Data[first], slot: &w.Data[first*w.Stride], stride: 4 * w.Stride, rows: l.n, base: &other.Data[0],
			from: &l.at[b*l.n], to: &l.at[(b+1)*l.n], offsets: &l.offset[0], vectors: Padded(w.Cols) / Lane,
		})
	}
}

func mustFit(a, b Matrix) {
	if a.Cols != b.Cols {
		panic(fmt.Sprintf("loops: rows of %d and of %d columns", a.Cols, b.Cols))
	}
}

func (m Matrix) mustHave(first, n int) {
	if first < 0 || first+n > m.Rows {
		panic(fmt.Sprintf("loops: rows %d to %d of %d", first, first+n, m.Rows))
	}
}
