package boost

import "errors"

// nodeValues is the number of values that a node has in a file.
const nodeValues = 5

// Values writes a forest as numbers, for a file: for each tree its number of nodes, then
// feature, limit, left, right and value of each node. FromValues reads them.
func (f *Forest) Values() []float64 {
	var out []float64
	for _, t := range f.Trees {
		out = append(out, float64(len(t)))
		for _, n := range t {
			out = append(out, float64(n.Feature), n.Limit, float64(n.Left), float64(n.Right), n.Value)
		}
	}
	return out
}

// FromValues restores a forest from Values. trees is its number of trees and features the
// length of a row. It errs if the values are cut short or the forest is not valid.
func FromValues(values []float64, trees, features int) (*Forest, error) {
	f := &Forest{}
	for range trees {
		if len(values) == 0 || !(values[0] >= 1) || float64(len(values)-1) < nodeValues*values[0] {
			return nil, errors.New("model: the trees are cut short")
		}
		nodes := make([]Node, int(values[0]))
		values = values[1:]
		for i := range nodes {
			v := values[nodeValues*i:]
			nodes[i] = Node{Feature: int(v[0]), Limit: v[1], Left: int(v[2]), Right: int(v[3]), Value: v[4]}
		}
		values = values[nodeValues*len(nodes):]
		f.Trees = append(f.Trees, nodes)
	}
	return f, f.Validate(features)
}
