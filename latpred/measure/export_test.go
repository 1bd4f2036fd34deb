package measure

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/onnx/onnxtest"
	"github.com/ofalat/ofalat/latpred/space"
)

var exported = map[string]string{
	"mbv3-w1.0":      "r140 d24323 k35-7353-753-57-335 e34-6346-463-64-346",
	"proxyless-w1.3": "r132 d232421 k35-753-37-5357-73-5 e34-664-36-4346-64-3",
	// FBNet-A's operations, and a cell with every operation.
	"fbnet-cifar100": "fbnet r32 skip k3_e3-k3_e1-skip-skip k5_e6-k3_e3-k5_e1-k3_e3 k5_e6-k5_e3-k5_e1_g2-k5_e6 k3_e6-k5_e1_g2-k5_e3-k3_e1_g2 k5_e6-k5_e6-k5_e3-k5_e6 k5_e6",
	"nasbench201":    "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|",
}

func openCPU(t *testing.T) *backend.Backend {
	t.Helper()
	be, err := backend.Open(t.Context(), backend.Options{Kind: backend.CPU, Threads: 1})
	if err != nil {
		t.Skipf("needs a PJRT plugin: %v", err)
	}
	return be
}

// A network that is written gives in onnxruntime what it gives here.
func TestONNXGivesEqualOutputs(t *testing.T) {
	be := openCPU(t)
	for id, text := range exported {
		s := mustSpace(t, id)
		a := space.MustParse(text)
		var b bytes.Buffer
		if err := WriteONNX(&b, s, a, 1); err != nil {
			t.Fatal(err)
		}
		in := image(1, a.Resolution)
		pixels := a.Resolution * a.Resolution
		planes := make([]float32, len(in.values)) // batch, channel, height, width
		for i, v := range in.values {
			planes[i%3*pixels+i/3] = v
		}
		r := fmt.Sprint(a.Resolution)
		got := onnxtest.Run(t, b.Bytes(), planes, "1", "3", r, r)
		runner, err := NewRunner(be, Options{})
		if err != nil {
			t.Fatal(err)
		}
		outputs, err := runner.Outputs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		runner.Close()
		want := outputs[len(outputs)-1]
		if len(got) != len(want) {
			t.Fatalf("%s: %d outputs, want %d", id, len(got), len(want))
		}
		if layers := s.Layers(a); len(got) != layers[len(layers)-1].Out {
			t.Errorf("%s: %d outputs, want one for each class", id, len(got))
		}
		for i := range got {
			if math.Abs(float64(got[i]-want[i])) > 1e-5 {
				t.Fatalf("%s: output %d is %v, here %v", id, i, got[i], want[i])
			}
		}
	}
}

func TestStableHLO(t *testing.T) {
	be := openCPU(t)
	s := mustSpace(t, "mbv3-w1.0")
	runner, err := NewRunner(be, Options{Formulation: Convolutions})
	if err != nil {
		t.Fatal(err)
	}
	defer runner.Close()
	program, err := runner.StableHLO(s, space.MustParse(exported["mbv3-w1.0"]))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"module @", "tensor<1x140x140x3xf32>", "stablehlo.convolution", "tensor<1x1x1x1000xf32>"} {
		if !strings.Contains(program, want) {
			t.Errorf("the program has no %s:\n%.2000s", want, program)
		}
	}
	if !strings.HasSuffix(program, "}\n") || strings.Contains(program, "executable.go") {
		t.Errorf("the program ends with …%s", program[max(0, len(program)-200):])
	}
	if err := WriteONNX(&bytes.Buffer{}, s, space.MustParse(exported["proxyless-w1.3"]), 1); err == nil {
		t.Error("a network of another space was written")
	}
}

// ring is a space with a layer that nobody knows.
type ring struct{}

func (ring) Layers(space.Arch) []space.Layer { return []space.Layer{{Kind: "ring", In: 3, Out: 3}} }

func TestUnknownLayersAreRefused(t *testing.T) {
	s := *mustSpace(t, "fbnet-cifar100")
	s.Macro = ring{}
	if err := WriteONNX(&bytes.Buffer{}, &s, s.Uniform(32, 0), 1); err == nil || !strings.Contains(err.Error(), `kind "ring"`) {
		t.Errorf("ONNX: %v", err)
	}
	if err := WriteTFLite(&bytes.Buffer{}, &s, s.Uniform(32, 0), 1); err == nil || !strings.Contains(err.Error(), `kind "ring"`) {
		t.Errorf("TFLite: %v", err)
	}
	if err := WriteJSON(&bytes.Buffer{}, &s, s.Uniform(32, 0), 1); err == nil || !strings.Contains(err.Error(), `kind "ring"`) {
		t.Errorf("JSON: %v", err)
	}
}

// Every family can be written as TFLite; package runner runs what is written.
func TestWriteTFLite(t *testing.T) {
	for id, text := range exported {
		var b bytes.Buffer
		if err := WriteTFLite(&b, mustSpace(t, id), space.MustParse(text), 2); err != nil || string(b.Bytes()[4:8]) != "TFL3" {
			t.Errorf("%s: %v, %d bytes", id, err, b.Len())
		}
	}
	if err := WriteTFLite(&bytes.Buffer{}, mustSpace(t, "mbv3-w1.0"), space.MustParse(exported["proxyless-w1.3"]), 1); err == nil {
		t.Error("a network of another space was written")
	}
}

// Planes puts the channels of each image behind each other.
func TestPlanes(t *testing.T) {
	images := []float32{1, 10, 100, 2, 20, 200, 3, 30, 300, 4, 40, 400, -1, -10, -100, -2, -20, -200, -3, -30, -300, -4, -40, -400}
	want := []float32{1, 2, 3, 4, 10, 20, 30, 40, 100, 200, 300, 400, -1, -2, -3, -4, -10, -20, -30, -40, -100, -200, -300, -400}
	if got := Planes(images, 2); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
