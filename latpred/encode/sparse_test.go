package encode_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// sampledFor gives architectures that an encoder can express.
func sampledFor(tb testing.TB, e encode.Encoder, n int) []space.Arch {
	tb.Helper()
	id := spaceOf(e)
	s, err := space.ByID(id)
	if err != nil {
		tb.Fatal(err)
	}
	archs, rng := make([]space.Arch, n), random.Stream(1, id)
	for i := range archs {
		archs[i] = s.Sample(rng)
	}
	return archs
}

// Sparse rows have the elements of dense ones, hardware's figures included, and no 0.
func TestSparseIsTheMatrix(t *testing.T) {
	for _, e := range encoders() {
		t.Run(e.Name(), func(t *testing.T) {
			archs := sampledFor(t, e, 200)
			want, err := encode.Matrix(e, archs)
			if err != nil {
				t.Fatal(err)
			}
			rows, err := encode.Sparse(e, archs)
			if err != nil {
				t.Fatal(err)
			}
			if err := rows.Validate(); err != nil {
				t.Error(err)
			}
			if rows.Cols != e.Width() || !slices.Equal(rows.Dense(), want) || slices.Contains(rows.Values, 0) {
				t.Errorf("%d rows of %d columns are not those of Matrix", rows.Len(), rows.Cols)
			}
		})
	}
}

// What can't be expressed is an error, and leaves the rows before it alone.
func TestSparseErrors(t *testing.T) {
	for _, e := range encoders() {
		archs := sampledFor(t, e, 2)
		bad := archs[1]
		bad.Resolution = 64
		if _, err := encode.Sparse(e, []space.Arch{archs[0], bad}); err == nil || !strings.Contains(err.Error(), "architecture 1") || !strings.Contains(err.Error(), "resolution 64") {
			t.Errorf("%s: %v", e.Name(), err)
		}
		rows, err := encode.Sparse(e, archs)
		if err != nil {
			t.Fatal(err)
		}
		before := rows.Dense()
		if err := encode.AppendSparse(&rows, e, bad); err == nil || rows.Len() != 2 || !slices.Equal(rows.Dense(), before) {
			t.Errorf("%s: %d rows after an error (%v)", e.Name(), rows.Len(), err)
		}
		if err := encode.AppendSparse(&rows, e, archs[0]); err != nil || !slices.Equal(rows.Dense()[2*e.Width():], before[:e.Width()]) {
			t.Errorf("%s: what follows an error is another row (%v)", e.Name(), err)
		}
	}
}

func TestAppendSparseDoesNotAllocate(t *testing.T) {
	for _, e := range encoders() {
		a, rows := sampledFor(t, e, 1)[0], sparse.Rows{}
		if n := testing.AllocsPerRun(100, func() {
			rows.Reset(e.Width())
			if err := encode.AppendSparse(&rows, e, a); err != nil {
				t.Fatal(err)
			}
		}); n != 0 {
			t.Errorf("%s: %v allocations", e.Name(), n)
		}
	}
}

func BenchmarkAppendSparse(b *testing.B) {
	a, rows := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"), sparse.Rows{}
	b.ReportAllocs()
	for b.Loop() {
		rows.Reset(encode.OFA128.Width())
		if err := encode.AppendSparse(&rows, encode.OFA128, a); err != nil {
			b.Fatal(err)
		}
	}
}
