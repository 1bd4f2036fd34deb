package sparse_test

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/sparse"
	"pgregory.net/rapid"
)

// drawn gives a dense matrix, mostly 0.
func drawn(t *rapid.T) (rows, cols int, elements []float32) {
	rows, cols = rapid.IntRange(0, 6).Draw(t, "rows"), rapid.IntRange(1, 9).Draw(t, "cols")
	element := rapid.SampledFrom([]float32{0, 0, 0, 1, -2.5, float32(math.Inf(1))})
	return rows, cols, rapid.SliceOfN(element, rows*cols, rows*cols).Draw(t, "elements")
}

// What is made of a dense matrix is valid, gives it back, and has its elements and
// no others.
func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols, elements := drawn(t)
		r := sparse.FromDense(cols, elements)
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		if r.Len() != rows || !slices.Equal(r.Dense(), elements) {
			t.Fatalf("%d × %d: %v became %v", rows, cols, elements, r.Dense())
		}
		zeros := 0
		for k, v := range elements {
			if v == 0 {
				zeros++
			}
			if got := r.At(k/cols, k%cols); got != v {
				t.Fatalf("element %d, %d is %v, want %v", k/cols, k%cols, got, v)
			}
		}
		if r.NNZ() != len(elements)-zeros {
			t.Fatalf("%d elements kept of %d that are not 0", r.NNZ(), len(elements)-zeros)
		}
	})
}

// A slice is some of the rows, and what is appended to it doesn't touch the others.
func TestSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows, cols, elements := drawn(t)
		r := sparse.FromDense(cols, elements)
		from := rapid.IntRange(0, rows).Draw(t, "from")
		to := rapid.IntRange(from, rows).Draw(t, "to")
		part := r.Slice(from, to)
		ones := slices.Repeat([]float32{1}, cols)
		part.AppendDense(ones)
		if want := append(slices.Clone(elements[from*cols:to*cols]), ones...); !slices.Equal(part.Dense(), want) {
			t.Fatalf("rows %d to %d and one more: %v, want %v", from, to, part.Dense(), want)
		}
		if !slices.Equal(r.Dense(), elements) {
			t.Fatalf("the whole became %v", r.Dense())
		}
	})
}

func TestNaNIsKept(t *testing.T) {
	nan := float32(math.NaN())
	if r := sparse.FromDense(2, []float32{0, nan}); r.NNZ() != 1 || !math.IsNaN(float64(r.At(0, 1))) {
		t.Errorf("%+v", r)
	}
}

func ExampleRows() {
	r := sparse.Rows{Cols: 6}
	r.Append([]int{1, 4}, []float32{1, 0.5})
	r.Columns = append(r.Columns, 0, 3) // as an encoder of ones does
	r.End()
	r.Extend(4, 616, 0)
	fmt.Println(r.Len(), r.NNZ(), r.Dense())
	// Output: 2 5 [0 1 0 0 0.5 0 1 0 0 1 616 0]
}

func TestMisusePanics(t *testing.T) {
	two := sparse.FromDense(3, []float32{1, 0, 0, 0, 0, 1})
	for name, f := range map[string]func(){
		"columns that descend": func() { two.Append([]int{1, 0}, []float32{1, 1}) },
		"a column twice":       func() { two.Append([]int{1, 1}, []float32{1, 1}) },
		"no such column":       func() { two.Append([]int{3}, []float32{1}) },
		"a value missing":      func() { two.Append([]int{1}, nil) },
		"a short row":          func() { two.AppendDense([]float32{1}) },
		"a ragged matrix":      func() { sparse.FromDense(3, []float32{1}) },
		"rows beyond":          func() { two.Slice(1, 3) },
		"nothing to extend":    func() { r := sparse.Rows{Cols: 3}; r.Extend(0, 1) },
		"a column again":       func() { two.Extend(2, 1) },
		"columns beyond":       func() { r := two.Slice(0, 1); r.Extend(2, 1, 1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestValidate(t *testing.T) {
	for name, r := range map[string]sparse.Rows{
		"beyond the elements": {Cols: 2, Starts: []int{0, 2}, Columns: []int{0}, Values: []float32{1}},
		"ends before":         {Cols: 2, Starts: []int{1, 0}, Columns: []int{0}, Values: []float32{1}},
		"no such column":      {Cols: 2, Starts: []int{0, 1}, Columns: []int{2}, Values: []float32{1}},
		"descends":            {Cols: 2, Starts: []int{0, 2}, Columns: []int{1, 0}, Values: []float32{1, 1}},
	} {
		if r.Validate() == nil {
			t.Errorf("%s: no error for %+v", name, r)
		}
	}
	if err := (sparse.Rows{Cols: 2}).Validate(); err != nil {
		t.Error(err)
	}
}
