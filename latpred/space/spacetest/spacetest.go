// Package spacetest is a conformance suite for search spaces, also those of other
// packages.
//
// A space passes if its definition is consistent: networks survive being written and
// read, sampling and mutation stay in the space, its size and extremes are right, and
// the shapes of layers agree. The suite can't tell whether the widths are those of the
// published networks: every space should also have a test against published figures.
package spacetest

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

const (
	networks = 300   // networks drawn for each check
	small    = 20000 // the largest Size of a space whose networks are all listed
)

// Run checks s, each property as a subtest. The family of s must have a registered space,
// s itself or another: definition and texts refer to it.
func Run(t *testing.T, s *space.Space) {
	t.Helper()
	check := func(name string, f func(t *testing.T, c *checker)) {
		t.Run(name, func(t *testing.T) { f(t, newChecker(s)) })
	}
	check("definition", definition)
	check("layout", layout)
	check("text", texts)
	check("canonical form", canonical)
	check("sample", sample)
	check("mutate", mutate)
	check("crossover", crossover)
	check("neighbours", neighbours)
	check("size", size)
	check("extremes", extremes)
	check("layers", layers)
	check("costs", costs)
}

// checker is a space with some of its networks.
type checker struct {
	*space.Space
	rng   *rand.Rand
	archs []space.Arch
}

func newChecker(s *space.Space) *checker {
	c := &checker{Space: s, rng: random.Stream(1, "spacetest "+s.ID)}
	c.archs = append(c.archs, s.Smallest(), s.Largest())
	for range networks {
		c.archs = append(c.archs, s.Sample(c.rng))
	}
	return c
}

// within fails the test if a network is not in the space.
func (c *checker) within(t *testing.T, what string, a space.Arch) {
	t.Helper()
	if err := c.Validate(a); err != nil {
		t.Fatalf("%s is not in the space: %v", what, err)
	}
}

func definition(t *testing.T, c *checker) {
	f := c.Family
	if c.ID == "" || c.Name == "" || f == nil || f.Name == "" {
		t.Fatalf("space %q, %q of family %v: something has no name", c.ID, c.Name, f)
	}
	reference := f.Reference()
	for _, a := range c.archs {
		a.Resolution = reference.Resolutions[0]
		if err := reference.Validate(a); err != nil {
			t.Fatalf("the family's reference, %s, does not have all that the space has: %v", reference.ID, err)
		}
	}
	for choice := range f.Choices() {
		levels := make([]int, len(f.Factors))
		for factor := range levels {
			levels[factor] = f.Level(choice, factor)
		}
		if got := f.Choice(levels...); got != choice {
			t.Errorf("choice %d has levels %v, which are choice %d", choice, levels, got)
		}
		if got, ok := f.ByLabel(f.Label(choice)); !ok || got != choice {
			t.Errorf("choice %d is written %q, which is choice %d", choice, f.Label(choice), got)
		}
	}
}

// layout checks that no two choices of a slot, and no two places, share an entry.
func layout(t *testing.T, c *checker) {
	l, seen := c.Family.Layout, map[int][2]int{}
	for slot := range c.Family.Slots() {
		for choice := range c.Family.Choices() {
			entry := l.Entry(slot, choice)
			place, back, ok := l.PlaceAndChoice(entry)
			if entry < 0 || entry >= l.Stem() || !ok || back != choice || place != l.PlaceOf[slot] {
				t.Fatalf("slot %d, choice %d: entry %d, which is choice %d of place %d", slot, choice, entry, back, place)
			}
			if other, taken := seen[entry]; taken && other != [2]int{place, choice} {
				t.Fatalf("entry %d is of %v and of %v", entry, other, [2]int{place, choice})
			}
			seen[entry] = [2]int{place, choice}
		}
	}
	for _, entry := range []int{l.Stem(), l.Head()} {
		if _, _, ok := l.PlaceAndChoice(entry); ok || seen[entry] != [2]int{} || entry >= l.Entries() {
			t.Errorf("entry %d is a slot's and the stem's or the head's", entry)
		}
	}
}

func texts(t *testing.T, c *checker) {
	seen := map[string]space.Arch{}
	for _, a := range c.archs {
		text := a.String()
		if strings.ContainsAny(text, ",\n\"") || strings.TrimSpace(text) != text {
			t.Fatalf("%q has commas, quotes, line ends, or spaces around it", text)
		}
		for name, parse := range map[string]func(string) (space.Arch, error){"Parse": space.Parse, "Space.Parse": c.Parse} {
			if b, err := parse(text); err != nil || a != b {
				t.Fatalf("%s(%q) = %v, %v", name, text, b, err)
			}
			if _, err := parse(text + " ~"); err == nil {
				t.Fatalf("%s read %q with something after it", name, text)
			}
			if _, err := parse(text[:len(text)-1]); err == nil {
				t.Fatalf("%s read %q without its end", name, text)
			}
		}
		if other, taken := seen[text]; taken && other != a {
			t.Fatalf("two networks are written %q", text)
		}
		seen[text] = a
		object, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var b space.Arch
		if err := json.Unmarshal(object, &b); err != nil || a != b {
			t.Fatalf("JSON %s gives %v, %v", object, b, err)
		}
	}
}

// canonical checks that a network has one value: NewArch makes it again from its choices,
// and setting what is already set changes nothing.
func canonical(t *testing.T, c *checker) {
	for _, a := range c.archs {
		choices := make([]int, a.Slots())
		b, blocks := a, 0
		for slot := range choices {
			choices[slot] = int(a.Choice[slot]) - 1
			if !a.Active(slot) {
				continue
			}
			blocks++
			b = b.WithChoice(slot, choices[slot])
			for factor := range a.Family.Factors {
				b = b.WithLevel(slot, factor, a.Level(slot, factor))
			}
		}
		for stage := range a.Stages() {
			b = b.WithDepth(stage, a.Depth(stage))
		}
		again, err := a.Family.NewArch(a.Resolution, choices)
		if err != nil || again != a || b != a || a.Blocks() != blocks {
			t.Fatalf("%v (%d blocks) becomes %v, %v or %v", a, blocks, b, again, err)
		}
	}
}
