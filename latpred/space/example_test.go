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

// A network of another family, read as its own code writes it.
func ExampleParse_nasBench201() {
	a, err := space.Parse("|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|")
	if err != nil {
		panic(err)
	}
	s := a.Family.Reference()
	fmt.Printf("%s: %.2f M multiply-accumulates of %v networks\n", s.ID, float64(s.MACs(a))/1e6, s.Size())
	// Output: nasbench201: 113.95 M multiply-accumulates of 15625 networks
}

func ExampleSpace_Neighbours() {
	s, err := space.ByID("compofa-fixed-w1.0")
	if err != nil {
		panic(err)
	}
	for _, n := range s.Neighbours(s.Smallest(), s.Resolutions)[3:] {
		fmt.Println(n.Change)
	}
	// Output:
	// stage 4: 3 layers, not 2
	// stage 5: 3 layers, not 2
	// resolution 176, not 160
}

// A space of one's own: FBNet's blocks for images of 64×64 pixels. A program that means
// to use it everywhere calls MustRegister.
func ExampleSpace() {
	s := space.Space{
		ID: "fbnet-tiny", Name: "FBNet, Tiny ImageNet", Family: space.FBNet,
		Macro: &space.FBNetMacro{First: 16, FirstStride: 1, Last: 1504, Classes: 200,
			Widths: []int{16, 24, 32, 64, 112, 184, 352}, Strides: []int{1, 2, 2, 2, 1, 2, 1}},
		Resolutions: []int{64}, Allowed: space.Fixed(64),
	}
	a, err := s.Parse("[8, 2,0,8,8, 7,2,4,2, 7,6,5,7, 3,5,6,1, 7,7,6,7, 7]") // FBNet-A's operations
	if err != nil {
		panic(err)
	}
	fmt.Printf("%.0f M multiply-accumulates, %.1f M parameters\n", float64(s.MACs(a))/1e6, float64(s.Params(a))/1e6)
	// Output: 81 M multiply-accumulates, 3.1 M parameters
}
