package pass

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Basis says how the time of a segment is composed: as a sum over columns, each with a
// coefficient that Fit estimates. Tied and Shape make the ones there are.
type Basis interface {
	// Name identifies the basis in files: "tied", "shape" or "shape-sizes".
	Name() string
	// Resolutions are those that it was made for, ascending. They must not be changed.
	Resolutions() []int
	// Of gives the columns for networks of a family.
	Of(f *space.Family) Columns
}

// Columns are the columns of a basis for networks of one family. They are safe for
// concurrent use.
type Columns interface {
	// Width is the number of columns.
	Width() int
	// Terms appends to dst the sparse row of a segment's time, multiplied by weight, for
	// a network at the given resolution. It errs if the basis does not cover that.
	Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error)
	// Penalty is the ridge penalty of a column, see ridge.System.Solve, for rows of
	// weight 1 with labels in milliseconds.
	Penalty(column int) float64
	// prior writes to dst, of Width elements, the coefficients under which each segment
	// takes the time that its costs predict; ms has the milliseconds per unit of each
	// kind of cost.
	prior(dst []float64, ms [costKinds]float64)
}

// BasisByName returns the basis with the given name (see Basis.Name) for the given
// resolutions, ascending. It errs if the name is unknown.
func BasisByName(name string, resolutions []int) (Basis, error) {
	for _, b := range []Basis{Tied(resolutions), Shape(resolutions, false), Shape(resolutions, true)} {
		if b.Name() == name {
			return b, nil
		}
	}
	return nil, fmt.Errorf("pass: no basis %q: there are tied, shape and shape-sizes", name)
}

// ResolutionsOf lists the distinct resolutions of archs, ascending.
func ResolutionsOf(archs []space.Arch) []int {
	var rs []int
	for _, a := range archs {
		if i, ok := slices.BinarySearch(rs, a.Resolution); !ok {
			rs = slices.Insert(rs, i, a.Resolution)
		}
	}
	return rs
}

// mustPlan is planFor, for resolutions that are known to be valid: it panics on others.
func mustPlan(f *space.Family, resolution int) *plan {
	p, err := planFor(f, resolution)
	if err != nil {
		panic(err.Error())
	}
	return p
}
