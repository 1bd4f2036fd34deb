// Package encodetest holds what every encoder must fulfil; encoders of other
// packages can be put to it as well.
package encodetest

import (
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/space"
)

// Run checks e against the contract of encode.Encoder on archs, which it must
// be able to express, with a resolution at the start of its bin.
func Run(t *testing.T, e encode.Encoder, archs []space.Arch) {
	t.Helper()
	if e.Name() == "" || e.Width() <= 0 {
		t.Fatalf("encoder %q of width %d", e.Name(), e.Width())
	}
	row := make([]float32, e.Width())
	seen := map[string]space.Arch{}
	for _, a := range archs {
		for i := range row {
			row[i] = -1 // Encode must write every value
		}
		if err := e.Encode(row, a); err != nil {
			t.Fatalf("%s: Encode(%v): %v", e.Name(), a, err)
		}
		checkOnes(t, e, a, row)
		if back, err := e.Decode(row); err != nil || back != a {
			t.Errorf("%s: Decode(Encode(%v)) = %v, %v", e.Name(), a, back, err)
		}
		key := string(packed(row))
		if other, ok := seen[key]; ok && other != a {
			t.Errorf("%s: %v and %v have one code", e.Name(), a, other)
		}
		seen[key] = a
	}
	if n := testing.AllocsPerRun(100, func() { _ = e.Encode(row, archs[0]) }); n != 0 {
		t.Errorf("%s: Encode allocates %v times", e.Name(), n)
	}
	outside := archs[0]
	outside.Resolution = 1
	if err := e.Encode(row, outside); err == nil {
		t.Errorf("%s: Encode accepted resolution 1", e.Name())
	}
	if _, err := e.Decode(row[1:]); err == nil {
		t.Errorf("%s: Decode accepted a row that is too short", e.Name())
	}
	matrix, err := encode.Matrix(e, archs)
	if err != nil || len(matrix) != len(archs)*e.Width() {
		t.Errorf("%s: Matrix of %d archs has %d values, error %v", e.Name(), len(archs), len(matrix), err)
	}
}

func checkOnes(t *testing.T, e encode.Encoder, a space.Arch, row []float32) {
	t.Helper()
	ones, err := e.Ones([]int{-7}, a)
	if err != nil || ones[0] != -7 || !slices.IsSorted(ones) {
		t.Fatalf("%s: Ones(%v) = %v, %v: want ascending indexes after what was there", e.Name(), a, ones, err)
	}
	for _, i := range ones[1:] {
		if row[i] != 1 {
			t.Errorf("%s: Ones lists index %d of %v, where the row is %g", e.Name(), i, a, row[i])
		}
	}
	count := 0
	for _, v := range row {
		if v == 1 {
			count++
		}
	}
	if count != len(ones)-1 {
		t.Errorf("%s: %d ones in the row of %v, Ones lists %d", e.Name(), count, a, len(ones)-1)
	}
}

func packed(row []float32) []byte {
	out := make([]byte, len(row))
	for i, v := range row {
		out[i] = byte(v)
	}
	return out
}
