package spacetest

import (
	"fmt"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// genes counts how often each value of each gene was drawn.
type genes struct {
	values map[string]map[string]int // gene → value → times
}

func (g *genes) count(a space.Arch) {
	add := func(gene, value string) {
		if g.values[gene] == nil {
			g.values[gene] = map[string]int{}
		}
		g.values[gene][value]++
	}
	add("resolution", fmt.Sprint(a.Resolution))
	for stage := range a.Stages() {
		add(fmt.Sprintf("depth of stage %d", stage), fmt.Sprint(a.Depth(stage)))
	}
	for slot := range a.Slots() {
		if !a.Active(slot) {
			continue
		}
		stage := a.Family.Stage(slot)
		for factor, f := range a.Family.Factors {
			// What a depth allows differs: each depth is a gene of its own.
			add(fmt.Sprintf("%s of slot %d at depth %d", f.Name, slot, a.Depth(stage)), f.Label(a.Level(slot, factor)))
		}
	}
}

// sample checks that drawing stays in the space, can be repeated, and is uniform in
// genes: in 5,000 networks the count of each value is within six (Poisson) standard
// deviations of its expectation.
func sample(t *testing.T, c *checker) {
	const n = 5000
	g := genes{map[string]map[string]int{}}
	a, b := random.Stream(2, "sample"), random.Stream(2, "sample")
	for range n {
		x := c.Sample(a)
		c.within(t, "what Sample drew", x)
		if y := c.Sample(b); x != y {
			t.Fatalf("one seed gave %v and %v", x, y)
		}
		g.count(x)
	}
	if got := len(g.values["resolution"]); got != len(c.Resolutions) {
		t.Errorf("%d resolutions were drawn of %d", got, len(c.Resolutions))
	}
	for gene, values := range g.values {
		total := 0
		for _, times := range values {
			total += times
		}
		want := float64(total) / float64(len(values))
		for value, times := range values {
			if d := float64(times) - want; d*d > 36*want {
				t.Errorf("%s: %s was drawn %d times of %d, want about %.0f", gene, value, times, total, want)
			}
		}
	}
}

// mutate checks that mutants are in the space, that probability 0 changes nothing, and
// that mutation reaches every value of every gene that Sample draws.
func mutate(t *testing.T, c *checker) {
	drawn, reached := genes{map[string]map[string]int{}}, genes{map[string]map[string]int{}}
	at := c.Smallest()
	for range 5000 {
		drawn.count(c.Sample(c.rng))
		at = c.Mutate(c.rng, at, 0.2)
		c.within(t, "a mutant", at)
		reached.count(at)
	}
	for gene, values := range drawn.values {
		if got := len(reached.values[gene]); got < len(values) {
			t.Errorf("%s: mutation reaches %d values, drawing %d", gene, got, len(values))
		}
	}
	for _, a := range c.archs {
		if b := c.Mutate(c.rng, a, 0); a != b {
			t.Fatalf("with probability 0, %v becomes %v", a, b)
		}
	}
}

// crossover checks that children are in the space, that a network crossed with itself is
// itself, that every level of a child is a parent's, and that children differ.
func crossover(t *testing.T, c *checker) {
	children := map[space.Arch]bool{}
	for i, a := range c.archs {
		b := c.archs[(i+1)%len(c.archs)]
		child := c.Crossover(c.rng, a, b)
		c.within(t, "a child", child)
		children[child] = true
		if self := c.Crossover(c.rng, a, a); self != a {
			t.Fatalf("%v crossed with itself gives %v", a, self)
		}
		for slot := range child.Slots() {
			for factor, f := range child.Family.Factors {
				l := child.Level(slot, factor)
				depth := child.Depth(child.Family.Stage(slot))
				if l >= 0 && l != a.Level(slot, factor) && l != b.Level(slot, factor) && !c.dependsOnDepth(factor, depth) {
					t.Fatalf("%s of slot %d of %v is of neither %v nor %v", f.Name, slot, child, a, b)
				}
			}
		}
	}
	if len(children) < len(c.archs)/2 {
		t.Errorf("%d different children of %d pairs", len(children), len(c.archs))
	}
}

// dependsOnDepth reports whether a factor is tied at a depth.
func (c *checker) dependsOnDepth(factor, depth int) bool {
	for _, tie := range c.Ties {
		if tie.Factor == factor && tie.Depth == depth {
			return true
		}
	}
	return false
}

// neighbours checks that each neighbour is in the space, occurs once, differs in one
// gene, and has no more multiply-accumulates if Smaller and no fewer if Larger.
func neighbours(t *testing.T, c *checker) {
	for _, a := range c.archs[:20] {
		seen := map[space.Arch]bool{}
		for _, n := range c.Neighbours(a, c.Resolutions) {
			c.within(t, n.Change, n.Arch)
			if n.Arch == a || seen[n.Arch] || n.Change == "" || n.Smaller && n.Larger {
				t.Fatalf("%q of %v is the same, there twice, without a word, or smaller and larger", n.Change, a)
			}
			seen[n.Arch] = true
			if d := changes(a, n.Arch); d != 1 {
				t.Fatalf("%q changes %d genes: %v, %v", n.Change, d, a, n.Arch)
			}
			if macs, was := c.MACs(n.Arch), c.MACs(a); n.Smaller && macs > was || n.Larger && macs < was {
				t.Fatalf("%q: %d MACs, before %d", n.Change, macs, was)
			}
		}
		if len(seen) == 0 && c.Size().Cmp(one) > 0 {
			t.Fatalf("%v has no neighbours", a)
		}
	}
}

// changes counts the genes that differ. A stage of another depth counts as one, and so do
// all factors of a slot together.
func changes(a, b space.Arch) int {
	n := 0
	if a.Resolution != b.Resolution {
		n++
	}
	for stage := range a.Stages() {
		if a.Depth(stage) != b.Depth(stage) {
			n++
			continue
		}
		for p := range a.Depth(stage) {
			if slot := a.Family.First(stage) + p; a.Choice[slot] != b.Choice[slot] {
				n++
			}
		}
	}
	return n
}
