package adapt

import (
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// planPool is the number of random architectures from which Plan chooses.
const planPool = 600

// Plan chooses n architectures of s to measure on an unknown device: the most informative
// ones if the device is similar to the sources, in the order of their use, so that the
// first ones are a plan for fewer. It chooses from 600 random architectures (n if that is
// more) drawn from rng. It errs if n is below 1 or no source covers them; see
// fewshot.Design.
func Plan(sources []fewshot.Source, s *space.Space, rng *rand.Rand, n int) ([]space.Arch, error) {
	pool := make([]space.Arch, max(planPool, n))
	for i := range pool {
		pool[i] = s.Sample(rng)
	}
	picked, err := fewshot.Design(sources, pool, n)
	if err != nil {
		return nil, err
	}
	out := make([]space.Arch, n)
	for i, p := range picked {
		out[i] = pool[p]
	}
	return out, nil
}
