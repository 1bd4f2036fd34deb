package export

import (
	"math"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/space"
)

// read is what a table says of the networks of a code, its correction included; see
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

// correctionRows are the features of the networks of a code; see correctionRow.
func (g *codeGraph) correctionRows(v view, times, label onnx.Value) onnx.Value {
	// Of the code, features are linear: sums of its ones times what they stand for.
	const width = additive.CorrectionFeatures - 5
	genes := g.slots * codeChoices
	linear := make([]float64, (2*genes+codeBins)*width)
	for slot := range g.slots {
		feature := 1 + space.OFAStages + 2*slot
		for c := range codeChoices {
			kernel, expand := linear[(slot*codeChoices+c)*width:], linear[(genes+slot*codeChoices+c)*width:]
			kernel[1+slot/space.OFASlotsPerStage] = 1 // the stage's depth
			kernel[feature], expand[feature+1] = float64(codeKernels[c]), float64(codeExpands[c])
		}
	}
	for bin := range codeBins {
		linear[(2*genes+bin)*width] = float64(codeFirst + space.ResolutionStep*bin)
	}
	trueMs := g.sum(times)
	late, margin := g.op("Mul", trueMs, g.number(0)), label
	if v.stop != "" {
		late = g.late(v, times)
		margin = g.op("Div", late, label)
	}
	launches := g.op("MatMul", g.active, g.Doubles(g.kernels, len(g.kernels), 1))
	return g.Node("Concat", onnx.Attributes{"axis": 1},
		g.op("MatMul", g.code, g.Doubles(linear, 2*genes+codeBins, width)), label, trueMs, late, margin, launches)
}

// tieRoom is by how much a limit of a decision is lowered, relatively, or absolutely
// where it is below 1. Limits are values of training rows; a runtime that sums in
// another order, and so is off by 1e-13, must not send these rows the other way.
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
