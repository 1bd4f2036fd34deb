// Package onnx writes ONNX files: graphs that other runtimes load, such as onnxruntime,
// TensorRT and those of phones.
//
//  1. A Graph is built from inputs (Input), constants (Floats, Doubles, Ints) and
//     operations (Node). Each gives a Value, which other operations take.
//  2. Output names the results, and Write writes the file.
//
// Operations are those of operator sets 17 and ai.onnx.ml 3 (ONNX 1.12). Their inputs and
// attributes are checked by the runtime that loads the file, not here.
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

// irVersion, and the operator sets by domain, are those of ONNX 1.12.
const irVersion = 8

var opsets = map[string]int64{"": 17, "ai.onnx.ml": 3}

// Element types, for the operation Cast.
const (
	Float  = int(protos.TensorProto_FLOAT)  // float32
	Double = int(protos.TensorProto_DOUBLE) // float64
	Int64  = int(protos.TensorProto_INT64)  // int64
)

// Graph is a graph under construction. Its methods panic on a programmer's mistake, and
// are not safe for concurrent use.
type Graph struct {
	proto    *protos.GraphProto
	names    int
	domains  map[string]bool // domains of the operations used
	metadata map[string]string
}

// Value is an input, a constant or the result of an operation: its name in the file. ""
// stands for an optional input of an operation that is omitted.
type Value string

// New begins a graph. The file contains metadata as text by key; it may be nil.
func New(name string, metadata map[string]string) *Graph {
	return &Graph{proto: &protos.GraphProto{Name: name}, domains: map[string]bool{"": true}, metadata: metadata}
}

// Input adds a float32 input. A dimension below 0 is not fixed: the batch.
func (g *Graph) Input(name string, dims ...int) Value {
	g.proto.Input = append(g.proto.Input, info(name, dims))
	return Value(name)
}

// Output makes v, which must be float32, an output of the graph; dims are as in Input.
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

// Floats adds a float32 constant, row-major; no dims: a scalar. It panics if the product
// of dims is not the number of values.
func (g *Graph) Floats(values []float32, dims ...int) Value {
	return g.constant(len(values), dims, &protos.TensorProto{DataType: int32(protos.TensorProto_FLOAT), FloatData: values})
}

// Doubles is Floats for float64.
func (g *Graph) Doubles(values []float64, dims ...int) Value {
	return g.constant(len(values), dims, &protos.TensorProto{DataType: int32(protos.TensorProto_DOUBLE), DoubleData: values})
}

// Ints is Floats for int64.
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

// Attributes are the attributes of an operation, by name. Values are int, float64 (written
// as float32), string, []int, []string, or []float64, which is written as a tensor of
// float64.
type Attributes map[string]any

// Node adds an operation with one output, which it returns. The part of op before the last
// dot is its domain: "Relu" is ONNX's own, "ai.onnx.ml.TreeEnsembleRegressor" belongs to
// the operations for classical machine learning, which onnxruntime supports and TensorRT
// does not. It panics for other domains and for attributes of other types.
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

// Write writes the graph as an ONNX file. Equal graphs give equal bytes.
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
