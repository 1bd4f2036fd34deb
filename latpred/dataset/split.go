package dataset

import (
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Split lists the rows of a set, counted from 0, by their use. The lists are disjoint.
type Split struct {
	Train, Validation, Test []int

	Protocol string // FileOrder or ByArchitecture; "": lists that the caller made
	Seed     uint64 // of SplitSeeded; 0: none, or not known
}

// The protocols of splits.
const (
	FileOrder      = "file order"      // of SplitFileOrder
	ByArchitecture = "by architecture" // of SplitByArch and SplitSeeded
)

// Record describes the split of a set with so many rows, for a predictor's provenance. It
// panics if a row does not exist.
func (s Split) Record(rows int) *latpred.Split {
	return latpred.NewSplit(s.Protocol, s.Seed, rows, s.Train, s.Validation, s.Test)
}

// The shares of a split, as in the paper.
const (
	trainShare      = 0.70
	validationShare = 0.15
)

// SplitFileOrder takes the first 70 % of the rows for training, the next 15 % for
// validation and the rest for testing, as the authors' code did. Rows of one architecture
// can be on two sides; audit.Check reports how many are.
func (s *Set) SplitFileOrder() Split {
	n := len(s.Samples)
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	train := int(trainShare * float64(n))
	validation := train + int(validationShare*float64(n))
	return Split{Train: all[:train], Validation: all[train:validation], Test: all[validation:], Protocol: FileOrder}
}

// SplitSeeded is SplitByArch with the random numbers that a seed gives. The same rows and
// seed give the same split on every machine.
func (s *Set) SplitSeeded(seed uint64) Split {
	split := s.SplitByArch(random.Stream(seed, "split"))
	split.Seed = seed
	return split
}

// SplitByArch divides the distinct networks, not the rows, at random and in the same
// shares: all rows of a network, whatever their resolution, are on one side. Each list is
// ascending.
func (s *Set) SplitByArch(rng *rand.Rand) Split {
	group := map[space.Arch]int{}
	member := make([]int, len(s.Samples))
	for i, row := range s.Samples {
		network := row.Arch
		network.Resolution = 0
		g, ok := group[network]
		if !ok {
			g = len(group)
			group[network] = g
		}
		member[i] = g
	}
	rank := rng.Perm(len(group))
	train := int(trainShare * float64(len(group)))
	validation := train + int(validationShare*float64(len(group)))
	split := Split{Protocol: ByArchitecture}
	for i, g := range member {
		switch {
		case rank[g] < train:
			split.Train = append(split.Train, i)
		case rank[g] < validation:
			split.Validation = append(split.Validation, i)
		default:
			split.Test = append(split.Test, i)
		}
	}
	return split
}
