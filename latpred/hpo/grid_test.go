package hpo

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// paperAxes are the 36 points of Syed & Srinivasan.
var paperAxes = []Axis{
	{"lr", []float64{0.0001, 0.001, 0.01}},
	{"momentum", []float64{0.6, 0.7, 0.8, 0.9}},
	{"wd", []float64{0.0001, 0.001, 0.01}},
}

func texts(configs []Config) []string {
	var list []string
	for _, c := range configs {
		list = append(list, c.String())
	}
	return list
}

func TestGrid(t *testing.T) {
	list := texts(Grid(paperAxes))
	if len(list) != 36 || len(slices.Compact(slices.Sorted(slices.Values(list)))) != 36 {
		t.Errorf("%d points, want 36 different ones", len(list))
	}
	for i, want := range map[int]string{
		0:  "lr=0.0001 momentum=0.6 wd=0.0001",
		1:  "lr=0.0001 momentum=0.6 wd=0.001",
		3:  "lr=0.0001 momentum=0.7 wd=0.0001",
		12: "lr=0.001 momentum=0.6 wd=0.0001",
		35: "lr=0.01 momentum=0.9 wd=0.01",
	} {
		if list[i] != want {
			t.Errorf("point %d is %s, want %s", i, list[i], want)
		}
	}
	if empty := Grid(nil); len(empty) != 1 || len(empty[0]) != 0 {
		t.Errorf("without axes: %v", empty)
	}
}

func TestRandom(t *testing.T) {
	all := texts(Grid(paperAxes))
	slices.Sort(all)
	for _, n := range []int{0, 1, 7, 35, 36, 100} {
		list := texts(Random(rand.New(rand.NewPCG(1, uint64(n))), paperAxes, n))
		if again := texts(Random(rand.New(rand.NewPCG(1, uint64(n))), paperAxes, n)); !slices.Equal(list, again) {
			t.Errorf("n = %d: one seed, two samples", n)
		}
		if len(list) != min(n, 36) {
			t.Errorf("n = %d: %d points", n, len(list))
		}
		inOrder := slices.IsSorted(list)
		slices.Sort(list)
		if len(slices.Compact(slices.Clone(list))) != len(list) {
			t.Errorf("n = %d: a point occurs twice", n)
		}
		if n >= 36 && (inOrder || !slices.Equal(list, all)) {
			t.Errorf("n = %d: not all points, or not shuffled", n)
		}
	}
}

// Each point is drawn about as often at each place.
func TestRandomIsUniform(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	axes := []Axis{{"a", []float64{0, 1, 2, 3, 4}}}
	var count [5][3]int
	const draws = 5000
	for range draws {
		for place, c := range Random(rng, axes, 3) {
			count[int(c["a"])][place]++
		}
	}
	for v, places := range count {
		for place, n := range places {
			if n < draws/5-150 || n > draws/5+150 { // 5 standard deviations
				t.Errorf("value %d at place %d: %d times, want about %d", v, place, n, draws/5)
			}
		}
	}
}

func TestGridPanics(t *testing.T) {
	many := make([]float64, 1<<16)
	for i := range many {
		many[i] = float64(i)
	}
	for name, f := range map[string]func(){
		"no name":   func() { Grid([]Axis{{"", []float64{1}}}) },
		"name":      func() { Grid([]Axis{{"a", []float64{1}}, {"a", []float64{2}}}) },
		"no values": func() { Grid([]Axis{{"a", nil}}) },
		"value":     func() { Grid([]Axis{{"a", []float64{1, 1}}}) },
		"NaN":       func() { Grid([]Axis{{"a", []float64{math.NaN()}}}) },
		"too many":  func() { Random(nil, []Axis{{"a", many}, {"b", many}, {"c", many}, {"d", many}}, 1) },
		"negative":  func() { Random(nil, paperAxes, -1) },
		"FIFO":      func() { FIFO(nil, 0) },
		"rungs":     func() { Rungs{1, 1, 9}.Epochs() },
	} {
		t.Run(name, func(t *testing.T) { panics(t, f) })
	}
}

// panics checks that f panics with a message of this package, not of the runtime.
func panics(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if text, _ := recover().(string); !strings.HasPrefix(text, "hpo: ") {
			t.Errorf("panic %q, want hpo: …", text)
		}
	}()
	f()
}
