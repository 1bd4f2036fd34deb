package bench

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/mlp"
)

// TorchGraph is a Python program that trains the published network in PyTorch, an epoch as a
// CUDA graph: the peer on a GPU. Its head says how it is called.
//
//go:embed peers/torch_graph.py
var TorchGraph []byte

// TorchNets is a Python program that times networks in PyTorch, channels last and as a CUDA
// graph. Its head says how it is called.
//
//go:embed peers/torch_nets.py
var TorchNets []byte

// ErrNoTorch reports that Python lacks PyTorch, or PyTorch a GPU.
var ErrNoTorch = errors.New("no PyTorch with a GPU")

// CheckTorch errs with ErrNoTorch and the reason unless python has a PyTorch that can use
// the device "cuda", or "cpu", which every PyTorch can.
func CheckTorch(ctx context.Context, python, device string) error {
	program := "import torch"
	if device == "cuda" {
		program += "; assert torch.cuda.is_available(), 'PyTorch ' + torch.__version__ + ' finds no GPU'"
	}
	out, err := exec.CommandContext(ctx, python, "-c", program).CombinedOutput()
	if err != nil {
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		return fmt.Errorf("%w: %s: %w: %s", ErrNoTorch, python, err, lines[len(lines)-1])
	}
	return nil
}

// gpuPeer is TorchGraph with the subject's rows, in a temporary folder.
type gpuPeer struct {
	peer   Peer
	dir    string
	device string // "cuda"; "cpu" to test it
}

// newGPUPeer writes the program and the rows, which close removes.
func newGPUPeer(ctx context.Context, python, device string, train, validation mlp.Data) (_ *gpuPeer, err error) {
	if err := CheckTorch(ctx, python, device); err != nil {
		return nil, err
	}
	g := &gpuPeer{device: device}
	if g.dir, err = os.MkdirTemp("", "latpred-peer-"); err != nil {
		return nil, err
	}
	g.peer = Peer{Python: python, Script: filepath.Join(g.dir, "torch_graph.py")}
	err = errors.Join(
		os.WriteFile(g.peer.Script, TorchGraph, 0o644),
		writeRows(filepath.Join(g.dir, "train.f32"), train),
		writeRows(filepath.Join(g.dir, "validation.f32"), validation))
	if err != nil {
		g.close()
		return nil, err
	}
	return g, nil
}

// writeRows writes each row's inputs and its label as float32, little-endian.
func writeRows(path string, data mlp.Data) (err error) {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := bufio.NewWriter(f)
	row := make([]float32, data.X.Cols+1)
	for i, y := range data.Y {
		data.X.DenseRow(row[:data.X.Cols], i)
		row[data.X.Cols] = y
		if err := binary.Write(w, binary.LittleEndian, row); err != nil {
			return err
		}
	}
	return w.Flush()
}

// seconds does a job, "train" or "hpo".
func (g *gpuPeer) seconds(job string, epochs int) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		object, err := g.peer.run(ctx, 0, job, g.dir, "--epochs", fmt.Sprint(epochs), "--device", g.device)
		if err != nil {
			return 0, err
		}
		return number(object, "seconds")
	}
}

func (g *gpuPeer) close() { _ = os.RemoveAll(g.dir) } // temporary anyway
