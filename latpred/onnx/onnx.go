// Package onnx writes ONNX files: graphs that other runtimes load, onnxruntime,
// TensorRT and those of phones among them.
//
//  1. A Graph is put together from inputs (Input), constants (Floats, Ints) and
//     operations (Node), each of which is a name that others take.
//  2. Output says what the graph gives, and Write writes it.
//
// Operations are those of operator sets 17 and ai.onnx.ml 3 (ONNX 1.12); what they take
// is not checked here but by whoever loads the file.
package onnx

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/gomlx/compute-onnx/support/protos"
	"google.golang.org/protobuf/proto"
)

// irVersion is ONNX 1.12's, and so are the operator sets, by domain.
const irVersion = 8

var opsets = map[string]int64{"": 17, "ai.onnx.ml": 3}

// Types of numbers, for the operation Cast.
const (
	Float  = int(protos.TensorProto_FLOAT)  // float32
	Double = int(protos.TensorProto_DOUBLE) // float64
)

// Graph is a graph in the making. A mistake of the program that makes it panics.
type Graph struct {
	proto    *protos.GraphProto
	names    int
	domains  map[string]bool // of the operations
	metadata map[string]string
}

// Value is what an input, a constant or an operation gives: its name in the file. ""
// stands for an optional input that is left out.
type Value string

// New begins a graph. Metadata are stored with it, for people and programs.
func New(name string, metadata map[string]string) *Graph {
	return &Graph{proto: &protos.GraphProto{Name: name}, domains: map[string]bool{"": true}, metadata: metadata}
}

// Input adds an input of float32. A dimension below 0 is open: a batch.
func (g *Graph) Input(name string, dims ...int) Value {
	g.proto.Input = append(g.proto.Input, info(name, dims))
	return Value(name)
}

// Output names a value as an output of the graph; dims are as in Input.
func (g *Graph) Output(name string, v Value, dims ...int) {
	g.proto.Node = append(g.proto.Node, &protos.NodeProto{OpType: "Identity", Input: []string{string(v)}, Output: []string{name}})
	g.proto.Output = append(g.proto.Output, info(name, dims))
}

func info(name string, dims []int) *protos.ValueInfoProto {
	shape := &protos.TensorShapeProto{}
	for _, d := range dims {
		dim := &protos.TensorShapeProto_Dimension{Value: &protos.TensorShapeProto_Dimension_DimValue{DimValue: int64(d)}}
		if d < 0 {
			dim.Value = &protos.TensorShapeProto_Dimension_DimParam{DimParam: "batch"}
		}
		shape.Dim = append(shape.Dim, dim)
	}
	return &protos.ValueInfoProto{Name: name, Type: &protos.TypeProto{Value: &protos.TypeProto_TensorType{
		TensorType: &protos.TypeProto_Tensor{ElemType: int32(protos.TensorProto_FLOAT), Shape: shape},
	}}}
}

// Floats adds a constant, row-major; no dims: a scalar.
func (g *Graph) Floats(values []float32, dims ...int) Value {
	return g.constant(len(values), dims, &protos.TensorProto{DataType: int32(protos.TensorProto_FLOAT), FloatData: values})
}

// Doubles adds a constant of float64, row-major; no dims: a scalar.
func (g *Graph) Doubles(values []float64, dims ...int) Value {
	return g.constant(len(values), dims, &protos.TensorProto{DataType: int32(protos.TensorProto_DOUBLE), DoubleData: values})
}

// Ints adds a constant of int64, row-major.
func (g *Graph) Ints(values []int64, dims ...int) Value {
	return g.constant(len(values), dims, &protos.TensorProto{DataType: int32(protos.TensorProto_INT64), Int64Data: values})
}

func (g *Graph) constant(n int, dims []int, t *protos.TensorProto) Value {
	size := 1
	for _, d := range dims {
		size *= d
		t.Dims = append(t.Dims, int64(d))
	}
	if size != n {
		panic(fmt.Sprintf("onnx: %d values for dimensions %v", n, dims))
	}
	t.Name = g.name()
	g.proto.Initializer = append(g.proto.Initializer, t)
	return Value(t.Name)
}

func (g *Graph) name() string {
	g.names++
	return fmt.Sprintf("v%d", g.names)
}

// Attributes of an operation, by name: int, float64, string, []int, []string, or
// []float64, which is a tensor of doubles.
type Attributes map[string]any

// Node adds an operation with one output. What is before the last dot of its name is
// its domain: "Relu" is ONNX's own, "ai.onnx.ml.TreeEnsembleRegressor" one of the
// operations for classical learning, which onnxruntime has and TensorRT has not.
func (g *Graph) Node(op string, attributes Attributes, inputs ...Value) Value {
	n := &protos.NodeProto{OpType: op, Output: []string{g.name()}}
	if dot := strings.LastIndexByte(op, '.'); dot >= 0 {
		n.Domain, n.OpType = op[:dot], op[dot+1:]
		if opsets[n.Domain] == 0 {
			panic(fmt.Sprintf("onnx: no operator set of domain %q", n.Domain))
		}
		g.domains[n.Domain] = true
	}
	for _, in := range inputs {
		n.Input = append(n.Input, string(in))
	}
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		n.Attribute = append(n.Attribute, attribute(name, attributes[name]))
	}
	g.proto.Node = append(g.proto.Node, n)
	return Value(n.Output[0])
}

func attribute(name string, value any) *protos.AttributeProto {
	a := &protos.AttributeProto{Name: name}
	switch v := value.(type) {
	case int:
		a.Type, a.I = protos.AttributeProto_INT, int64(v)
	case float64:
		a.Type, a.F = protos.AttributeProto_FLOAT, float32(v)
	case string:
		a.Type, a.S = protos.AttributeProto_STRING, []byte(v)
	case []int:
		a.Type = protos.AttributeProto_INTS
		for _, i := range v {
			a.Ints = append(a.Ints, int64(i))
		}
	case []string:
		a.Type = protos.AttributeProto_STRINGS
		for _, s := range v {
			a.Strings = append(a.Strings, []byte(s))
		}
	case []float64:
		a.Type = protos.AttributeProto_TENSOR
		a.T = &protos.TensorProto{Name: name, DataType: int32(protos.TensorProto_DOUBLE), Dims: []int64{int64(len(v))}, DoubleData: v}
	default:
		panic(fmt.Sprintf("onnx: attribute %s of type %T", name, value))
	}
	return a
}

// Write writes the file; equal graphs give equal bytes.
func (g *Graph) Write(w io.Writer) error {
	m := &protos.ModelProto{
		IrVersion: irVersion, ProducerName: "ofalat", Graph: g.proto,
	}
	for _, domain := range slices.Sorted(maps.Keys(g.domains)) {
		m.OpsetImport = append(m.OpsetImport, &protos.OperatorSetIdProto{Domain: domain, Version: opsets[domain]})
	}
	for _, key := range slices.Sorted(maps.Keys(g.metadata)) {
		m.MetadataProps = append(m.MetadataProps, &protos.StringStringEntryProto{Key: key, Value: g.metadata[key]})
	}
	text, err := proto.MarshalOptions{Deterministic: true}.Marshal(m)
	if err != nil {
		return fmt.Errorf("onnx: %w", err)
	}
	_, err = w.Write(text)
	return err
}
