package kernel

import "fmt"

// SGD are the numbers of a step with PyTorch's meaning: of the gradient g, the
// weight w and the last step v, v becomes Momentum·v + g + Decay·w, and w loses
// Rate·v.
type SGD struct{ Rate, Momentum, Decay float32 }

// wide is the number of columns that the widest kernels take at once.
const wide = 5 * Lane

// Accumulate adds to row first+i of dst, for each list i, the sum of its values
// times the rows of other that they stand for.
func Accumulate(dst Matrix, first int, l *Lists, other Matrix) {
	mustFit(dst, other)
	if l.n == 0 {
		return
	}
	dst.mustHave(first, l.n)
	width := Padded(dst.Cols)
	for from := 0; from < width; {
		columns := columnsOf(width - from)
		for b := range l.blocks {
			accumulate(columns, &args{
				dst: &dst.Data[first*dst.Stride+from], stride: 4 * dst.Stride, rows: l.n, base: &other.Data[from],
				from: &l.at[b*l.n], to: &l.at[(b+1)*l.n], offsets: &l.offset[:1][0], values: &l.value[:1][0],
			})
		}
		from += columns
	}
}

// columnsOf is how many columns a kernel takes at once where so many are left.
func columnsOf(left int) int {
	if left < wide {
		return Lane
	}
	return wide
}

// Descend takes, for each list i, the sum of its values times the rows of other
// that they stand for as the gradient of row first+i of w, and takes a step. v has
// the last step and must have w's shape.
func Descend(w, v Matrix, first int, l *Lists, other Matrix, s SGD) {
	mustFit(w, other)
	if v.Stride != w.Stride || v.Rows != w.Rows || l.blocks > 1 {
		panic("kernel: weights and steps of different shapes, or lists of several blocks")
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
			dst: &w.Data[at], slot: &v.Data[at], stride: 4 * w.Stride, rows: l.n, base: &other.Data[from],
			from: &l.at[0], to: &l.at[l.n], offsets: &l.offset[:1][0], values: &l.value[:1][0],
			rate: s.Rate, momentum: s.Momentum, decay: s.Decay,
		})
		from += columns
	}
}

// Dots sets, for each entry of each list i, the element of dst in the row that the
// entry stands for and in column first+i: to the product of that row of other and
// row first+i of w. Values of entries do not matter. dst and other must have the
// same stride.
func Dots(dst Matrix, first int, l *Lists, w, other Matrix) {
	mustFit(w, other)
	if dst.Stride != other.Stride || l.blocks > 1 {
		panic("kernel: rows of different strides, or lists of several blocks")
	}
	if l.n == 0 {
		return
	}
	w.mustHave(first, l.n)
	dots(&args{
		dst: &dst.Data[first], slot: &w.Data[first*w.Stride], stride: 4 * w.Stride, rows: l.n, base: &other.Data[0],
		from: &l.at[0], to: &l.at[l.n], offsets: &l.offset[:1][0], values: &l.value[:1][0], vectors: Padded(w.Cols) / Lane,
	})
}

func mustFit(a, b Matrix) {
	if a.Cols != b.Cols {
		panic(fmt.Sprintf("kernel: rows of %d and of %d columns", a.Cols, b.Cols))
	}
}

func (m Matrix) mustHave(first, n int) {
	if first < 0 || first+n > m.Rows {
		panic(fmt.Sprintf("kernel: rows %d to %d of %d", first, first+n, m.Rows))
	}
}
