package timing_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/timing"
)

func Example() {
	for _, text := range []string{
		"13402.6 us",
		"20 loops, best of 5: 13.4 msec per loop",
		"warm 15.1 median 13.4",
	} {
		r, err := timing.Read(text, nil)
		if err != nil {
			fmt.Println("it", err)
			continue
		}
		fmt.Printf("%.4f ms, from %q\n", r.Ms, r.From)
	}
	// Output:
	// 13.4026 ms, from ""
	// 13.4000 ms, from "timeit: best"
	// it printed 2 numbers and words, want milliseconds alone: warm 15.1 | median 13.4; --pick 'REGEXP' says which number counts: the first one after what it matches
}
