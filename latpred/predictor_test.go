package latpred_test

import (
	"bytes"
	"context"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
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
func trained(t testing.TB) (*latpred.MLP, *dataset.Set) {
	t.Helper()
	set, err := dataset.Open("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seq(400))
	config := mlp.Config{Layers: []int{0, 30, 1}, Epochs: 2, BatchSize: 32, KeepBest: true,
		Optimizer: mlp.Optimizer{Kind: mlp.Adam, LearningRate: 1e-2}}
	p, _, err := latpred.Train(t.Context(), goBackend(t), 5, set, set.SplitFileOrder(), config, nil)
	if err != nil {
		t.Fatal(err)
	}
	return p, set
}

func TestSaveAndLoad(t *testing.T) {
	p, set := trained(t)
	gpu, err := dataset.GPU("p40")
	if err != nil {
		t.Fatal(err)
	}
	hw := encode.Hardware(encode.OFA128, gpu)
	generalised, err := latpred.NewMLP(hw, mlp.Init(random.Stream(1, "init"), []int{131, 8, 1}), latpred.Provenance{Note: "untrained"})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range []*latpred.MLP{p, generalised} {
		file := filepath.Join(t.TempDir(), "m.latpred")
		if err := latpred.Save(file, p); err != nil {
			t.Fatal(err)
		}
		back, err := latpred.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(back.Provenance(), p.Provenance()) || back.Kind() != "paper" || back.(*latpred.MLP).Encoder().Name() != p.Encoder().Name() {
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
	if err := latpred.Save(file, p); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flipped := bytes.Clone(good)
	flipped[len(flipped)-5] ^= 1
	for want, content := range map[string][]byte{
		"no safetensors file":          []byte("nonsense"),
		"m.latpred: ":                  good[:len(good)/2],
		"the file is damaged":          flipped,
		"no encoding \"ofa-999\"":      bytes.Replace(good, []byte("ofa-128"), []byte("ofa-999"), 1),
		"of kind \"papyr\"":            bytes.Replace(good, []byte(`"kind":"paper"`), []byte(`"kind":"papyr"`), 1),
		"format \"latpred 9\"":         bytes.Replace(good, []byte(`latpred 1`), []byte(`latpred 9`), 1),
		"don't fit the encoding help-": bytes.Replace(good, []byte(`"encoding":"ofa-128"`), []byte(`"encoding":"help-145"`), 1),
	} {
		if bytes.Contains([]byte(want), []byte("help-")) { // one byte longer: the header's length grows
			content = append([]byte{good[0] + 1}, content[1:]...)
		}
		if err := os.WriteFile(file, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := latpred.Load(file); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	for n := 0; n < len(good); n += 97 { // cut anywhere: an error, no panic
		if err := os.WriteFile(file, good[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := latpred.Load(file); err == nil {
			t.Fatalf("a file cut to %d of %d bytes was loaded", n, len(good))
		}
	}
}

func TestPredictorConformance(t *testing.T) {
	p, set := trained(t)
	be := goBackend(t)
	on, free, err := p.OnBackend(t.Context(), be)
	if err != nil {
		t.Fatal(err)
	}
	defer free()
	want := make([]float64, set.Rows)
	if err := p.PredictMs(want, set.Archs()); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]latpred.Predictor{"plain Go": p, "backend": on} {
		got := make([]float64, set.Rows)
		if err := p.PredictMs(got, set.Archs()); err != nil {
			t.Fatal(err)
		}
		for i, v := range got {
			if math.Abs(v-want[i]) > 1e-4 {
				t.Fatalf("%s: row %d is %v, want %v", name, i, v, want[i])
			}
		}
		if err := p.PredictMs(nil, nil); err != nil {
			t.Errorf("%s: no architectures: %v", name, err)
		}
		s, err := space.ByID("proxyless-w1.3")
		if err != nil {
			t.Fatal(err)
		}
		bad := []space.Arch{set.Samples[0].Arch, s.Sample(random.Stream(1, ""))}
		if err := p.PredictMs(make([]float64, 2), bad); err == nil || !strings.Contains(err.Error(), "architecture 1: ofa-128") {
			t.Errorf("%s: an architecture of another space: %v", name, err)
		}
	}
	var group sync.WaitGroup
	for range 8 { // one row at a time, from many goroutines
		group.Go(func() {
			one := make([]float64, 1)
			for i, a := range set.Archs()[:50] {
				if err := p.PredictMs(one, []space.Arch{a}); err != nil || math.Abs(one[0]-want[i]) > 1e-4 {
					t.Errorf("row %d alone: %v, %v, want %v", i, one[0], err, want[i])
				}
			}
		})
	}
	group.Wait()
}

func TestFineTune(t *testing.T) {
	source, _ := trained(t)
	set, err := dataset.Open("note10")
	if err != nil {
		t.Fatal(err)
	}
	set = set.Subset(seq(300))
	config := latpred.PublishedFineTuning()
	config.Epochs, config.KeepBest = 3, true
	config.Optimizer.LearningRate = 1e-3
	same := func(m *latpred.MLP, layer int) bool {
		return reflect.DeepEqual(m.Params().Weights[layer], source.Params().Weights[layer])
	}
	for _, c := range []struct {
		transfer latpred.Transfer
		kept     []bool // layers that stay the source's
	}{
		{latpred.LastLayer, []bool{true, false}}, {latpred.FreezeTwo, []bool{true, false}},
		{latpred.AllLayers, []bool{false, false}}, {latpred.Scratch, []bool{false, false}},
	} {
		m, result, err := latpred.FineTune(t.Context(), goBackend(t), 1, source, c.transfer, set, set.SplitFileOrder(), config, nil)
		if err != nil {
			t.Fatal(err)
		}
		for layer, kept := range c.kept {
			if same(m, layer) != kept {
				t.Errorf("%s: layer %d kept: %v, want %v", c.transfer, layer, !kept, kept)
			}
		}
		if from := m.Provenance(); from.Device != set.Device || from.Rows != 210 || !strings.Contains(from.Note, string(c.transfer)) || len(result.History) != 3 {
			t.Errorf("%s: %+v", c.transfer, from)
		}
	}
	if _, _, err := latpred.FineTune(t.Context(), goBackend(t), 1, source, "half", set, set.SplitFileOrder(), config, nil); err == nil || !strings.Contains(err.Error(), "last-layer") {
		t.Errorf("%v, want the transfers there are", err)
	}
	help, err := dataset.Open("help-rtx2080ti-b64")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := latpred.FineTune(t.Context(), goBackend(t), 1, source, latpred.LastLayer, help, help.SplitFileOrder(), config, nil); err == nil || !strings.Contains(err.Error(), help.Encoding) {
		t.Errorf("%v, want that the encodings differ", err)
	}
}

func seq(n int) []int {
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return rows
}
