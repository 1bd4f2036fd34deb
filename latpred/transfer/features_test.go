package transfer

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
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

// NAS-Bench-201 by hand: of a cell whose only edge into the last node comes from a node without
// inputs, only that edge is needed, and of the fixed layers only those of the last stage after it.
func TestNeededEdges(t *testing.T) {
	s := spacetest.ByID(t, "nasbench201")
	f := FeaturesOf(s)
	raw := make([]float64, f.shape.begin[Blocks])
	read := func(text string) (all, needed []float64) {
		a, err := s.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		f.shape.fill(raw, a, s.Macro.Layers(a))
		n := s.Family.Choices()
		all = raw[f.shape.begin[Choices]:]
		return all[:n], all[n:][:n]
	}
	all, needed := read("|nor_conv_3x3~0|+|none~0|none~1|+|nor_conv_1x1~0|none~1|nor_conv_3x3~2|")
	if all[2] != 1 || all[3] != 2 || needed[2] != 1 || needed[3] != 1 || raw[costs+costDepthwise] >= raw[costDepthwise]+1 {
		t.Errorf("choices %v, needed %v", all, needed)
	}
	if dense := raw[costDense] - raw[costs+costDense]; dense != 5*9*32*32*16*16*3 { // a 3×3 convolution in each cell
		t.Errorf("%v multiply-accumulates are not needed", dense)
	}
	_, needed = read("|nor_conv_3x3~0|+|none~0|none~1|+|none~0|none~1|nor_conv_3x3~2|")
	if needed[3] != 1 || raw[costs+costDense] != 9*8*8*64*64+64*10 { // that of the last cell, and the classifier
		t.Errorf("needed %v, %v multiply-accumulates", needed, raw[costs+costDense])
	}
}

// An inverted residual of stride 2 with two groups by hand.
func TestCostByHand(t *testing.T) {
	l := space.Layer{Kind: space.Block, InSize: 8, OutSize: 4, In: 10, Mid: 30, Out: 20, Expand: 3, Groups: 2, Kernel: 3, Stride: 2, Activation: space.ReLU, Widen: true, Norm: true}
	c := cost(&l, 20000)
	dense, depthwise := float64(64*10*30+16*30*20), float64(16*30*9)
	shuffled := float64(2 * 64 * 30)
	moved := shuffled + float64(64*10+3*64*30+64*30+3*16*30+16*30+3*16*20)
	params := float64(150 + 270 + 300 + 2*(30+30+20))
	want := [costs]float64{3 + 2 + 2 + 3, dense / 2, depthwise, moved, params, math.Sqrt(params), dense, shuffled, moved - 4000, moved - 8000}
	for i := range want {
		near(t, costNames[i], c[i], want[i], 1e-9*want[i])
	}
	l = space.Layer{Kind: space.AvgPool, InSize: 8, OutSize: 8, In: 10, Out: 10, Kernel: 3, Stride: 1}
	if c := cost(&l, 1e9); c[costDepthwise] != 9*64*10 || c[costMoved] != 2*64*10 || c[costLarge] != 0 {
		t.Errorf("pooling costs %v", c)
	}
}

// A design has no network twice, its first picks are those of a smaller one, and it takes all
// if it can.
func TestDesign(t *testing.T) {
	s := spacetest.ByID(t, "fbnet-imagenet")
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
