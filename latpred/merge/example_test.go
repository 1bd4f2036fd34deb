package merge_test

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/merge"
)

// The networks that the project measured on its own device in one night, and those that
// searches found and that were measured later, put onto the speed of that night.
func ExampleJoin() {
	var journals []*measure.Journal
	for _, what := range []string{"nets", "found"} {
		j, err := measure.Shipped(what)
		if err != nil {
			panic(err)
		}
		journals = append(journals, j)
	}
	m, err := merge.Join(journals, merge.Options{Reference: journals[0].Name()})
	if err != nil {
		panic(err)
	}
	for _, s := range m.Report.Sessions {
		fmt.Printf("%4d networks in %2d groups: %.3f [%.3f, %.3f] times as slow\n", s.Rows, s.Groups, s.Scale, s.Low, s.High)
	}
	fmt.Printf("%d networks on %s\n", m.Report.Rows, m.Report.Device)
	// Output:
	// 1040 networks in 18 groups: 1.000 [1.000, 1.000] times as slow
	//   10 networks in  1 groups: 0.991 [0.969, 1.014] times as slow
	//    5 networks in  1 groups: 1.017 [0.994, 1.041] times as slow
	//    5 networks in  1 groups: 0.971 [0.949, 0.993] times as slow
	// 1060 networks on epyc-zen4-xla-cpu-f32-b1-t1-dot-normalised
}
