package tflite

import (
	"bytes"
	"encoding/binary"
	"testing"

	flatbuffers "github.com/google/flatbuffers/go"
)

// The format's own padding stands for ours exactly where both put the same zeros before
// the image: out = ⌈in/stride⌉, and half of what the windows need, rounded down.
func TestSamePadding(t *testing.T) {
	for _, c := range []struct {
		w    Window
		in   int
		same bool
		out  int
	}{
		{Window{3, 1, 1}, 14, true, 14},
		{Window{7, 1, 3}, 7, true, 7},
		{Window{1, 1, 0}, 7, true, 7},
		{Window{3, 2, 1}, 15, true, 8},     // odd: one zero on each side
		{Window{3, 2, 1}, 14, false, 7},    // even: the format has none before the image
		{Window{5, 2, 2}, 14, false, 7},    // even: one before, two behind
		{Window{5, 2, 2}, 15, true, 8},     //
		{Window{1, 2, 0}, 14, true, 7},     // nothing is padded
		{Window{2, 2, 0}, 14, true, 7},     //
		{Window{3, 2, 0}, 15, false, 7},    // no padding at all is another kind
		{Window{3, 1, 0}, 14, false, 12},   //
		{Window{7, 2, 3}, 224, false, 112}, //
	} {
		if got := c.w.same(c.in); got != c.same || c.w.size(c.in) != c.out {
			t.Errorf("%+v of %d pixels: same %v, %d out; want %v, %d", c.w, c.in, got, c.w.size(c.in), c.same, c.out)
		}
	}
}

// Constants lie at multiples of 16 bytes, as LiteRT wants them, and equal graphs give
// equal files.
func TestWrite(t *testing.T) {
	write := func() []byte {
		g := New("test")
		x := g.Input("image", 1, 2, 2, 3)
		g.Floats([]float32{7}, 1) // shifts what follows
		y := g.Add(x, g.Floats([]float32{1.5, 2.5, 3.5}, 1, 1, 1, 3), None)
		g.Output("sum", g.Reshape(y, 1, 12))
		var b bytes.Buffer
		if err := g.Write(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	file := write()
	if !bytes.Equal(file, write()) {
		t.Error("two files of one graph differ")
	}
	if !flatbuffers.BufferHasIdentifier(file, identifier) {
		t.Errorf("the file begins with %q", file[:8])
	}
	for _, values := range [][]float32{{7}, {1.5, 2.5, 3.5}} {
		want := floatBytes(values)
		vector := append(binary.LittleEndian.AppendUint32(nil, uint32(len(want))), want...)
		if at := bytes.Index(file, vector); at < 0 || (at+4)%alignment != 0 {
			t.Errorf("%v lies at %d", values, at+4)
		}
	}
}

func TestMistakesPanic(t *testing.T) {
	for name, mistake := range map[string]func(g *Graph, x Value){
		"values":  func(g *Graph, x Value) { g.Floats([]float32{1}, 2) },
		"reshape": func(g *Graph, x Value) { g.Reshape(x, 5) },
		"kernel":  func(g *Graph, x Value) { g.Conv(x, g.Floats(make([]float32, 3), 1, 1, 1, 3), x, Window{3, 1, 1}, None) },
		"channels": func(g *Graph, x Value) {
			g.Depthwise(x, g.Floats(make([]float32, 2), 1, 1, 1, 2), x, Window{1, 1, 0}, None)
		},
		"a padding": func(g *Graph, x Value) { g.AveragePool(x, Window{3, 2, 1}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: a mistake was taken", name)
				}
			}()
			g := New("")
			mistake(g, g.Input("x", 1, 4, 4, 3))
		}()
	}
}
