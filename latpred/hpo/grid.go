package hpo

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
)

// Axis is a hyper-parameter with the values it may take: at least one, all different, none
// NaN. The name must not be empty.
type Axis struct {
	Name   string
	Values []float64
}

// Config is a point of the grid: the value of each hyper-parameter, by name.
type Config map[string]float64

// String returns, for example, "lr=0.01 momentum=0.9 wd=0.0001", sorted by name.
func (c Config) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(c)) {
		parts = append(parts, name+"="+strconv.FormatFloat(c[name], 'g', -1, 64))
	}
	return strings.Join(parts, " ")
}

// Grid lists all combinations of the axes' values; the last axis changes fastest.
// Without axes that is one empty Config. It panics if an axis is not valid (see Axis) or
// two have the same name.
func Grid(axes []Axis) []Config {
	list := make([]Config, size(axes))
	for i := range list {
		list[i] = point(axes, i)
	}
	return list
}

// Random draws n different points of the grid uniformly, in random order; all of them if
// the grid has no more than n. It panics as Grid does, and if n is negative.
func Random(rng *rand.Rand, axes []Axis, n int) []Config {
	all := size(axes)
	if n < 0 {
		panic(fmt.Sprintf("hpo: Random of %d points", n))
	}
	list := make([]Config, min(n, all))
	// The start of a Fisher-Yates shuffle, which keeps only what it moved.
	moved := map[int]int{}
	at := func(i int) int {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	for i := range list {
		j := i + rng.IntN(all-i)
		list[i] = point(axes, at(j))
		moved[j] = at(i)
	}
	return list
}

// size is the number of points of the grid. It panics if the axes are not valid.
func size(axes []Axis) int {
	n := 1
	names := map[string]bool{}
	for _, a := range axes {
		values := map[float64]bool{}
		for _, v := range a.Values {
			if math.IsNaN(v) || values[v] {
				panic(fmt.Sprintf("hpo: axis %q has the value %v twice, or it is no number", a.Name, v))
			}
			values[v] = true
		}
		switch {
		case a.Name == "" || names[a.Name]:
			panic(fmt.Sprintf("hpo: axis name %q is empty or occurs twice", a.Name))
		case len(a.Values) == 0:
			panic(fmt.Sprintf("hpo: axis %q has no values", a.Name))
		case n > math.MaxInt/len(a.Values):
			panic("hpo: a grid of more points than an int can count")
		}
		names[a.Name] = true
		n *= len(a.Values)
	}
	return n
}

// point is element i of the grid.
func point(axes []Axis, i int) Config {
	c := Config{}
	for _, a := range slices.Backward(axes) {
		c[a.Name] = a.Values[i%len(a.Values)]
		i /= len(a.Values)
	}
	return c
}
