package catalog

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// SpaceOf gives the space whose networks a predictor is for. It is exact where the
// predictor knows it, or was made from an entry. What was made from a file of
// measurements knows the form of its networks but not their widths: it gets the first
// space of which it predicts a network. A predictor that answers for no network is an
// error.
func SpaceOf(p latpred.Predictor) (s *space.Space, exact bool, err error) {
	if known, ok := p.(interface{ Space() *space.Space }); ok {
		return known.Space(), true, nil
	}
	if e, err := Find(p.Provenance().Data); err == nil {
		return e.Space, true, nil
	}
	var failed error
	for _, s := range space.All() {
		if failed = answers(p, s); failed == nil {
			return s, false, nil
		}
	}
	return nil, false, fmt.Errorf("the predictor answers for no network of any space: %w", failed)
}

// answers is nil where p predicts some network of s, at a resolution that it was
// measured at, where it says so.
func answers(p latpred.Predictor, s *space.Space) error {
	resolutions := s.Resolutions
	if lister, ok := p.(latpred.ResolutionLister); ok {
		resolutions = slices.DeleteFunc(lister.Resolutions(), func(r int) bool { return !s.Allowed.Contains(r) })
	}
	err := fmt.Errorf("%s: it was measured at none of %v", s.ID, s.Allowed)
	for _, r := range resolutions {
		a := s.Smallest()
		a.Resolution = r
		if err = p.PredictMs(make([]float64, 1), []space.Arch{a}); err == nil {
			return nil
		}
	}
	return err
}
