package fewshot_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/space"
)

// What an earlier version adapted to a card behind a launch queue.
func Example() {
	p, err := modelfile.Load("../testdata/written-before/adapted-coarse-queue.latpred")
	if err != nil {
		fmt.Println(err)
		return
	}
	m := p.(*adapt.Corrected).Model()
	ms, sd, err := m.Read(space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666"))
	fmt.Printf("%d components: %.2f ± %.2f ms, %v\n", len(m.Components), ms, sd, err)
	// Output: 2 components: 19.61 ± 0.28 ms, <nil>
}
