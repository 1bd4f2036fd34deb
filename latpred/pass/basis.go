package pass

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Basis says how the entries of a family become milliseconds: as a sum over columns,
// each with a coefficient that Fit finds.
type Basis interface {
	// Name identifies the basis in files: "tied", "shape" or "shape-sizes".
	Name() string
	// Resolutions are those that it was made for, ascending.
	Resolutions() []int
	// Of gives the columns for networks of a family.
	Of(f *space.Family) Columns
}

// Columns are those of a basis for networks of one family.
type Columns interface {
	// Width is the number of columns.
	Width() int
	// Terms appends the terms of a segment of a network at a resolution, times
	// weight. It errs where the basis does not cover the resolution.
	Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error)
	// Penalty is that of a column, see ridge.System.Solve.
	Penalty(column int) float64
	// prior writes to dst, which has Width values, the coefficients that give each
	// segment the time that its cost takes; ms is what kinds of cost take.
	prior(dst []float64, ms [costKinds]float64)
}

// BasisByName makes a basis that a file names; it errs where there is none.
func BasisByName(name string, resolutions []int) (Basis, error) {
	for _, b := range []Basis{Tied(resolutions), Shape(resolutions, false), Shape(resolutions, true)} {
		if b.Name() == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("pass: no basis %q: there are tied, shape and shape-sizes", name)
}

// ResolutionsOf lists the resolutions that occur, ascending.
func ResolutionsOf(archs []space.Arch) []int {
	var rs []int
	for _, a := range archs {
		if i, ok := slices.BinarySearch(rs, a.Resolution); !ok {
			rs = slices.Insert(rs, i, a.Resolution)
		}
	}
	return rs
}

// mustPlan is planFor of resolutions that networks have.
func mustPlan(f *space.Family, resolution int) *plan {
	p, err := planFor(f, resolution)
	if err != nil {
		panic(err.Error())
	}
	return p
}
