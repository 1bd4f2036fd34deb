package fewshot_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Which three of fifty networks tell most about a device like the Note10.
func ExampleDesign() {
	sources, err := catalog.Sources(context.Background(), []string{"note10"}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		fmt.Println(err)
		return
	}
	rng := random.Stream(1, "pool")
	var pool []space.Arch
	for range 50 {
		pool = append(pool, s.Sample(rng))
	}
	three, err := fewshot.Design(sources, pool, 3)
	if err != nil {
		fmt.Println(err)
		return
	}
	two, err := fewshot.Design(sources, pool, 2)
	fmt.Println(len(three), three[0] == two[0], three[1] == two[1], err)
	// Output: 3 true true <nil>
}
