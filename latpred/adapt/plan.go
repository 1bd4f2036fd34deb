package adapt

import (
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// planPool is from how many random architectures Plan chooses.
const planPool = 600

// Plan chooses n architectures of a space to measure on a device of which nothing
// is known: those that tell most, given sources that it may be like. The pool they
// are chosen from is drawn from rng.
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
