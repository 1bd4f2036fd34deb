package design

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Designed is the number of networks that are ordered by information. Beyond two hundred or
// so a design is no better than random networks.
const Designed = 256

// pool is the number of networks that Order chooses from, as adapt.Plan does.
const pool = 600

// Networks returns n distinct networks of s in the order in which they are to be measured. The
// first are those of adapt.Plan with the same seed; from Designed on they are random. A larger
// n continues the list. It errs if n is below 1, the sources are not of s, or s has not so
// many networks.
func Networks(sources []*transfer.Source, s *space.Space, seed uint64, n int) ([]space.Arch, error) {
	if n < 1 {
		return nil, fmt.Errorf("design: %d networks: want 1 or more", n)
	}
	planned, err := adapt.Plan(sources, s, random.Stream(seed, "plan"), Designed)
	if err != nil {
		return nil, err
	}
	list := distinct(planned)
	seen := map[space.Arch]bool{}
	for _, a := range list {
		seen[a] = true
	}
	rng := random.Stream(seed, "after the plan")
	for tries := 0; len(list) < n; tries++ {
		if tries > 1000+100*n {
			return nil, fmt.Errorf("%s has no %d distinct networks: %d were found", s.ID, n, len(list))
		}
		if a := s.Sample(rng); !seen[a] {
			seen[a] = true
			list = append(list, a)
		}
	}
	return list[:n], nil
}

// Order returns given networks of s in the order in which they are to be measured: of the
// first 600, those that Designed allows by information, then all others as they were.
func Order(sources []*transfer.Source, s *space.Space, archs []space.Arch) ([]space.Arch, error) {
	archs = distinct(archs)
	picked, err := adapt.Design(sources, s, archs[:min(pool, len(archs))], Designed)
	if err != nil {
		return nil, err
	}
	list := make([]space.Arch, 0, 2*len(archs))
	for _, i := range picked {
		list = append(list, archs[i])
	}
	return distinct(append(list, archs...)), nil
}

// distinct leaves out networks that are there before.
func distinct(archs []space.Arch) (list []space.Arch) {
	seen := map[space.Arch]bool{}
	for _, a := range archs {
		if !seen[a] {
			seen[a] = true
			list = append(list, a)
		}
	}
	return list
}
