package sheet_test

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/sheet"
)

func ExampleOpen() {
	text := "Measured today;\nnetwork;latency\n{'d': [2, 3]};5,3\n"
	table, err := sheet.Open(strings.NewReader(text), func(names []string) bool { return slices.Contains(names, "network") })
	if err != nil {
		panic(err)
	}
	row, err := table.Next()
	if err != nil {
		panic(err)
	}
	line, column := table.Place(1)
	fmt.Printf("%s is %s, at %d:%d\n", table.Header[1], row[1], line, column)
	// Output: latency is 5,3, at 3:15
}
