package catalog

import (
	"context"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
)

// GPU makes a predictor for a GPU from its data sheet and the measured GPUs; see
// hardware.For.
func GPU(ctx context.Context, spec hardware.Spec) (*hardware.Predictor, []latpred.Warning, error) {
	return GPUWithout(ctx, spec, "")
}

// GPUWithout is GPU, but leaves out the measured GPU with the ID without, to judge how
// well it is predicted from the others.
func GPUWithout(ctx context.Context, spec hardware.Spec, without string) (*hardware.Predictor, []latpred.Warning, error) {
	var measured []hardware.Measured
	for _, e := range entries() {
		if e.GPU == "" || e.GPU == without || e.set == nil {
			continue
		}
		sheet, err := gpu.ByID(e.GPU)
		if err != nil {
			return nil, nil, err
		}
		measured = append(measured, hardware.Measured{Name: e.Name, GPU: sheet, Space: e.Space.ID, Batch: e.Batch, Learn: e.learn})
	}
	return hardware.For(ctx, spec, measured)
}

// learn fits the entry's model, for hardware.Measured.
func (e *Entry) learn(ctx context.Context) (hardware.Learnt, error) {
	f, err := e.fitted(ctx)
	if err != nil {
		return hardware.Learnt{}, err
	}
	return hardware.Learnt{Model: f.model, Rows: f.rows, Seen: f.seen}, nil
}
