package gpu_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/gpu"
)

func ExampleByID() {
	card, err := gpu.ByID("p40")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s: %d cores, %g GB, %g GB/s\n", card.Name, card.Cores, card.RAMGB, card.BandwidthGBs)
	// Output: Tesla P40: 3840 cores, 24 GB, 347 GB/s
}
