package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Blocks are centred, of mean squared length 1, in every registered space.
func TestFeaturesAreStandardised(t *testing.T) {
	for _, s := range space.All() {
		f := FeaturesOf(s)
		for b := range Blocks {
			first, end := f.Range(b)
			var square, mean float64
			for i := range references {
				row := f.reference.RawRowView(i)
				for c := first; c < end; c++ {
					square += row[c] * row[c] / references
				}
			}
			for c := first; c < end; c++ {
				var sum float64
				for i := range references {
					sum += f.reference.At(i, c) / references
				}
				mean = max(mean, math.Abs(sum))
			}
			if mean > 1e-9 || end > first && math.Abs(square-1) > 1e-9 || end == first && b != StagePhysics && b != Stages {
				t.Errorf("%s, block %d, columns %d to %d: mean %v, squared length %v", s.ID, b, first, end, mean, square)
			}
		}
	}
}

// NAS-Bench-201 by hand: of a cell whose only way to the output is one convolution, edges
// that end nowhere are not live; without a way the network is not connected.
func TestLiveEdges(t *testing.T) {
	s := spaceOf(t, "nasbench201")
	f := FeaturesOf(s)
	raw := make([]float64, f.shape.begin[Blocks])
	read := func(text string) {
		a, err := s.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		f.shape.fill(raw, a, s.Macro.Layers(a))
	}
	n := s.Family.Choices()
	read("|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|")
	all, live := raw[f.shape.begin[Choices]:][:n], raw[f.shape.begin[Choices]+n:][:n]
	if all[2] != 1 || all[3] != 2 || live[2] != 1 || live[3] != 0 || raw[2*costs] != 1 || raw[2*costs+1] != 15*3 {
		t.Errorf("choices %v, live %v, connected %v, longest way %v", all, live, raw[2*costs], raw[2*costs+1])
	}
	read("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|")
	if raw[2*costs] != 0 || raw[2*costs+1] != 0 {
		t.Errorf("no way, and connected %v, longest way %v", raw[2*costs], raw[2*costs+1])
	}
}

// An inverted residual of stride 2 by hand.
func TestCostByHand(t *testing.T) {
	l := space.Layer{Kind: space.Block, InSize: 8, OutSize: 4, In: 10, Mid: 30, Out: 20, Expand: 3, Kernel: 3, Stride: 2, Activation: space.ReLU, Widen: true, Norm: true}
	c := cost(&l)
	dense, depthwise := float64(64*10*30+16*30*20), float64(16*30*9)
	moved := float64(64*10 + 3*64*30 + 64*30 + 3*16*30 + 16*30 + 3*16*20)
	want := [costs]float64{3 + 2 + 3, dense, depthwise, moved, 300 + 270 + 600 + 2*(30+30+20), math.Sqrt(dense), math.Sqrt(moved)}
	for i := range want {
		near(t, costNames[i], c[i], want[i], 1e-9*want[i])
	}
}

// A design has no network twice, its first picks are those of a smaller one, and it takes all
// if it can.
func TestDesign(t *testing.T) {
	s := spaceOf(t, "fbnet-imagenet")
	l, err := NewLearner(FeaturesOf(s), nil, DefaultPrior())
	if err != nil {
		t.Fatal(err)
	}
	rng, archs := random.Stream(1, "pool"), make([]space.Arch, 40)
	for i := range archs {
		archs[i] = s.Sample(rng)
	}
	rows, err := FeaturesOf(s).Rows(archs)
	if err != nil {
		t.Fatal(err)
	}
	all, few := l.Design(rows, 99), l.Design(rows, 6)
	seen := map[int]bool{}
	for i, r := range all {
		if seen[r] || i < 6 && few[i] != r {
			t.Errorf("pick %d is %d, of few %v", i, r, few)
		}
		seen[r] = true
	}
	if len(all) != 40 {
		t.Errorf("%d picks of 40", len(all))
	}
}
