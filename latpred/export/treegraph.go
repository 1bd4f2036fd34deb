package export

import (
	"math"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/onnx"
)

// read is a table's prediction for the input networks, with its correction; see
// Table.correct.
func (g *codeGraph) read(t *additive.Table, times onnx.Value) onnx.Value {
	v := g.view(t.Model().Queue)
	label := g.label(v, times)
	forest, unitMs := t.Correction()
	if forest == nil {
		return label
	}
	beyond := g.Node("Cast", onnx.Attributes{"to": onnx.Double}, g.forest(g.correctionRows(v, times, label), forest))
	corrected := g.op("Add", label, g.op("Mul", beyond, g.number(unitMs)))
	return g.op("Max", corrected, g.op("Mul", label, g.number(additive.SmallestPart)))
}

// correctionRows are the features of the correction for the input networks; see
// additive.CorrectionFeatures.
func (g *codeGraph) correctionRows(v view, times, label onnx.Value) onnx.Value {
	trueMs := g.sum(times)
	lag, margin := g.op("Mul", trueMs, g.number(0)), label
	if v.stop != "" {
		lag = g.hostLag(v, times)
		margin = g.op("Div", lag, label)
	}
	width := additive.ArchFeatures(g.family)
	linear := g.op("MatMul", g.code, g.Doubles(g.archFeatures(), len(g.archFeatures())/width, width))
	return g.Node("Concat", onnx.Attributes{"axis": 1}, linear, label, trueMs, lag, margin, g.sum(g.launches))
}

// archFeatures is the matrix, input × feature, that maps the encoding of a network to
// those features of the correction that are linear in it.
func (g *codeGraph) archFeatures() []float64 {
	f, width := g.family, additive.ArchFeatures(g.family)
	var linear []float64
	for i, factor := range f.Factors {
		for slot := range f.Slots() {
			for level := range factor.Levels() {
				row := make([]float64, width)
				row[additive.FactorFeature(f, slot, i)] = additive.FeatureValue(factor, level)
				if i == 0 { // a slot that runs has one of its levels
					row[additive.DepthFeature(f.Stage(slot))] = 1
				}
				if i == 0 && slot == 0 && !g.binned { // the first always runs
					row[0] = float64(g.resolutions[0])
				}
				linear = append(linear, row...)
			}
		}
	}
	if g.binned {
		for _, r := range g.resolutions {
			linear = append(linear, append([]float64{float64(r)}, make([]float64, width-1)...)...)
		}
	}
	return linear
}

// tieRoom is how much a split's threshold is lowered: relatively, or absolutely if it is
// below 1. Thresholds are values of training rows. A runtime that sums in another order is
// off by about 1e-13, which must not send these rows to the other side.
const tieRoom = 1e-9

// forest sums the trees for rows of features, as float32.
func (g *codeGraph) forest(rows onnx.Value, f *boost.Forest) onnx.Value {
	var at struct {
		tree, node, feature, yes, no, leafTree, leafNode, target []int
		mode                                                     []string
		limit, weight                                            []float64
	}
	for t, nodes := range f.Trees {
		for n, node := range nodes {
			at.tree, at.node = append(at.tree, t), append(at.node, n)
			at.yes, at.no = append(at.yes, node.Left), append(at.no, node.Right)
			at.limit = append(at.limit, node.Limit-tieRoom*max(1, math.Abs(node.Limit)))
			at.feature = append(at.feature, max(0, node.Feature))
			if node.Feature >= 0 {
				at.mode = append(at.mode, "BRANCH_LT")
				continue
			}
			at.mode = append(at.mode, "LEAF")
			at.leafTree, at.leafNode = append(at.leafTree, t), append(at.leafNode, n)
			at.target, at.weight = append(at.target, 0), append(at.weight, node.Value)
		}
	}
	return g.Node("ai.onnx.ml.TreeEnsembleRegressor", onnx.Attributes{
		"n_targets": 1, "aggregate_function": "SUM", "post_transform": "NONE",
		"nodes_treeids": at.tree, "nodes_nodeids": at.node, "nodes_featureids": at.feature, "nodes_modes": at.mode,
		"nodes_values_as_tensor": at.limit, "nodes_truenodeids": at.yes, "nodes_falsenodeids": at.no,
		"target_treeids": at.leafTree, "target_nodeids": at.leafNode, "target_ids": at.target, "target_weights_as_tensor": at.weight,
	}, rows)
}
