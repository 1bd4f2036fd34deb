package space_test

import (
	"fmt"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// The example of the paper, in OFA's JSON form.
func ExampleParse() {
	a, err := space.Parse(`{"wid": null,
		"ks": [3,3,3,3, 5,5,5,5, 3,3,3,3, 3,3,3,3, 5,5,5,5],
		"e":  [6,6,6,6, 4,4,4,4, 4,4,4,4, 6,6,6,6, 6,6,6,6],
		"d":  [4,3,3,4,4], "r": [176]}`)
	if err != nil {
		panic(err)
	}
	fmt.Println(a)
	fmt.Println(a.Blocks(), "blocks")
	// Output:
	// r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666
	// 18 blocks
}

func ExampleSpace_MACs() {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		panic(err)
	}
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	fmt.Printf("%.1f M multiply-accumulates, %.1f M parameters\n", float64(s.MACs(a))/1e6, float64(s.Params(a))/1e6)
	// Output: 242.1 M multiply-accumulates, 7.1 M parameters
}

func ExampleSpace_Sample() {
	s, err := space.ByID("compofa-fixed-w1.0")
	if err != nil {
		panic(err)
	}
	rng := random.Stream(1, "example")
	fmt.Println(s.Size(), "sub-networks; one of them:")
	fmt.Println(s.Contains(s.Sample(rng)))
	// Output:
	// 243 sub-networks; one of them:
	// true
}

func BenchmarkMACs(b *testing.B) {
	s, _ := space.ByID("mbv3-w1.0")
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	b.ReportAllocs()
	for b.Loop() {
		s.MACs(a)
	}
}
