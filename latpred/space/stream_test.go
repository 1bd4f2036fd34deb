package space_test

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
)

// streams are SHA-256 sums of what was drawn by the code that knew OFA's kernels and
// expansions alone (commit 2319697): searches with a seed find the same networks.
var streams = map[string]string{
	"mbv3-w1.0":            "42e39872e65911e4",
	"mbv3-w1.2":            "300fdbd65a04261a",
	"compofa-fixed-w1.0":   "5f13229e9f922cfc",
	"compofa-fixed-w1.2":   "fbf726549309aa19",
	"compofa-elastic-w1.0": "6eaf0ad3aa9ff019",
	"compofa-elastic-w1.2": "9cf8cb275b87a2f4",
	"proxyless-w1.3":       "33128cdf65a19406",
}

func TestRandomStreamsStay(t *testing.T) {
	for id, want := range streams {
		s := mustSpace(t, id)
		rng, sum := random.Stream(7, s.ID), sha256.New()
		a := s.Sample(rng)
		for range 2000 {
			b := s.Sample(rng)
			c := s.Mutate(rng, a, 0.3)
			a = s.Crossover(rng, c, b)
			fmt.Fprintln(sum, b, c, a)
		}
		if got := fmt.Sprintf("%x", sum.Sum(nil)[:8]); got != want {
			t.Errorf("%s: sampling, mutation or crossover draws other networks: %s, want %s", id, got, want)
		}
	}
}
