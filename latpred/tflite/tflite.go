// Package tflite writes TensorFlow Lite files: graphs that LiteRT and TensorFlow Lite load,
// on phones and elsewhere.
//
//  1. A Graph is built from inputs (Input), constants (Floats, Ints) and operations (Conv,
//     Add and so on). Each gives a Value, which other operations take. Images are NHWC.
//  2. Output names the results, and Write writes the file.
//
// Operations are those that LiteRT's delegate for processors, XNNPACK, takes over, in the
// versions of TensorFlow 2.6. Shapes are followed here, since a file holds the shape of
// each value; a mistake in them panics.
package tflite

import (
	"fmt"
	"slices"
)

// Value is an input, a constant or the result of an operation: its index in the file.
type Value int

// Activation is what an operation applies to its result itself.
type Activation int8

// The activations that operations can be fused with.
const (
	None  Activation = 0
	ReLU  Activation = 1
	ReLU6 Activation = 3
)

// Graph is a graph under construction. Its methods panic on a programmer's mistake, and
// are not safe for concurrent use.
type Graph struct {
	description string
	tensors     []tensor
	operators   []operator
	inputs      []Value
	outputs     []Value
}

// tensor is a value: float32, or int32 where ints is set. A constant has data.
type tensor struct {
	name string
	dims []int
	data []byte // little endian; nil: computed
	ints bool
}

// operator is one operation with one output.
type operator struct {
	code    opcode
	inputs  []Value
	output  Value
	options []field
}

// New begins a graph. description is kept in the file for people.
func New(description string) *Graph { return &Graph{description: description} }

func (g *Graph) add(t tensor) Value {
	if t.name == "" {
		t.name = fmt.Sprintf("v%d", len(g.tensors))
	}
	g.tensors = append(g.tensors, t)
	return Value(len(g.tensors) - 1)
}

// Dims gives the dimensions of a value.
func (g *Graph) Dims(v Value) []int { return g.tensors[v].dims }

// Input adds a float32 input.
func (g *Graph) Input(name string, dims ...int) Value {
	v := g.add(tensor{name: name, dims: dims})
	g.inputs = append(g.inputs, v)
	return v
}

// Output makes v, which must be the result of an operation, an output of that name.
func (g *Graph) Output(name string, v Value) {
	g.tensors[v].name = name
	g.outputs = append(g.outputs, v)
}

// Floats adds a float32 constant, row-major; no dims: a scalar. It panics if the product
// of dims is not the number of values.
func (g *Graph) Floats(values []float32, dims ...int) Value {
	checkSize(len(values), dims)
	return g.add(tensor{dims: dims, data: floatBytes(values)})
}

// Ints is Floats for int32.
func (g *Graph) Ints(values []int32, dims ...int) Value {
	checkSize(len(values), dims)
	return g.add(tensor{dims: dims, data: intBytes(values), ints: true})
}

func checkSize(n int, dims []int) {
	if size := product(dims); size != n {
		panic(fmt.Sprintf("tflite: %d values for dimensions %v", n, dims))
	}
}

func product(dims []int) int {
	n := 1
	for _, d := range dims {
		n *= d
	}
	return n
}

// apply adds an operation with a result of the given dimensions.
func (g *Graph) apply(code opcode, options []field, dims []int, inputs ...Value) Value {
	v := g.add(tensor{dims: slices.Clone(dims)})
	g.operators = append(g.operators, operator{code, inputs, v, options})
	return v
}
