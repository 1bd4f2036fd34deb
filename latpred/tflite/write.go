package tflite

import (
	"encoding/binary"
	"io"
	"math"
	"slices"

	flatbuffers "github.com/google/flatbuffers/go"
)

// opcode is an operation of the format: its number, the number of the table of its
// options and how many fields that table has, and the operation's version. All are those
// of the schema of TensorFlow Lite, version 3.
type opcode struct {
	builtin, options byte
	fields           int
	version          int32
}

var (
	opAdd            = opcode{0, 11, 2, 1}
	opAveragePool    = opcode{1, 5, 6, 1}
	opConv           = opcode{3, 1, 7, 1}
	opDepthwise      = opcode{4, 2, 7, 1}
	opFullyConnected = opcode{9, 8, 6, 1}
	opMul            = opcode{18, 21, 1, 1}
	opReLU           = opcode{19, 0, 0, 1}
	opReLU6          = opcode{21, 0, 0, 1}
	opReshape        = opcode{22, 17, 1, 1}
	opPad            = opcode{34, 22, 0, 1}
	opTranspose      = opcode{39, 26, 0, 1}
	opMean           = opcode{40, 27, 1, 1}
	opHardSwish      = opcode{117, 91, 0, 1}
)

// field is a field of a table: int8, int32, uint32, bool or an offset.
type field struct {
	slot  int
	value any
}

const (
	schemaVersion = 3
	identifier    = "TFL3"
	typeInt32     = int8(2)
	alignment     = 16 // of constants, so that they are used where they lie
)

// Write writes the graph as a file. Equal graphs give equal bytes. A file can't be larger
// than 2 GiB, which is far above any network here.
func (g *Graph) Write(w io.Writer) error {
	b := flatbuffers.NewBuilder(1 << 20)
	// Buffer 0 is empty, by the format's rule, and stands for values that are computed.
	buffers := []flatbuffers.UOffsetT{table(b, 3)}
	var tensors []flatbuffers.UOffsetT
	for _, t := range g.tensors {
		fields := []field{{0, vector(b, int32s(t.dims))}}
		if t.ints {
			fields = append(fields, field{1, typeInt32})
		}
		if t.data != nil {
			data := constant(b, t.data)
			buffers = append(buffers, table(b, 3, field{0, data}))
			fields = append(fields, field{2, uint32(len(buffers) - 1)})
		}
		fields = append(fields, field{3, b.CreateString(t.name)})
		tensors = append(tensors, table(b, 11, fields...))
	}
	var codes []opcode
	var operators []flatbuffers.UOffsetT
	for _, o := range g.operators {
		at := slices.Index(codes, o.code)
		if at < 0 {
			at = len(codes)
			codes = append(codes, o.code)
		}
		fields := []field{{0, uint32(at)}, {1, vector(b, values(o.inputs))}, {2, vector(b, []int32{int32(o.output)})}}
		if o.code.options != 0 {
			fields = append(fields, field{3, o.code.options}, field{4, table(b, o.code.fields, o.options...)})
		}
		operators = append(operators, table(b, 14, fields...))
	}
	sub := table(b, 6, field{0, offsets(b, tensors)}, field{1, vector(b, values(g.inputs))}, field{2, vector(b, values(g.outputs))},
		field{3, offsets(b, operators)}, field{4, b.CreateString("main")})
	var ops []flatbuffers.UOffsetT
	for _, c := range codes {
		ops = append(ops, table(b, 4, field{0, int8(c.builtin)}, field{2, c.version}, field{3, int32(c.builtin)}))
	}
	b.FinishWithFileIdentifier(table(b, 10, field{0, uint32(schemaVersion)}, field{1, offsets(b, ops)}, field{2, offsets(b, []flatbuffers.UOffsetT{sub})},
		field{3, b.CreateString(g.description)}, field{4, offsets(b, buffers)}), []byte(identifier))
	_, err := w.Write(b.FinishedBytes())
	return err
}

// table writes a table of n fields, of which those given are set. Defaults are written
// too, so that nothing depends on them.
func table(b *flatbuffers.Builder, n int, fields ...field) flatbuffers.UOffsetT {
	b.StartObject(n)
	for _, f := range fields {
		switch v := f.value.(type) {
		case int8:
			b.PrependInt8(v)
		case byte:
			b.PrependByte(v)
		case bool:
			b.PrependBool(v)
		case int32:
			b.PrependInt32(v)
		case uint32:
			b.PrependUint32(v)
		case flatbuffers.UOffsetT:
			b.PrependUOffsetT(v)
		default:
			panic("tflite: a field of an unknown type")
		}
		b.Slot(f.slot)
	}
	return b.EndObject()
}

func vector(b *flatbuffers.Builder, list []int32) flatbuffers.UOffsetT {
	b.StartVector(4, len(list), 4)
	for _, v := range slices.Backward(list) {
		b.PrependInt32(v)
	}
	return b.EndVector(len(list))
}

func offsets(b *flatbuffers.Builder, list []flatbuffers.UOffsetT) flatbuffers.UOffsetT {
	b.StartVector(4, len(list), 4)
	for _, v := range slices.Backward(list) {
		b.PrependUOffsetT(v)
	}
	return b.EndVector(len(list))
}

// constant writes the bytes of a constant.
func constant(b *flatbuffers.Builder, data []byte) flatbuffers.UOffsetT {
	b.StartVector(1, len(data), alignment)
	for _, v := range slices.Backward(data) {
		b.PlaceByte(v)
	}
	return b.EndVector(len(data))
}

func values(list []Value) []int32 {
	out := make([]int32, len(list))
	for i, v := range list {
		out[i] = int32(v)
	}
	return out
}

func floatBytes(values []float32) []byte {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, math.Float32bits(v))
	}
	return data
}

func intBytes(values []int32) []byte {
	data := make([]byte, 0, 4*len(values))
	for _, v := range values {
		data = binary.LittleEndian.AppendUint32(data, uint32(v))
	}
	return data
}
