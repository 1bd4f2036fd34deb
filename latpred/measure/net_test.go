package measure_test

import (
	"encoding/json"
	"math"
	"os"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// reference is testdata/reference.json: outputs of networks by onnxruntime, made
// by reference.py.
type reference struct {
	MadeBy string `json:"made_by"`
	Cases  []struct {
		Space  string
		Arch   space.Arch
		Layers []struct {
			Dims      []int
			Mean, RMS float64
			At        []int
			Values    []float64
		}
	}
}

func readReference(t testing.TB) (ref reference) {
	t.Helper()
	text, err := os.ReadFile("testdata/reference.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &ref); err != nil {
		t.Fatal(err)
	}
	if len(ref.Cases) != 5 {
		t.Fatalf("%d cases", len(ref.Cases))
	}
	return ref
}

// open gives the CPU plugin with one thread, or skips.
func open(t testing.TB) *backend.Backend {
	t.Helper()
	be, err := backend.Open(t.Context(), backend.Options{Kind: backend.CPU, Threads: 1})
	if err != nil {
		t.Skipf("needs a PJRT plugin: %v", err)
	}
	return be
}

// Every layer of every kind of network, in all formulations, gives what another
// implementation gives.
func TestLayersMatchReference(t *testing.T) {
	be := open(t)
	for _, f := range measure.Formulations() {
		r, err := measure.NewRunner(be, measure.Options{Formulation: f})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range readReference(t).Cases {
			s := spacetest.ByID(t, c.Space)
			layers := s.Layers(c.Arch)
			outputs, err := r.Outputs(s, c.Arch)
			if err != nil {
				t.Fatal(err)
			}
			if len(outputs) != len(c.Layers) || len(layers) != len(c.Layers) {
				t.Fatalf("%s: %d outputs of %d layers, want %d", c.Space, len(outputs), len(layers), len(c.Layers))
			}
			for i, want := range c.Layers {
				l := layers[i]
				if want.Dims[1] != l.OutSize || want.Dims[3] != l.Out || len(outputs[i]) != l.OutSize*l.OutSize*l.Out {
					t.Errorf("%s layer %d (%s): %d numbers; space says %d×%d×%d, the reference %v", c.Space, i, l.Kind,
						len(outputs[i]), l.OutSize, l.OutSize, l.Out, want.Dims)
					continue
				}
				var sum, squares float64
				for _, v := range outputs[i] {
					sum += float64(v)
					squares += float64(v) * float64(v)
				}
				n := float64(len(outputs[i]))
				tolerance := 2e-4 * want.RMS
				near := func(what string, got, want float64) {
					if !(math.Abs(got-want) <= tolerance) {
						t.Errorf("%s %s layer %d (%s): %s is %v, want %v", f, c.Space, i, l.Kind, what, got, want)
					}
				}
				near("mean", sum/n, want.Mean)
				near("rms", math.Sqrt(squares/n), want.RMS)
				for j, at := range want.At {
					near("a value", float64(outputs[i][at]), want.Values[j])
				}
			}
		}
		r.Close()
	}
}

// With bfloat16 the outputs of a whole network are those of float32 to the precision of that
// format, and labels say so.
func TestHalfPrecision(t *testing.T) {
	be := open(t)
	s := spacetest.ByID(t, "mbv3-w1.0")
	a := s.Smallest()
	a.Resolution = 128
	var last [2][]float32
	for i, p := range []measure.Precision{measure.F32, measure.BF16} {
		r, err := measure.NewRunner(be, measure.Options{Precision: p})
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		outputs, err := r.Outputs(s, a)
		if err != nil {
			t.Fatal(err)
		}
		last[i] = outputs[len(outputs)-1]
		if id, want := r.Device(s, "here", measure.Config{}).Header.Device, "here-xla-cpu-"+string(p)+"-b1-t1-dot"; id != want {
			t.Errorf("device %s, want %s", id, want)
		}
	}
	var difference, size float64
	for i, want := range last[0] {
		difference += math.Pow(float64(last[1][i]-want), 2)
		size += math.Pow(float64(want), 2)
	}
	if ratio := math.Sqrt(difference / size); !(ratio > 1e-4 && ratio < .1) {
		t.Errorf("outputs differ by %v of their size, want about 2⁻⁸ of it for each of 60 layers", ratio)
	}
	if _, err := measure.NewRunner(be, measure.Options{Precision: measure.TF32}); err == nil {
		t.Error("TF32 on a processor")
	}
}
