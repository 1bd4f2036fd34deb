package boost

import (
	"fmt"
	"math"
	"slices"
)

// Config says how a forest grows.
type Config struct {
	Trees   int     // largest number of trees
	Leaves  int     // largest number of leaves of a tree
	Rate    float64 // learning rate: leaf values are multiplied by it
	Huber   float64 // threshold of Huber's loss, in the targets' unit: larger residuals count linearly
	MinRows int     // smallest number of rows of a leaf
	Ridge   float64 // L2 penalty of leaf values: they count as this many more rows with residual 0
}

// Published returns the configuration that the recipes of this project use. Its Huber is
// for targets scaled as package additive does.
func Published() Config {
	return Config{Trees: 600, Leaves: 15, Rate: .03, Huber: .15, MinRows: 20, Ridge: 5}
}

// Node is a decision or a leaf of a tree.
type Node struct {
	Feature     int     // index of the feature to compare; below 0: a leaf
	Limit       float64 // feature values below it go left, others right
	Left, Right int     // indexes of the children in the tree, above the node's own
	Value       float64 // value of a leaf
}

// Forest is a sum of trees. It is safe for concurrent use as long as it is not changed.
type Forest struct {
	Trees [][]Node // the first node of each tree is its root
}

// Value returns the sum of the trees for a row, in the unit of the targets. The row must
// have as many features as those of Fit. It is 0 without trees.
func (f *Forest) Value(row []float64) float64 {
	var sum float64
	for _, t := range f.Trees {
		n := 0
		for t[n].Feature >= 0 {
			if row[t[n].Feature] < t[n].Limit {
				n = t[n].Left
			} else {
				n = t[n].Right
			}
		}
		sum += t[n].Value
	}
	return sum
}

// Validate errs if a tree is empty or a node refers to a feature or node that can't be
// there, so that Value could panic or not end. features is the length of a row.
func (f *Forest) Validate(features int) error {
	for i, t := range f.Trees {
		if len(t) == 0 {
			return fmt.Errorf("boost: tree %d is empty", i)
		}
		for n, node := range t {
			if node.Feature >= features || node.Feature >= 0 && (node.Left <= n || node.Right <= n || node.Left >= len(t) || node.Right >= len(t)) {
				return fmt.Errorf("boost: tree %d, node %d: %+v", i, n, node)
			}
		}
	}
	return nil
}

// bins is the largest number of bins of a feature.
const bins = 32

// grid has the features of all rows, divided into bins.
type grid struct {
	limits [][]float64 // by feature: lower ends of bins 1 and up, ascending
	bin    [][]uint8   // by feature, then row
}

// newGrid divides features into bins: one for each distinct value if these are few enough,
// else by quantiles.
func newGrid(rows [][]float64) *grid {
	features := len(rows[0])
	g := &grid{make([][]float64, features), make([][]uint8, features)}
	values := make([]float64, len(rows))
	for f := range features {
		for i, r := range rows {
			values[i] = r[f]
		}
		slices.Sort(values)
		distinct := slices.Compact(slices.Clone(values))
		switch {
		case len(distinct) <= bins:
			for i := 1; i < len(distinct); i++ {
				g.limits[f] = append(g.limits[f], (distinct[i-1]+distinct[i])/2)
			}
		default:
			for b := 1; b < bins; b++ {
				if v := values[b*len(values)/bins]; len(g.limits[f]) == 0 || v > g.limits[f][len(g.limits[f])-1] {
					g.limits[f] = append(g.limits[f], v)
				}
			}
		}
		g.bin[f] = make([]uint8, len(rows))
		for i, r := range rows {
			b, found := slices.BinarySearch(g.limits[f], r[f])
			if found {
				b++
			}
			g.bin[f][i] = uint8(b)
		}
	}
	return g
}

// Fit grows a forest on rows of features, all of one length, with one target each. After
// each tree it calls observe, if that is not nil, with the forest so far, which observe
// must not change; false ends the growth. Fit panics without rows or if the lengths
// differ.
func Fit(rows [][]float64, targets []float64, c Config, observe func(*Forest) bool) *Forest {
	if len(rows) == 0 || len(rows) != len(targets) {
		panic("boost: Fit without rows, or with lengths that differ")
	}
	g := newGrid(rows)
	left := slices.Clone(targets)
	gradient := make([]float64, len(rows))
	forest := &Forest{}
	for range c.Trees {
		for i, e := range left {
			gradient[i] = max(-c.Huber, min(c.Huber, e))
		}
		nodes, leafOf := g.grow(gradient, c)
		for i, n := range leafOf {
			left[i] -= nodes[n].Value
		}
		forest.Trees = append(forest.Trees, nodes)
		if observe != nil && !observe(forest) {
			break
		}
	}
	return forest
}

// leaf is a leaf that may still be split.
type leaf struct {
	node      int       // index in the tree
	rows      []int32   // rows that reach it
	sum       float64   // of their gradients
	histogram []float64 // for each feature and bin: sum of gradients, number of rows
	gain      float64   // of the best split; 0: none
	feature   int       // of the best split
	bin       int       // of the best split: rows in lower bins go left
}

// grow grows a tree on the gradient of each row, and gives the leaf node of each row.
func (g *grid) grow(gradient []float64, c Config) (nodes []Node, leafOf []int) {
	all := make([]int32, len(gradient))
	for i := range all {
		all[i] = int32(i)
	}
	open := []*leaf{g.leaf(0, all, gradient, nil, nil, c)}
	nodes = []Node{{Feature: -1}}
	for len(open) < c.Leaves {
		at, best := -1, 0.0
		for i, l := range open {
			if l.gain > best {
				at, best = i, l.gain
			}
		}
		if at < 0 {
			break
		}
		l := open[at]
		var low, high []int32
		for _, r := range l.rows {
			if int(g.bin[l.feature][r]) < l.bin {
				low = append(low, r)
			} else {
				high = append(high, r)
			}
		}
		n := len(nodes)
		nodes[l.node] = Node{Feature: l.feature, Limit: g.limits[l.feature][l.bin-1], Left: n, Right: n + 1}
		nodes = append(nodes, Node{Feature: -1}, Node{Feature: -1})
		var a, b *leaf
		if len(low) < len(high) { // the larger's histogram is the difference
			a = g.leaf(n, low, gradient, nil, nil, c)
			b = g.leaf(n+1, high, gradient, l.histogram, a.histogram, c)
		} else {
			b = g.leaf(n+1, high, gradient, nil, nil, c)
			a = g.leaf(n, low, gradient, l.histogram, b.histogram, c)
		}
		open[at] = a
		open = append(open, b)
	}
	leafOf = make([]int, len(gradient))
	for _, l := range open {
		nodes[l.node].Value = c.Rate * l.sum / (float64(len(l.rows)) + c.Ridge)
		for _, r := range l.rows {
			leafOf[r] = l.node
		}
	}
	return nodes, leafOf
}

// leaf makes a leaf of rows and finds its best split. Its histogram is counted, or, if
// parent is not nil, the difference of the histograms parent and sibling.
func (g *grid) leaf(node int, rows []int32, gradient, parent, sibling []float64, c Config) *leaf {
	l := &leaf{node: node, rows: rows, histogram: make([]float64, 2*bins*len(g.bin))}
	for _, r := range rows {
		l.sum += gradient[r]
	}
	if parent != nil {
		for i, v := range parent {
			l.histogram[i] = v - sibling[i]
		}
	} else {
		for f, bin := range g.bin {
			h := l.histogram[2*bins*f : 2*bins*(f+1)]
			for _, r := range rows {
				b := 2 * int(bin[r])
				h[b] += gradient[r]
				h[b+1]++
			}
		}
	}
	n := float64(len(rows))
	score := func(sum, n float64) float64 { return sum * sum / (n + c.Ridge) }
	whole := score(l.sum, n)
	for f := range g.bin {
		h := l.histogram[2*bins*f : 2*bins*(f+1)]
		var sum, count float64
		for b := range g.limits[f] {
			sum, count = sum+h[2*b], count+h[2*b+1]
			if count < float64(c.MinRows) || n-count < float64(c.MinRows) {
				continue
			}
			if gain := score(sum, count) + score(l.sum-sum, n-count) - whole; gain > l.gain+1e-12*math.Abs(whole) {
				l.gain, l.feature, l.bin = gain, f, b+1
			}
		}
	}
	return l
}
