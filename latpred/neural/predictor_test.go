package neural_test

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

func goBackend(t testing.TB) *backend.Backend {
	t.Helper()
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.Go})
	if err != nil {
		t.Fatal(err)
	}
	return be
}

// trained is a small predictor of the first rows of a set.
func trained(t testing.TB) (*neural.Predictor, *dataset.Set) {
	t.Helper()
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(400))
	config := mlp.Config{Layers: []int{0, 30, 1}, Epochs: 2, BatchSize: 32, KeepBest: true,
		Optimizer: mlp.Optimizer{Kind: mlp.Adam, LearningRate: 1e-2}}
	p, _, err := neural.Train(t.Context(), goBackend(t), neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: 5, Config: config})
	if err != nil {
		t.Fatal(err)
	}
	return p, set
}

func TestSaveAndLoad(t *testing.T) {
	p, set := trained(t)
	gpu, err := gpu.ByID("p40")
	if err != nil {
		t.Fatal(err)
	}
	hw := encode.Hardware(encode.OFA128, gpu)
	generalised, err := neural.New(hw, mlp.Init(random.Stream(1, "init"), []int{131, 8, 1}), latpred.Provenance{Note: "untrained"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*neural.Predictor{p, generalised} {
		file := filepath.Join(t.TempDir(), "m.latpred")
		if err := modelfile.Save(file, p); err != nil {
			t.Fatal(err)
		}
		back, err := catalog.Load(t.Context(), file)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back.Provenance(), p.Provenance()) || back.Kind() != "paper" || back.(*neural.Predictor).Encoder().Name() != p.Encoder().Name() {
			t.Errorf("%+v came back as %+v", p.Provenance(), back.Provenance())
		}
		a, b := make([]float64, set.Rows), make([]float64, set.Rows)
		if err := p.PredictMs(a, set.Archs()); err != nil {
			t.Fatal(err)
		}
		if err := back.PredictMs(b, set.Archs()); err != nil || !reflect.DeepEqual(a, b) {
			t.Errorf("a loaded predictor predicts otherwise: %v", err)
		}
		if left, err := filepath.Glob(filepath.Join(filepath.Dir(file), ".*")); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	}
	if from := p.Provenance(); from.Data != "p40-b64" || len(from.DataHash) != 64 || from.Rows != 280 || from.Seed != 5 || from.Backend != "go" || from.Versions["go"] == "" {
		t.Errorf("provenance %+v", from)
	}
}

func TestLoadRefusesFaults(t *testing.T) {
	p, _ := trained(t)
	file := filepath.Join(t.TempDir(), "m.latpred")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-5] ^= 1
	for want, content := range map[string][]byte{
		"no safetensors file":        []byte("nonsense"),
		"m.latpred: ":                good[:len(good)/2],
		"the file is damaged":        flipped,
		"gives: the file is damaged": bytes.Replace(good, []byte("ofa-128"), []byte("ofa-999"), 1),
		"of kind \"papyr\"":          bytes.Replace(good, []byte(`"kind":"paper"`), []byte(`"kind":"papyr"`), 1),
		"format \"latpred 9\"":       bytes.Replace(good, []byte(`latpred 3`), []byte(`latpred 9`), 1),
	} {
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.Load(t.Context(), file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	for n := 0; n < len(good); n += 97 { // cut anywhere: an error, no panic
		if err := os.WriteFile(file, good[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := catalog.Load(t.Context(), file); err == nil {
			t.Fatalf("a file cut to %d of %d bytes was loaded", n, len(good))
		}
	}
}

// TestOnBackend holds the same weights on a backend against plain Go.
func TestOnBackend(t *testing.T) {
	p, set := trained(t)
	on, free, err := p.OnBackend(t.Context(), goBackend(t))
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	want, got := make([]float64, set.Rows), make([]float64, set.Rows)
	if err := errors.Join(p.PredictMs(want, set.Archs()), on.PredictMs(got, set.Archs())); err != nil {
		t.Fatal(err)
	}
	for i, v := range got {
		if math.Abs(v-want[i]) > 1e-4 {
			t.Fatalf("row %d is %v, want %v", i, v, want[i])
		}
	}
}

// Of a network of four layers each transfer trains those that it says.
func TestFineTune(t *testing.T) {
	start := mlp.Init(random.Stream(4, "init"), []int{encode.OFA128.Width(), 12, 10, 8, 1})
	source, err := neural.New(encode.OFA128, start, latpred.Provenance{Device: "somewhere"})
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(300))
	config := neural.PublishedFineTuning()
	config.Epochs, config.KeepBest = 3, true
	config.Optimizer.LearningRate = 1e-3
	job := neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: 1, Config: config}
	for transfer, frozen := range map[neural.Transfer]int{ // layers that stay the source's
		neural.LastLayer: 3, neural.Published: 3, neural.FreezeTwo: 2, neural.AllLayers: 0, neural.Scratch: 0,
	} {
		m, result, err := neural.FineTune(t.Context(), goBackend(t), source, transfer, job)
		if err != nil {
			t.Fatal(err)
		}
		for layer := range 4 {
			weights := slices.Equal(m.Params().Weights[layer], start.Weights[layer])
			biases := slices.Equal(m.Params().Biases[layer], start.Biases[layer])
			if kept := layer < frozen; weights != kept || biases != kept {
				t.Errorf("%s: layer %d kept: weights %v, biases %v, want %v", transfer, layer, weights, biases, kept)
			}
		}
		if from := m.Provenance(); from.Device != set.Device || from.Rows != 210 || !strings.Contains(from.Note, string(transfer)) ||
			!strings.Contains(from.Note, "somewhere") || from.Recipe["learning_rate"] != "0.001" || len(result.History) != 3 {
			t.Errorf("%s: %+v", transfer, from)
		}
	}
	if _, _, err := neural.FineTune(t.Context(), goBackend(t), source, "half", job); err == nil || !strings.Contains(err.Error(), "last-layer") {
		t.Errorf("%v, want the transfers there are", err)
	}
	if job.Set, err = dataset.Open("help-rtx2080ti-b64"); err != nil {
		t.Fatal(err)
	}
	job.Split = job.Set.SplitFileOrder()
	for _, transfer := range []neural.Transfer{neural.LastLayer, neural.Published} {
		if _, _, err := neural.FineTune(t.Context(), goBackend(t), source, transfer, job); err == nil || !strings.Contains(err.Error(), job.Set.Encoding) {
			t.Errorf("%s: %v, want that the encodings differ", transfer, err)
		}
	}
}

// What is trained from does matter: frozen layers are the source's, a fresh last layer is
// drawn with the seed, and all layers start from the source's weights.
func TestFineTuneStarts(t *testing.T) {
	start := mlp.Init(random.Stream(4, "init"), []int{encode.OFA128.Width(), 12, 10, 8, 1})
	source, err := neural.New(encode.OFA128, start, latpred.Provenance{})
	if err != nil {
		t.Fatal(err)
	}
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seqTo(60))
	config := neural.PublishedFineTuning()
	config.Epochs, config.Optimizer = 1, mlp.Optimizer{Kind: mlp.SGD, LearningRate: 1e-9} // weights stay where they start
	fresh := mlp.Init(random.Stream(7, "init"), start.Layers)
	for transfer, want := range map[neural.Transfer]*mlp.Params{neural.LastLayer: fresh, neural.Scratch: fresh, neural.AllLayers: start, neural.FreezeTwo: start} {
		m, _, err := neural.FineTune(t.Context(), goBackend(t), source, transfer, neural.Job{Set: set, Split: set.SplitFileOrder(), Seed: 7, Config: config})
		if err != nil {
			t.Fatal(err)
		}
		if !near(m.Params().Weights[3], want.Weights[3]) {
			t.Errorf("%s: the last layer does not start where it should", transfer)
		}
		if ofSource := near(m.Params().Weights[0], start.Weights[0]); ofSource == (transfer == neural.Scratch) {
			t.Errorf("%s: the first layer starts from the source's: %v", transfer, ofSource)
		}
	}
}

// near reports whether weights differ by less than a millionth.
func near(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(a, b float32) bool { return math.Abs(float64(a-b)) < 1e-6 })
}

func seqTo(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
