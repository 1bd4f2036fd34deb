package bench

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// torch is a Python with PyTorch, or skips.
func torch(t *testing.T) string {
	t.Helper()
	if err := CheckTorch(t.Context(), "python3", "cpu"); err != nil {
		t.Skip(err)
	}
	return "python3"
}

// The GPU's peer, on the processor and without its graph, learns what we learn: the same
// network from other initial weights.
func TestGraphPeerTrains(t *testing.T) {
	python := torch(t)
	be := open(t)
	s, err := newSubject(t.Context(), Options{Epochs: 4, Seed: 1}, be)
	if err != nil {
		t.Fatal(err)
	}
	g, err := newGPUPeer(t.Context(), python, "cpu", s.train, s.validation)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	object, err := g.peer.run(t.Context(), 0, "train", g.dir, "--epochs", "4", "--device", "cpu")
	if err != nil {
		t.Fatal(err)
	}
	config := mlp.Published()
	config.Epochs = 4
	ours, err := mlp.Train(t.Context(), be, s.job(config))
	if err != nil {
		t.Fatal(err)
	}
	want := ours.History[3].ValRMSE
	got, err := number(object, "rmse_ms")
	if err != nil || got < .8*want || got > 1.25*want || !strings.Contains(object["variant"].(string), "eager") {
		t.Errorf("%v, %v: want an RMSE near ours, %v", object, err, want)
	}
	// 36 stacked trials on a tenth of the rows.
	few, err := newGPUPeer(t.Context(), python, "cpu", s.firstRows(700), s.validation)
	if err != nil {
		t.Fatal(err)
	}
	defer few.close()
	object, err = few.peer.run(t.Context(), 0, "hpo", few.dir, "--epochs", "1", "--device", "cpu")
	if err != nil || object["trials"].(float64) != 36 || object["rmse_ms"].(float64) > 10*want {
		t.Errorf("%v, %v", object, err)
	}
}

// Where there is no GPU the peer says so in a sentence.
func TestNoGraphPeer(t *testing.T) {
	bin := filepath.Join(t.TempDir(), "python3")
	if err := os.WriteFile(bin, []byte("#!/bin/sh\necho 'AssertionError: PyTorch 2.11 finds no GPU' >&2; exit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := CheckTorch(t.Context(), bin, "cuda"); !errors.Is(err, ErrNoTorch) || !strings.Contains(err.Error(), "finds no GPU") {
		t.Errorf("%v", err)
	}
	gpu := *open(t)
	gpu.Kind = backend.CUDA
	s, err := newSubject(t.Context(), Options{Peer: &Peer{Python: bin}}, &gpu)
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	if peer, note := s.graphPeer("train"); peer != nil || !strings.Contains(note, "finds no GPU") {
		t.Errorf("%v, %q", peer, note)
	}
}

// A network as latpred exports it runs in PyTorch, in every precision a processor has.
func TestTorchNets(t *testing.T) {
	python := torch(t)
	dir := t.TempDir()
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	a := s.Smallest()
	a.Resolution = 128
	net, script := filepath.Join(dir, "net.json"), filepath.Join(dir, "nets.py")
	f, err := os.Create(net)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(measure.WriteJSON(f, s, a, 2), f.Close(), os.WriteFile(script, TorchNets, 0o644)); err != nil {
		t.Fatal(err)
	}
	for _, precision := range []string{"f32", "bf16"} {
		out, err := exec.CommandContext(t.Context(), python, script, "--device", "cpu", "--precision", precision, "--rounds", "2", "--runs", "1", net).Output()
		var got struct {
			Arch  string
			Ms    float64
			Batch int
		}
		if err == nil {
			err = json.Unmarshal(out, &got)
		}
		if err != nil || got.Arch != a.String() || got.Batch != 2 || got.Ms <= 0 {
			t.Errorf("%s: %v: %s", precision, err, out)
		}
	}
}
