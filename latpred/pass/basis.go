package pass

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Basis expresses the time of a segment as a sum over columns, each with a
// coefficient that Fit finds.
type Basis interface {
	// Name identifies the basis in files: "tied" or "shape".
	Name() string
	// Width is the number of columns.
	Width() int
	// Terms appends the terms of a segment of a network at a resolution, times
	// weight. It errs where the basis does not cover the resolution.
	Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error)
	// Prior writes to dst, which has Width values, the coefficients that give each
	// segment the time that its cost takes.
	prior(dst []float64, stages int, ms [costKinds]float64)
	// Penalty is that of a column.
	Penalty(column int) float64
	// Resolutions are those that it was made for, ascending.
	Resolutions() []int
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

// tied has a column for each resolution and entry.
type tied struct {
	resolutions []int
}

const tiedPenalty = .1

// Tied is the basis with a time for each entry at each of the given resolutions,
// ascending; at others it interpolates, or goes on, along the pixels written.
func Tied(resolutions []int) Basis { return tied{slices.Clone(resolutions)} }

func (b tied) Name() string        { return "tied" }
func (b tied) Width() int          { return len(b.resolutions) * Entries }
func (b tied) Penalty(int) float64 { return tiedPenalty }
func (b tied) Resolutions() []int  { return b.resolutions }

func (b tied) Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error) {
	i, ok := slices.BinarySearch(b.resolutions, resolution)
	switch n := len(b.resolutions); {
	case ok:
		return append(dst, ridge.Term{Column: i*Entries + s.Entry, Value: weight}), nil
	case n < 2 || resolution <= 0:
		return dst, fmt.Errorf("pass: resolution %d was not measured: the table has %v", resolution, b.resolutions)
	default:
		i = max(1, min(n-1, i))
	}
	// Between two resolutions, or beyond them, a time goes with the pixels written.
	low, high := pixels(s.Entry, b.resolutions[i-1]), pixels(s.Entry, b.resolutions[i])
	share := .5
	if low != high {
		share = (float64(s.Out*s.Out) - low) / (high - low)
	}
	return append(dst, ridge.Term{Column: (i-1)*Entries + s.Entry, Value: weight * (1 - share)}, ridge.Term{Column: i*Entries + s.Entry, Value: weight * share}), nil
}

// pixels is how many a segment writes at a resolution.
func pixels(entry, resolution int) float64 {
	out := sizesAt(resolution, space.OFAStages)[entry].Out // its strides are those of all spaces
	return float64(out * out)
}

func (b tied) prior(dst []float64, stages int, ms [costKinds]float64) {
	for i, r := range b.resolutions {
		sizes := sizesAt(r, stages)
		for e := range Entries {
			if Stage(e) < stages {
				dst[i*Entries+e] = dot(costOf(e, stages).at(sizes[e]), ms)
			}
		}
	}
}

func dot(x, y [costKinds]float64) (sum float64) {
	for k, v := range x {
		sum += v * y[k]
	}
	return sum
}

// sizesAt gives a segment of each entry, with its sizes at a resolution.
func sizesAt(resolution, stages int) [Entries]Segment {
	var out [Entries]Segment
	half := func(size int) int { return (size + 1) / 2 }
	size := half(resolution)
	out[Stem] = Segment{Entry: Stem, In: resolution, Out: size}
	for e := range stages * 2 * genes {
		stage := Stage(e)
		if e%(2*genes) == 0 && stage > 0 && strides[stages][stage-1] == 2 {
			size = half(size)
		}
		out[e] = Segment{Entry: e, In: size, Out: size}
		if strides[stages][stage] == 2 {
			out[e].Out = half(size)
			if Later(e) {
				out[e].In = out[e].Out
			}
		}
	}
	if strides[stages][stages-1] == 2 {
		size = half(size)
	}
	out[Head] = Segment{Entry: Head, In: size, Out: size}
	return out
}

// shape has, for each entry, a constant, a time for pixels read and written, and
// times a pixel for each size that occurs.
type shape struct {
	resolutions []int
	perSize     bool
	sizes       []int // distinct output sizes
}

// Shape is the basis with times a pixel, which covers every resolution. perSize
// adds a correction for each size of feature map at the given resolutions, which
// pays where the noise is small.
func Shape(resolutions []int, perSize bool) Basis {
	b := shape{resolutions: slices.Clone(resolutions), perSize: perSize}
	for _, r := range resolutions {
		for size, k := (r+1)/2, 0; k < 6; size, k = (size+1)/2, k+1 {
			if i, ok := slices.BinarySearch(b.sizes, size); !ok {
				b.sizes = slices.Insert(b.sizes, i, size)
			}
		}
	}
	return b
}

func (b shape) Name() string {
	if b.perSize {
		return "shape-sizes"
	}
	return "shape"
}

const (
	shapeConstant = iota
	shapeWritten
	shapeRead
	shapeOwn // first column of the sizes
)

// pixelUnit brings pixels to the order of 1.
const pixelUnit = 28 * 28

func (b shape) perEntry() int {
	if b.perSize {
		return shapeOwn + len(b.sizes)
	}
	return shapeOwn
}

func (b shape) Width() int         { return Entries*b.perEntry() + len(b.resolutions) }
func (b shape) Resolutions() []int { return b.resolutions }

// Penalty favours times a pixel over constants, and both over corrections.
func (b shape) Penalty(column int) float64 {
	if column >= Entries*b.perEntry() {
		return .03 * 3
	}
	switch column % b.perEntry() {
	case shapeConstant:
		return .03 * .3
	case shapeWritten, shapeRead:
		return .03 * .1
	}
	return .03
}

func (b shape) prior(dst []float64, stages int, ms [costKinds]float64) {
	for e := range Entries {
		if Stage(e) >= stages {
			continue
		}
		c, at := costOf(e, stages), dst[e*b.perEntry():]
		at[shapeConstant] = dot(c.constant, ms)
		at[shapeWritten], at[shapeRead] = pixelUnit*dot(c.written, ms), pixelUnit*dot(c.read, ms)
		if e != Stem && (Later(e) || e == Head || strides[stages][Stage(e)] == 1) { // as much is read as written
			at[shapeWritten], at[shapeRead] = at[shapeWritten]+at[shapeRead], 0
		}
	}
}

func (b shape) Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error) {
	if resolution <= 0 {
		return dst, fmt.Errorf("pass: resolution %d", resolution)
	}
	at := s.Entry * b.perEntry()
	written, read := float64(s.Out*s.Out)/pixelUnit, float64(s.In*s.In)/pixelUnit
	dst = append(dst, ridge.Term{Column: at + shapeConstant, Value: weight}, ridge.Term{Column: at + shapeWritten, Value: weight * written})
	if s.In != s.Out {
		dst = append(dst, ridge.Term{Column: at + shapeRead, Value: weight * read})
	}
	if !b.perSize {
		return dst, nil
	}
	if i, ok := slices.BinarySearch(b.sizes, s.Out); ok {
		dst = append(dst, ridge.Term{Column: at + shapeOwn + i, Value: weight * written})
	}
	if s.Entry == Stem {
		if i, ok := slices.BinarySearch(b.resolutions, resolution); ok {
			dst = append(dst, ridge.Term{Column: Entries*b.perEntry() + i, Value: weight})
		}
	}
	return dst, nil
}
