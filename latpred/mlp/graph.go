package mlp

import (
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph" //lint:ignore ST1001 graph code reads as formulas
)

// Everything here builds graphs: functions of nodes. The state of a training
// travels as a flat list of nodes: weight and bias of each layer, then the
// optimizer's slots of each, then for Adam the number of steps.

// forward applies the layers to x, [rows, inputs], and returns [rows, 1]. If the weights
// of several trials are stacked along a leading axis, so is the result. zero is a scalar 0;
// nil: it is made here, see judge.
func forward(x *Node, params []*Node, zero *Node) *Node {
	h := x
	stacked := params[0].Rank() == 3
	if stacked {
		h = BroadcastToDims(InsertAxes(x, 0), append([]int{params[0].Shape().Dimensions[0]}, x.Shape().Dimensions...)...)
	}
	for i := 0; i < len(params); i += 2 {
		w, b := params[i], params[i+1]
		if stacked {
			h = Einsum("tbi,tio->tbo", h, w)
		} else {
			h = Dot(h, w).Product()
		}
		h = Add(h, BroadcastToShape(InsertAxes(b, -2), h.Shape()))
		if i+2 < len(params) {
			floor := zero
			if floor == nil {
				floor = ScalarZero(h.Graph(), h.DType())
			}
			h = Max(h, BroadcastToShape(floor, h.Shape()))
		}
	}
	return h
}

// errorOf is the difference between the layers' outputs and y, for each trial.
func errorOf(x, y *Node, params []*Node, zero *Node) *Node {
	pred := forward(x, params, zero)
	if pred.Rank() == 3 {
		y = BroadcastToShape(InsertAxes(y, 0), pred.Shape())
	}
	return Sub(pred, y)
}

// sumOf is the sum of values: a scalar, or one for each of several trials.
func sumOf(values *Node) *Node {
	if values.Rank() == 3 {
		return ReduceSum(values, 1, 2)
	}
	return ReduceAllSum(values)
}

// over divides sums by a scalar.
func over(sums, n *Node) *Node { return Div(sums, BroadcastToShape(n, sums.Shape())) }

// recipe determines the graph of a step. Numeric hyper-parameters are inputs of the
// graph, so that trainings that differ only in them share an executable.
type recipe struct {
	layers int // linear layers
	kind   OptimizerKind
	trials int  // stacked along a leading axis of the state; 0: one, without such an axis
	ragged bool // the last batch of an epoch is not full
	judges bool // an epoch ends with the validation rows
}

// slots is the number of optimizer arrays for each trained weight or bias.
func (r recipe) slots() int {
	if r.kind == Adam {
		return 2
	}
	return 1
}

// hyper are the hyper-parameters of an optimizer: scalars, or vectors with one for each
// trial.
type hyper struct{ rate, momentum, decay *Node }

// times multiplies values by a scalar, or each trial's values by that trial's number.
func times(values, number *Node) *Node {
	for number.Rank() > 0 && number.Rank() < values.Rank() {
		number = InsertAxes(number, -1)
	}
	if number.Rank() > 0 {
		number = BroadcastToShape(number, values.Shape())
	}
	return Mul(values, number)
}

// hyperSize is the number of fields of hyper.
const hyperSize = 3

func hyperOf(nodes []*Node) hyper { return hyper{nodes[0], nodes[1], nodes[2]} }

// part says which rows of a batch count: [rows, 1] of 1 and 0, and their number. nil: all do.
type part struct{ counts, n *Node }

// step takes one step on a batch and returns the new state and the loss before the
// step, √(MSE + ε).
func (r recipe) step(x, y *Node, state []*Node, h hyper, p *part) (next []*Node, loss *Node) {
	params := state[:2*r.layers]
	squares := Square(errorOf(x, y, params, nil))
	mean := over(sumOf(squares), Scalar(x.Graph(), x.DType(), x.Shape().Dimensions[0]))
	if p != nil {
		mean = over(sumOf(Mul(squares, p.counts)), p.n)
	}
	loss = Sqrt(AddScalar(mean, lossEpsilon))
	gradients := Gradient(ReduceAllSum(loss), params...) // trials are independent of each other
	slots := state[2*r.layers:]
	var updated, newSlots []*Node
	switch r.kind {
	case SGD:
		for i, w := range params {
			g := Add(gradients[i], times(w, h.decay))
			v := Add(times(slots[i], h.momentum), g)
			updated = append(updated, Sub(w, times(v, h.rate)))
			newSlots = append(newSlots, v)
		}
	case Adam:
		n := len(params)
		t := AddScalar(slots[2*n], 1)
		var ms, vs []*Node
		for i, w := range params {
			g := Add(gradients[i], times(w, h.decay))
			m := Add(MulScalar(slots[i], adamBeta1), MulScalar(g, 1-adamBeta1))
			v := Add(MulScalar(slots[n+i], adamBeta2), MulScalar(Square(g), 1-adamBeta2))
			mHat := Div(m, OneMinus(Exp(MulScalar(t, math.Log(adamBeta1)))))
			vHat := Div(v, OneMinus(Exp(MulScalar(t, math.Log(adamBeta2)))))
			updated = append(updated, Sub(w, times(Div(mHat, AddScalar(Sqrt(vHat), adamEpsilon)), h.rate)))
			ms, vs = append(ms, m), append(vs, v)
		}
		newSlots = append(append(ms, vs...), t)
	}
	return append(updated, newSlots...), loss
}

// Source: PyTorch's defaults.
const (
	adamBeta1   = 0.9
	adamBeta2   = 0.999
	adamEpsilon = 1e-8
)

// loopSize is the number of inputs of loop before hyper-parameters and state.
const loopSize = 7

// loop takes steps on the device, on batches of rows, a list of indexes into x and y,
// from position at up to but not including end. Inputs: at, end, sum of losses, last
// loss, x, y, rows, hyper-parameters, state. Outputs: sum of losses, last loss, new
// state. The list of rows is as long as all batches; in a ragged last one the rows from end
// on do not count.
//
// GoMLX keeps one node for each constant of a graph, and a node of one function
// can't be used in another; so the main function has none of its own.
func (r recipe) loop(inputs []*Node, batch int) []*Node {
	g := inputs[0].Graph()
	take := func(g *Graph) []*Node {
		nodes := make([]*Node, len(inputs))
		for i, outer := range inputs {
			nodes[i] = Parameter(g, fmt.Sprintf("loop%d", i), outer.Shape())
		}
		return nodes
	}
	more := NewClosure(g, func(g *Graph) []*Node {
		in := take(g)
		return []*Node{LessThan(in[0], in[1])}
	})
	body := NewClosure(g, func(g *Graph) []*Node {
		in := take(g)
		at, end, sum, x, y, rows := in[0], in[1], in[2], in[4], in[5], in[6]
		hypers, state := in[loopSize:loopSize+hyperSize], in[loopSize+hyperSize:]
		picked := DynamicSlice(rows, []*Node{at}, []int{batch})
		var p *part
		if r.ragged {
			p = partOf(at, end, batch)
		}
		next, loss := r.step(gatherRows(x, picked), gatherRows(y, picked), state, hyperOf(hypers), p)
		out := append([]*Node{AddScalar(at, batch), end, Add(sum, loss), loss, x, y, rows}, hypers...)
		return append(out, next...)
	})
	out := While(more, body, inputs...)
	return append([]*Node{out[2], out[3]}, out[loopSize+hyperSize:]...)
}

// partOf is the part of the batch at a position that is before end.
func partOf(at, end *Node, batch int) *part {
	left := Sub(end, at)
	place := Iota(at.Graph(), shapes.Make(dtypes.Int32, batch, 1), 0)
	return &part{
		counts: ConvertDType(LessThan(place, BroadcastToShape(left, place.Shape())), dtypes.Float32),
		n:      ConvertDType(MinScalar(left, batch), dtypes.Float32),
	}
}

// epoch is loop and, if r judges, what judge gives of the new weights: one executable
// for an epoch. Inputs: those of judge before the weights, then those of loop. Outputs:
// those of judge, then those of loop.
func (r recipe) epoch(inputs []*Node, batch int) []*Node {
	if !r.judges {
		return r.loop(inputs, batch)
	}
	out := r.loop(inputs[judgeSize:], batch)
	return append(judge(append(slices.Clone(inputs[:judgeSize]), out[2:2+2*r.layers]...), batch), out...)
}

// gatherRows picks rows of a matrix.
func gatherRows(m, rows *Node) *Node { return Gather(m, InsertAxes(rows, -1)) }

// judgeSize is the number of inputs of judge before weights and biases: x, y and the
// numbers that judgeNumbers gives.
const judgeSize = 6

// judgeNumbers are the constants of judge on that many rows, which are inputs of the graph
// because it may stand behind a loop: 0, ε, the number of rows and that of the last batch.
func judgeNumbers(rows, batch int) []float32 {
	return []float32{0, lossEpsilon, float32(rows), float32(rows - (rows-1)/batch*batch)}
}

// judge returns the RMSE and MAE of the layers on all rows, and the loss on the last
// batch. Sums are of float64: behind a loop, XLA's builder can't sum numbers of a type that
// the loop sums.
func judge(inputs []*Node, batch int) []*Node {
	x, y, zero, epsilon, rows, last := inputs[0], inputs[1], inputs[2], inputs[3], inputs[4], inputs[5]
	e := errorOf(x, y, inputs[judgeSize:], zero)
	n := y.Shape().Dimensions[0]
	ranges := []SliceAxisSpec{AxisRange((n-1)/batch*batch, n)}
	if e.Rank() == 3 {
		ranges = append([]SliceAxisSpec{AxisRange()}, ranges...)
	}
	sum := func(values *Node) *Node {
		return ConvertDType(sumOf(ConvertDType(values, dtypes.Float64)), values.DType())
	}
	tail := over(sum(Square(Slice(e, ranges...))), last)
	return []*Node{
		Sqrt(over(sum(Square(e)), rows)), over(sum(Abs(e)), rows),
		Sqrt(Add(tail, BroadcastToShape(epsilon, tail.Shape()))),
	}
}
