package random_test

import (
	"fmt"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
)

func ExampleStream() {
	shuffle := random.Stream(7, "shuffle")
	fmt.Println(shuffle.Perm(5), shuffle.Perm(5))
	// The sequence depends on the seed and the name alone.
	random.Stream(7, "init").Float64()
	fmt.Println(random.Stream(7, "shuffle").Perm(5))
	// Output:
	// [0 2 4 1 3] [3 4 0 2 1]
	// [0 2 4 1 3]
}

func TestStreamsDiffer(t *testing.T) {
	seen := map[uint64]string{}
	for seed := range uint64(50) {
		for _, name := range []string{"", "init", "shuffle", "split"} {
			v := random.Stream(seed, name).Uint64()
			id := fmt.Sprint(seed, name)
			if other, ok := seen[v]; ok {
				t.Errorf("streams %q and %q start alike", id, other)
			}
			seen[v] = id
		}
	}
}
