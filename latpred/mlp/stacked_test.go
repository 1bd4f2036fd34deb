package mlp_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// Trials that are stacked train as they do alone, each with its own numbers, and
// one that diverges leaves the others as they are.
func TestStackedTrialsAgree(t *testing.T) {
	be := open(t, backend.CPU)
	data, validation, _ := load(t, "rtx2080ti-b64", 192) // six full batches
	for _, kind := range []mlp.OptimizerKind{mlp.SGD, mlp.Adam} {
		config := tiny(kind)
		var optimizers []mlp.Optimizer
		for _, rate := range []float64{1, 0.1, 1e4} {
			o := config.Optimizer
			o.LearningRate *= rate
			o.Momentum -= 0.1 * rate / 2
			optimizers = append(optimizers, o)
		}
		optimizers[2].Momentum = 0.9
		stack, err := mlp.BeginStack(be, mlp.Job{Seed: 5, Train: data, Validation: validation, Config: config}, optimizers)
		if err != nil {
			t.Fatal(err)
		}
		defer stack.Close()
		var rows []mlp.Epoch
		for range 3 {
			if rows, err = stack.Epoch(); err != nil {
				t.Fatal(err)
			}
		}
		if kind == mlp.SGD && !rows[2].Diverged() {
			t.Errorf("a learning rate of 100: %+v", rows[2])
		}
		for i := range 2 {
			config.Optimizer = optimizers[i]
			alone, err := mlp.Train(t.Context(), be, mlp.Job{Seed: 5, Train: data, Validation: validation, Config: config})
			if err != nil {
				t.Fatal(err)
			}
			last := alone.History[2]
			if math.Abs(last.TrainLoss-rows[i].TrainLoss) > 1e-4*last.TrainLoss || math.Abs(last.ValRMSE-rows[i].ValRMSE) > 1e-4*last.ValRMSE || math.Abs(last.ValLast-rows[i].ValLast) > 1e-4*last.ValLast {
				t.Errorf("%s, trial %d: %+v stacked, %+v alone", kind, i, rows[i], last)
			}
			p, err := stack.Params(i)
			if err != nil {
				t.Fatal(err)
			}
			for l := range p.Weights {
				for k, w := range p.Weights[l] {
					if want := alone.Params.Weights[l][k]; math.Abs(float64(w-want)) > 1e-4*math.Max(0.1, math.Abs(float64(want))) {
						t.Fatalf("%s, trial %d: weight %d of layer %d is %v stacked, %v alone", kind, i, k, l, w, want)
					}
				}
			}
		}
	}
	if _, err := mlp.BeginStack(open(t, backend.Go), mlp.Job{Seed: 5, Train: data, Validation: validation, Config: tiny(mlp.SGD)}, []mlp.Optimizer{tiny(mlp.SGD).Optimizer}); err == nil || !strings.Contains(err.Error(), "run on XLA") {
		t.Errorf("on the Go backend: %v", err)
	}
}
