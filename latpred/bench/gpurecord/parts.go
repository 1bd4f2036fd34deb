package gpurecord

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/bench"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// parts are all parts in their order; the boxes sum up to Full.
func (r *recorder) parts() []part {
	return []part{
		{"check", 30 * time.Second, r.check},
		{"sweep", 210 * time.Second, r.sweep},
		{"torch", 40 * time.Second, r.torch},
		{"nets", 300 * time.Second, r.nets},
		{"table", 50 * time.Second, r.table},
		{"adapt", 20 * time.Second, r.adapt},
		{"train", 30 * time.Second, r.train},
		{"bench", 100 * time.Second, r.bench},
	}
}

func (r *recorder) check(ctx context.Context) error {
	return r.latpred(ctx, "check", "backend", "check", "--backend", r.Backend)
}

// device are the flags of the device and of a setting.
func (r *recorder) device(s Setting) []string {
	return []string{
		"--backend", r.Backend, "--device", r.Hardware, "--space", r.Space, "--batch", fmt.Sprint(r.Batch),
		"--formulation", string(s.Formulation), "--precision", string(s.Precision), "--autotune", s.Autotune,
		"--lock", r.path("lock"),
	}
}

// nets measures whole networks at the best setting.
func (r *recorder) nets(ctx context.Context) error {
	best, err := r.best()
	if err != nil {
		return err
	}
	args := append([]string{"measure", "nets", "--n", fmt.Sprint(r.Nets), "--seed", fmt.Sprint(r.Seed), "--out", r.path("nets.csv"), "--limit", r.left()}, r.device(best)...)
	if err := r.latpred(ctx, "nets", args...); err != nil {
		return err
	}
	set, err := dataset.Open(r.path("nets.csv"))
	if err != nil {
		return err
	}
	if set.Rows < r.Nets {
		return fmt.Errorf("%d of %d networks; run the record again to go on", set.Rows, r.Nets)
	}
	return nil
}

func (r *recorder) table(ctx context.Context) error {
	best, err := r.best()
	if err != nil {
		return err
	}
	s, err := space.ByID(r.Space)
	if err != nil {
		return err
	}
	middle := s.Resolutions[len(s.Resolutions)/2]
	args := append([]string{"measure", "table", "--resolutions", fmt.Sprint(middle), "--out", r.path("table"), "--limit", r.left()}, r.device(best)...)
	return r.latpred(ctx, "table", args...)
}

// support is how many networks adapt learns from.
const support = 10

// adapt makes a predictor from the first networks, which are drawn at random, and judges it
// on the others.
func (r *recorder) adapt(ctx context.Context) error {
	set, err := dataset.Open(r.path("nets.csv"))
	if err != nil {
		return err
	}
	if set.Rows <= support {
		return fmt.Errorf("%d networks: more than %d are needed", set.Rows, support)
	}
	rows := make([]int, set.Rows)
	for i := range rows {
		rows[i] = i
	}
	for name, part := range map[string][]int{"ten.csv": rows[:support], "rest.csv": rows[support:]} {
		if err := atomicfile.Write(r.path(name), func(w io.Writer) error { return dataset.Write(w, set.Subset(part)) }); err != nil {
			return err
		}
	}
	if err := r.latpred(ctx, "adapt", "adapt", "--data", r.path("ten.csv"), "--out", r.path("ten.latpred"), "--synchronised"); err != nil {
		return err
	}
	return r.latpred(ctx, "evaluate", "evaluate", "--model", r.path("ten.latpred"), "--data", r.path("rest.csv"))
}

// train trains the published network on the GPU from the command line, compilation included.
func (r *recorder) train(ctx context.Context) error {
	out := r.path("trained.latpred")
	return r.latpred(ctx, "train", "train", "--backend", r.Backend, "--data", "rtx2080ti-b64", "--protocol", "published", "--epochs", fmt.Sprint(r.Epochs), "--out", out)
}

// bench measures training and tuning beside PyTorch.
func (r *recorder) bench(ctx context.Context) error {
	return r.latpred(ctx, "bench", "bench", "train", "tune", "--backend", r.Backend, "--epochs", fmt.Sprint(r.Epochs), "--repetitions", "2", "--peer", "--peer-python", r.Python)
}

// torch times the networks of the sweep in PyTorch, in the same precision.
func (r *recorder) torch(ctx context.Context) error {
	if err := bench.CheckTorch(ctx, r.Python, r.Torch); err != nil {
		return err
	}
	s, err := space.ByID(r.Space)
	if err != nil {
		return err
	}
	script := r.path("torch_nets.py")
	if err := os.WriteFile(script, bench.TorchNets, 0o644); err != nil {
		return err
	}
	precision := r.Precision
	args := []string{script, "--device", r.Torch, "--precision", string(precision)}
	for i, a := range measure.AnchorArchs(s) {
		net := r.path(filepath.Join("sweep", fmt.Sprintf("net%d.json", i)))
		if err := atomicfile.Write(net, func(w io.Writer) error { return measure.WriteJSON(w, s, a, r.Batch) }); err != nil {
			return err
		}
		args = append(args, net)
	}
	return r.program(ctx, "torch", r.Python, args...)
}

// archs writes the networks of the sweep: the anchors, then as many others, which show what
// a cache of autotuning is worth.
func (r *recorder) archs(name string) error {
	s, err := space.ByID(r.Space)
	if err != nil {
		return err
	}
	list := measure.AnchorArchs(s)
	more, err := measure.Sample(s, r.Seed, len(list))
	if err != nil {
		return err
	}
	var text strings.Builder
	for _, a := range more {
		a.Resolution = list[0].Resolution
		list = append(list, a)
	}
	for _, a := range list {
		fmt.Fprintln(&text, a)
	}
	return errors.Join(os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, []byte(text.String()), 0o644))
}
