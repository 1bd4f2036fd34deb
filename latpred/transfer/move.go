package transfer

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// Move makes sources of another space of the family of f, such as one of other widths or
// sizes: what a source says of a network's choices at its own widths is fitted by the features
// of the new one. Sources that are of f's space already, or tables of times, stay as they are. It
// errs if a source
// is of another family.
func Move(f *Features, sources []*Source) ([]*Source, error) {
	out := make([]*Source, len(sources))
	var system *ridgeSystem
	archs := referencesOf(f.Space)
	for i, s := range sources {
		if s.Times != nil || s.Space == f.Space {
			out[i] = s
			continue
		}
		if s.Space.Family != f.Space.Family {
			return nil, fmt.Errorf("source %s is of space %s, whose networks are of family %s and not %s", s.Name, s.Space.ID, s.Space.Family.ID, f.Space.Family.ID)
		}
		z, err := s.standardised(archs)
		if err != nil {
			return nil, err
		}
		if system == nil {
			if system, err = newRidgeSystem(f.reference); err != nil {
				return nil, err
			}
		}
		if out[i], err = f.source(s.Name, system.solve(z)); err != nil {
			return nil, err
		}
		out[i].Seen = s.Seen
	}
	return out, nil
}

// standardised gives the source's values of networks of any space of its family, each at the
// source's resolution that is nearest to its own.
func (s *Source) standardised(archs []space.Arch) ([]float64, error) {
	own := make([]space.Arch, len(archs))
	for i, a := range archs {
		own[i] = a
		own[i].Resolution = nearest(s.Space.Resolutions, a.Resolution)
	}
	rows, err := FeaturesOf(s.Space).Rows(own)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", s.Name, err)
	}
	var z mat.VecDense
	z.MulVec(rows, mat.NewVecDense(len(s.Weights), s.Weights))
	return z.RawVector().Data, nil
}

// nearest is the element of ascending numbers that is nearest to n.
func nearest(numbers []int, n int) int {
	best := numbers[0]
	for _, v := range numbers {
		if max(v-n, n-v) < max(best-n, n-best) {
			best = v
		}
	}
	return best
}
