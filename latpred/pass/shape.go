package pass

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// shape has, for each entry, a constant, a time per pixel written and one per pixel read
// and, with perSize, a correction per pixel written for each feature-map size. The last
// columns, one for each resolution, are corrections of the stem, used with perSize only.
type shape struct {
	resolutions []int
	perSize     bool
}

// Shape returns the basis with a constant and times per pixel for each entry, which
// covers every resolution. perSize adds a correction for each feature-map size that
// occurs at the given resolutions (ascending); it pays off where the noise is small. The
// basis is named "shape", or "shape-sizes" with perSize.
func Shape(resolutions []int, perSize bool) Basis {
	return shape{slices.Clone(resolutions), perSize}
}

func (b shape) Name() string {
	if b.perSize {
		return "shape-sizes"
	}
	return "shape"
}

func (b shape) Resolutions() []int { return b.resolutions }

func (b shape) Of(f *space.Family) Columns {
	c := &shapeColumns{resolutions: b.resolutions, family: f, entries: f.Layout.Entries(), perEntry: shapeSize}
	if b.perSize {
		c.sizes = sizes(f, b.resolutions)
		c.perEntry += len(c.sizes)
	}
	return c
}

// halvings is the number of times that sizes halves each resolution: these feature-map
// sizes always have columns. OFA's networks halve the image five times.
const halvings = 6

// sizes lists the distinct feature-map sizes at the given resolutions, ascending: the
// halved resolutions and the output sizes of f's segments.
func sizes(f *space.Family, resolutions []int) (all []int) {
	add := func(size int) {
		if i, ok := slices.BinarySearch(all, size); !ok {
			all = slices.Insert(all, i, size)
		}
	}
	for _, r := range resolutions {
		for size, k := (r+1)/2, 0; k < halvings; size, k = (size+1)/2, k+1 {
			add(size)
		}
		for _, s := range mustPlan(f, r).entries {
			if s.Slot != absent {
				add(s.Out)
			}
		}
	}
	return all
}

// shapeColumns are the columns of Shape for one family: perEntry for each entry, then
// one for each resolution.
type shapeColumns struct {
	resolutions []int
	family      *space.Family
	entries     int
	perEntry    int   // columns of each entry
	sizes       []int // distinct output sizes, ascending; nil: no corrections
}

// Offsets of columns among those of an entry.
const (
	shapeConstant = iota
	shapeWritten
	shapeRead
	shapeSize // first of the corrections by size
)

// pixelUnit is the number of pixels that counts as 1, so that values are of order 1.
const pixelUnit = 28 * 28

func (b *shapeColumns) Width() int { return b.entries*b.perEntry + len(b.resolutions) }

// Penalty is lowest for times per pixel, higher for constants, and highest for
// corrections of single sizes and resolutions. Units are those of tiedPenalty.
func (b *shapeColumns) Penalty(column int) float64 {
	if column >= b.entries*b.perEntry {
		return .03 * 3
	}
	switch column % b.perEntry {
	case shapeConstant:
		return .03 * .3
	case shapeWritten, shapeRead:
		return .03 * .1
	}
	return .03
}

func (b *shapeColumns) prior(dst []float64, ms [costKinds]float64) {
	table, resolution := costs(b.family), b.family.Reference().Resolutions[0]
	if len(b.resolutions) > 0 {
		resolution = b.resolutions[len(b.resolutions)-1]
	}
	for e, s := range mustPlan(b.family, resolution).entries {
		if s.Slot == absent {
			continue
		}
		c, at := table[e], dst[e*b.perEntry:]
		at[shapeConstant] = dot(c.constant, ms)
		at[shapeWritten], at[shapeRead] = pixelUnit*dot(c.written, ms), pixelUnit*dot(c.read, ms)
		if s.In == s.Out { // as much is read as written
			at[shapeWritten], at[shapeRead] = at[shapeWritten]+at[shapeRead], 0
		}
	}
}

func (b *shapeColumns) Terms(dst []ridge.Term, s Segment, resolution int, weight float64) ([]ridge.Term, error) {
	if resolution <= 0 {
		return dst, fmt.Errorf("pass: resolution %d", resolution)
	}
	at := s.Entry * b.perEntry
	written, read := float64(s.Out*s.Out)/pixelUnit, float64(s.In*s.In)/pixelUnit
	dst = append(dst, ridge.Term{Column: at + shapeConstant, Value: weight}, ridge.Term{Column: at + shapeWritten, Value: weight * written})
	if s.In != s.Out {
		dst = append(dst, ridge.Term{Column: at + shapeRead, Value: weight * read})
	}
	if b.sizes == nil {
		return dst, nil
	}
	if i, ok := slices.BinarySearch(b.sizes, s.Out); ok {
		dst = append(dst, ridge.Term{Column: at + shapeSize + i, Value: weight * written})
	}
	if s.Slot == Stem {
		if i, ok := slices.BinarySearch(b.resolutions, resolution); ok {
			dst = append(dst, ridge.Term{Column: b.entries*b.perEntry + i, Value: weight})
		}
	}
	return dst, nil
}
