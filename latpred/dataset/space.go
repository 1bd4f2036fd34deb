package dataset

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// References lists, of each form of networks, the space that stands for all of it where
// widths don't matter, or aren't known.
func References() (list []*space.Space) {
	for _, id := range []string{"mbv3-w1.0", "proxyless-w1.3"} {
		s, err := space.ByID(id)
		if err != nil {
			panic("dataset: " + err.Error())
		}
		list = append(list, s)
	}
	return list
}

// Space is the space of the set's networks: of one that ships the one it was measured
// in, of a file, which does not say of which widths its networks are, the reference of
// their form. A set without rows, or with networks of several forms, is an error.
func (s *Set) Space() (*space.Space, error) {
	if s.SpaceID != "" {
		return space.ByID(s.SpaceID)
	}
	if len(s.Samples) == 0 {
		return nil, fmt.Errorf("%s: no rows to tell the space by", s.Name)
	}
	for _, of := range References() {
		if of.Smallest().Stages() != s.Samples[0].Arch.Stages() {
			continue
		}
		for i, row := range s.Samples {
			if row.Arch.Stages() != s.Samples[0].Arch.Stages() {
				return nil, fmt.Errorf("%s: rows 1 and %d are networks of different forms", s.Name, i+1)
			}
		}
		return of, nil
	}
	return nil, fmt.Errorf("%s: networks of %d stages are of no space", s.Name, s.Samples[0].Arch.Stages())
}
