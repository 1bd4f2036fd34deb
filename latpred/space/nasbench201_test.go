package space_test

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

const cell = "|nor_conv_3x3~0|+|nor_conv_3x3~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_3x3~1|skip_connect~2|"

// Operations and parameters, in millions, as the benchmark's own interface prints them
// for CIFAR-10 (Dong and Yang, ICLR 2020). Its "FLOPs" are multiply-accumulates, of
// convolutions and of the classifier: the sums come out to the last digit printed.
// Parameters are exact where six digits are published; where three are, 1.073466 is
// printed as 1.074.
func TestCostsOfNASBench201(t *testing.T) {
	s := mustSpace(t, "nasbench201")
	for _, c := range []struct {
		arch                    string
		macs, params, precision float64
	}{
		{"|none~0|+|none~0|none~1|+|none~0|none~1|none~2|", 7.78, .073306, 0},
		{"|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|nor_conv_3x3~0|nor_conv_3x3~1|nor_conv_3x3~2|", 220.12, 1.531546, 0},
		{cell, 113.95, .802426, 0},
		{"|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_3x3~2|", 184.73, 1.289, .001},
		{"|nor_conv_3x3~0|+|nor_conv_3x3~0|nor_conv_3x3~1|+|skip_connect~0|nor_conv_3x3~1|nor_conv_1x1~2|", 153.27, 1.074, .001},
	} {
		a := space.MustParse(c.arch)
		if macs := float64(s.MACs(a)) / 1e6; math.Round(macs*100)/100 != c.macs {
			t.Errorf("%s: %.4f M multiply-accumulates, want %.2f", c.arch, macs, c.macs)
		}
		if params := float64(s.Params(a)) / 1e6; math.Abs(params-c.params) > c.precision+1e-12 {
			t.Errorf("%s: %.6f M parameters, want %g", c.arch, params, c.params)
		}
	}
}

// A cell reads as its text says: of the fifteen, the first starts at the stem (layer 0),
// its nodes are edges 0→1, the sum of 0→2 and 1→2, and the sum of the others.
func TestNASBench201Cell(t *testing.T) {
	layers := mustSpace(t, "nasbench201").Layers(space.MustParse(cell))
	for i, want := range []struct {
		kind space.Kind
		slot int
		from []int
	}{
		{space.Stem, -1, nil},
		{space.Conv, 0, []int{0}}, {space.Conv, 1, []int{0}}, {space.AvgPool, 2, []int{1}}, {space.Sum, -1, []int{2, 3}},
		{space.Identity, 3, []int{0}}, {space.Conv, 4, []int{1}}, {space.Identity, 5, []int{4}}, {space.Sum, -1, []int{5, 6, 7}},
		{space.Conv, 0, []int{8}},
	} {
		l := layers[i]
		same := l.Kind == want.kind && l.Slot == want.slot && len(l.From) == len(want.from)
		for k := range l.From {
			same = same && l.From[k] == want.from[k]
		}
		if !same {
			t.Errorf("layer %d: %s of slot %d from %v, want %s of %d from %v", i, l.Kind, l.Slot, l.From, want.kind, want.slot, want.from)
		}
	}
	if n := len(layers); n != 1+15*8+2*5+3 {
		t.Errorf("%d layers, want a stem, 15 cells of 8, 2 residual blocks of 5 and 3 of the head", n)
	}
}
