package hardware_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/space"
)

// A card of the generation of two that were measured, with two thirds of their bandwidth.
func Example() {
	spec, err := hardware.ParseSpec([]byte(`{"name": "a card", "generation": "turing", "bandwidth_gb_per_s": 448, "fp32_tflops": 9}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	p, warnings, err := catalog.GPU(context.Background(), spec)
	if err != nil {
		fmt.Println(err)
		return
	}
	ms := make([]float64, 2)
	err = p.PredictMs(ms, []space.Arch{p.Space().Smallest(), p.Space().Largest()})
	fmt.Println(p.Kind(), ms[0] < ms[1], len(warnings), err)
	// Output: hardware true 0 <nil>
}
