package catalog

import (
	"context"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/hardware"
)

// GPU makes a predictor for a GPU from its data sheet and the measured GPUs of all spaces;
// see hardware.For and MeasuredGPUs.
func GPU(ctx context.Context, spec hardware.Spec) (*hardware.Predictor, []latpred.Warning, error) {
	return GPUWithout(ctx, spec)
}

// GPUWithout is GPU, but leaves out the measured GPUs with the given IDs, in all spaces, to
// judge how well a GPU is predicted from others.
func GPUWithout(ctx context.Context, spec hardware.Spec, without ...string) (*hardware.Predictor, []latpred.Warning, error) {
	measured, err := MeasuredGPUs(spec.Space, without...)
	if err != nil {
		return nil, nil, err
	}
	return hardware.For(ctx, spec, measured)
}

// MeasuredGPUs lists the measured GPUs of all spaces that say something of GPUs in the space
// with an ID, without those with the given IDs. Sets of spaces that tie choices count only for
// their own space: their labels hardly depend on the resolution, and so don't show what a
// GPU's work takes.
func MeasuredGPUs(spaceID string, without ...string) (measured []hardware.Measured, err error) {
	for _, e := range gpuEntries() {
		if slices.Contains(without, e.GPU) || e.Tied() && e.Space.ID != spaceID {
			continue
		}
		m, err := e.measuredGPU()
		if err != nil {
			return nil, err
		}
		measured = append(measured, m)
	}
	return measured, nil
}

// measuredGPU describes the entry for package hardware.
func (e *Entry) measuredGPU() (hardware.Measured, error) {
	sheet, err := gpu.ByID(e.GPU)
	m := hardware.Measured{Name: e.Name, GPU: sheet, Space: e.Space.ID, Batch: e.Batch, Learn: e.learn}
	if scale, ok := gpuScales()[e.Name]; ok {
		m.Scale = &scale
	}
	return m, err
}

// gpuEntries are the entries of all sets of GPUs, also of benchmarks' sets, which Entries
// doesn't list.
var gpuEntries = sync.OnceValue(func() (list []*Entry) {
	sets := dataset.Index()
	for i := range sets {
		if sets[i].GPU != "" {
			list = append(list, ofSet(&sets[i]))
		}
	}
	return list
})

// gpuScales are the scales of the sets, so that none has to be fitted for its scale alone. A
// set that is not in the file, as one that a user builds from more of HELP's files, is fitted
// where it is needed.
var gpuScales = sync.OnceValue(func() map[string]hardware.Scale {
	scales := map[string]hardware.Scale{}
	for _, row := range data.Table("gpuscales.csv") {
		scales[row["set"]] = hardware.Scale{LogMs: row.Number("log_ms"), Work: row.Number("work")}
	}
	return scales
})

// learn fits the entry's model, for hardware.Measured.
func (e *Entry) learn(ctx context.Context) (hardware.Learnt, error) {
	f, err := e.fitted(ctx)
	if err != nil {
		return hardware.Learnt{}, err
	}
	return hardware.Learnt{Model: f.model, Rows: f.rows, Seen: f.seen}, nil
}
