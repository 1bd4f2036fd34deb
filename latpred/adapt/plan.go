package adapt

import (
	"fmt"
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// planPool is the number of random architectures from which Plan chooses.
const planPool = 600

// Plan chooses n architectures of s to measure, the most informative ones, in the order of
// their use, so that the first ones are a plan for fewer. It chooses from 600 random
// architectures (n if that is more) drawn from rng. Sources, of which there may be none, say
// what is likely to matter. It errs if n is below 1, or if the sources are not of s.
func Plan(sources []*transfer.Source, s *space.Space, rng *rand.Rand, n int) ([]space.Arch, error) {
	if n < 1 {
		return nil, fmt.Errorf("a plan of %d architectures: want 1 or more", n)
	}
	pool := make([]space.Arch, max(planPool, n))
	for i := range pool {
		pool[i] = s.Sample(rng)
	}
	picked, err := Design(sources, s, pool, n)
	if err != nil {
		return nil, err
	}
	out := make([]space.Arch, n)
	for i, k := range picked {
		out[i] = pool[k]
	}
	return out, nil
}

// Design chooses n architectures of a pool of networks of s, as Plan does. It returns their
// indexes: all, if there are no more.
func Design(sources []*transfer.Source, s *space.Space, pool []space.Arch, n int) ([]int, error) {
	l, err := learner(sources, s)
	if err != nil {
		return nil, err
	}
	rows, err := l.Features().Rows(pool)
	if err != nil {
		return nil, err
	}
	return l.Design(rows, n), nil
}
