package measure_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// A program of the user's times a network: here one that has made up its mind. A real
// one reads the network from the file that stands for {}.
func ExampleForeign() {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		fmt.Println(err)
		return
	}
	phone := measure.Foreign{Command: "test -s {} && echo 12.5 12.25 13"}
	network, err := phone.Network(s, s.Smallest(), 1)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer network.Close()
	ms, err := network.Run(context.Background())
	fmt.Println(ms, err)
	// Output: 12.25 <nil>
}
