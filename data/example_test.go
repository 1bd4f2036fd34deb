package data_test

import (
	"fmt"

	"github.com/ofalat/ofalat/data"
)

func Example() {
	sets, err := data.Files.ReadDir("sets")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(sets) >= 18, sets[0].Name())
	// Output: true epyc-zen4-b1.csv.gz
}
