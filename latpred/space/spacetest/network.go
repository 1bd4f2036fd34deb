package spacetest

import (
	"math/big"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

var one = big.NewInt(1)

// size checks that Networks lists networks of the space, none twice, and in small spaces
// exactly Size of them.
func size(t *testing.T, c *checker) {
	want := c.Size()
	if want.Sign() <= 0 {
		t.Fatalf("%v networks", want)
	}
	r, seen := c.Resolutions[0], map[space.Arch]bool{}
	for a := range c.Networks(r) {
		c.within(t, "one of Networks", a)
		if seen[a] || a.Resolution != r {
			t.Fatalf("%v comes twice, or has another resolution than %d", a, r)
		}
		if seen[a] = true; len(seen) > small {
			break
		}
	}
	if all := big.NewInt(int64(len(seen))); want.Cmp(big.NewInt(small)) > 0 && len(seen) <= small || want.Cmp(big.NewInt(small)) <= 0 && all.Cmp(want) != 0 {
		t.Errorf("Networks gives %v, Size is %v", all, want)
	}
}

// extremes checks that no drawn network has fewer multiply-accumulates than Smallest or
// more than Largest, and that Uniform is deepest and has the choice everywhere.
func extremes(t *testing.T, c *checker) {
	low, high := c.Smallest(), c.Largest()
	c.within(t, "Smallest", low)
	c.within(t, "Largest", high)
	least, most := c.MACs(low), c.MACs(high)
	for _, a := range c.archs {
		if macs := c.MACs(a); macs < least || macs > most {
			t.Fatalf("%v has %d MACs, Smallest %d and Largest %d", a, macs, least, most)
		}
	}
	for choice := range c.Family.Choices() {
		a := c.Uniform(high.Resolution, choice)
		for slot := range a.Slots() {
			if a.Active(slot) && int(a.Choice[slot]) != choice+1 {
				t.Fatalf("Uniform(%d) is %v", choice, a)
			}
		}
		if len(c.Macro.Layers(a)) == 0 || a.Blocks() < high.Blocks() {
			t.Fatalf("Uniform(%d), %v, has no layers, or fewer blocks than Largest", choice, a)
		}
	}
}

// layers checks that the shapes of connected layers agree, that the first layer reads the
// image and the last is the classifier, and that exactly the active slots have layers.
func layers(t *testing.T, c *checker) {
	for _, a := range c.archs {
		all, had := c.Layers(a), map[int]bool{}
		for i, l := range all {
			from := l.From
			if from == nil && i > 0 {
				from = []int{i - 1}
			}
			for _, k := range from {
				if k < 0 || k >= i || all[k].Out != l.In || all[k].OutSize != l.InSize {
					t.Fatalf("%v: layer %d, %+v, reads layer %d, which does not fit", a, i, l, k)
				}
			}
			if l.Slot >= 0 {
				had[l.Slot] = true
				if !a.Active(l.Slot) {
					t.Fatalf("%v: layer %d is of slot %d, which does not run", a, i, l.Slot)
				}
			}
			if l.Out <= 0 || l.OutSize <= 0 || l.Stride > 0 && l.OutSize != (l.InSize-1)/l.Stride+1 {
				t.Fatalf("%v: layer %d, %+v, has no shape, or another than its stride gives", a, i, l)
			}
		}
		if first, last := all[0], all[len(all)-1]; first.In != 3 || first.InSize != a.Resolution || last.OutSize != 1 || last.Kind != space.Classifier {
			t.Fatalf("%v begins with %+v and ends with %+v: want the image and the classes", a, first, last)
		}
		if len(had) != a.Blocks() {
			t.Fatalf("%v: %d slots have layers, %d run", a, len(had), a.Blocks())
		}
	}
}

// costs checks that costs are not negative, that those of a network are the sums over its
// layers, and that slots are independent: the cost of a choice does not depend on the
// choices of other slots.
func costs(t *testing.T, c *checker) {
	for i, a := range c.archs {
		var macs, params int64
		for _, l := range c.Layers(a) {
			if l.MACs() < 0 || l.Params() < 0 || l.Launches() < 0 {
				t.Fatalf("%v: %+v costs less than nothing", a, l)
			}
			macs, params = macs+l.MACs(), params+l.Params()
		}
		if c.MACs(a) != macs || c.Params(a) != params || macs == 0 || params == 0 {
			t.Fatalf("%v: %d MACs and %d parameters, its layers %d and %d", a, c.MACs(a), c.Params(a), macs, params)
		}
		x, y := i%a.Slots(), (i+1+i/a.Slots())%a.Slots()
		if x == y || !a.Active(x) || !a.Active(y) {
			continue
		}
		p, q := i%a.Family.Choices(), (i/2)%a.Family.Choices()
		sum := func(a space.Arch) (n int64) {
			for _, l := range c.Macro.Layers(a) {
				n += l.MACs() + l.Params() + int64(l.Launches())
			}
			return n
		}
		if alone, both := sum(a.WithChoice(x, p))-sum(a), sum(a.WithChoice(y, q).WithChoice(x, p))-sum(a.WithChoice(y, q)); alone != both {
			t.Fatalf("%v: %s as %s adds %d, or %d where %s is %s", a, c.Family.SlotName(x), c.Family.Label(p), alone, both, c.Family.SlotName(y), c.Family.Label(q))
		}
	}
}
