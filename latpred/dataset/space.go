package dataset

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/space"
)

// Space is the space of the set's networks. For a set that ships it is the space named by
// SpaceID. A file does not tell the widths of its networks: for one it is the first space
// of their family that contains them all, else the family's Reference. It errs for a file
// without rows or with networks of several families.
func (s *Set) Space() (*space.Space, error) {
	if s.SpaceID != "" {
		return space.ByID(s.SpaceID)
	}
	if len(s.Samples) == 0 {
		return nil, fmt.Errorf("%s: no rows to tell the space by", s.Name)
	}
	family := s.Samples[0].Arch.Family
	for i, row := range s.Samples {
		if row.Arch.Family != family {
			return nil, fmt.Errorf("%s: rows 1 and %d are networks of different families, %s and %s", s.Name, i+1, family.ID, row.Arch.Family.ID)
		}
	}
	return s.spaceIn(family), nil
}

// spaceIn is the first space of a family that contains all networks of the set, else the
// family's Reference.
func (s *Set) spaceIn(f *space.Family) *space.Space {
	for _, of := range f.Spaces() {
		if s.within(of) {
			return of
		}
	}
	return f.Reference()
}

// encoding is the encoding for the networks of a file: OFA128 for networks of OFA5 whose
// resolutions it tells apart, HELP145 for others of OFA5, and else that of their space.
func (s *Set) encoding() encode.Encoder {
	fine := false
	for _, row := range s.Samples {
		if f := row.Arch.Family; f != space.OFA5 {
			return encode.Of(s.spaceIn(f))
		}
		fine = fine || row.Arch.Resolution%16 != 0 // the wide bins would confuse resolutions
	}
	if fine {
		return encode.HELP145
	}
	return encode.OFA128
}

// within reports whether a space contains all networks of the set.
func (s *Set) within(of *space.Space) bool {
	for _, row := range s.Samples {
		if !of.Contains(row.Arch) {
			return false
		}
	}
	return true
}

// Of notes that the set's networks are of a space, as somebody who knows says: SpaceID is
// then its ID. It errs, and changes nothing, if the set is known to be of another width, or
// if a row is no network of the space. A set that is known to be of a part of the space, as
// CompOFA's are, stays what it is.
func (s *Set) Of(of *space.Space) error {
	if s.SpaceID != "" {
		known, err := space.ByID(s.SpaceID)
		if err != nil {
			return err
		}
		if !known.SameNetworks(of) {
			return fmt.Errorf("%s has networks of %s (%s); in %s (%s) the same architecture is another network, with another latency", s.Name, known.ID, known.Name, of.ID, of.Name)
		}
		return nil
	}
	for i, row := range s.Samples {
		if err := of.Validate(row.Arch); err != nil {
			return fmt.Errorf("%s, row %d, is no network of %s: %w", s.Name, i+1, of.ID, err)
		}
	}
	s.SpaceID = of.ID
	return nil
}
