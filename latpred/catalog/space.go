package catalog

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// SpaceOf gives the space whose networks a predictor is for. exact is true if the
// predictor or its provenance knows its space, it was made from an entry, or its family has
// networks of one width only. A predictor that was made from a
// file of measurements does not know the widths of its networks: the space is then the
// first of which it can predict a network. It errs if there is none.
func SpaceOf(p latpred.Predictor) (s *space.Space, exact bool, err error) {
	if known, ok := p.(interface{ Space() *space.Space }); ok {
		return known.Space(), true, nil
	}
	if id := p.Provenance().Space; id != "" {
		s, err := space.ByID(id)
		return s, err == nil, err
	}
	if e, err := Find(p.Provenance().Data); err == nil {
		return e.Space, true, nil
	}
	var failed error
	for _, s := range space.All() {
		if failed = answers(p, s); failed == nil {
			return s, oneWidth(s.Family), nil
		}
	}
	return nil, false, fmt.Errorf("the predictor answers for no network of any space: %w", failed)
}

// oneWidth reports whether all spaces of a family have the same networks, so that nobody need
// tell the width.
func oneWidth(f *space.Family) bool {
	return !slices.ContainsFunc(f.Spaces(), func(s *space.Space) bool { return !s.SameNetworks(f.Reference()) })
}

// CheckSpace compares what a predictor knows of its networks with a space. It errs, naming
// both spaces, if an architecture is another network in the predictor's space, as with
// another width. known is false if the predictor doesn't tell its space, as one that was
// made from a file of measurements of networks whose width nobody said.
func CheckSpace(p latpred.Predictor, s *space.Space) (known bool, err error) {
	of, exact, err := SpaceOf(p)
	if err != nil || !exact {
		return false, err
	}
	if !of.SameNetworks(s) {
		return true, fmt.Errorf("the predictor is for networks of %s (%s); in %s (%s) the same architecture is another network, with another latency", of.ID, of.Name, s.ID, s.Name)
	}
	return true, nil
}

// answers returns nil if p can predict a network of s, at one of the resolutions of p if
// it is a latpred.ResolutionLister.
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
