package measure

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/dtypes/bfloat16"
	"github.com/ofalat/ofalat/latpred/backend"
)

// Precision is that of the numbers a network computes with.
type Precision string

const (
	// F32 is float32 throughout. On a GPU the backend must be opened with
	// backend.Settings.Exact.
	F32 Precision = "f32"
	// TF32 holds float32, but factors of products and convolutions are rounded to ten
	// bits of mantissa where the GPU is faster with them. It exists on GPUs alone.
	TF32 Precision = "tf32"
	// BF16 is bfloat16 for weights and activations; sums are of float32 inside the
	// libraries' kernels.
	BF16 Precision = "bf16"
)

// Precisions lists all of them.
func Precisions() []Precision { return []Precision{F32, TF32, BF16} }

// possible errs if a backend does not compute with the precision as it was opened.
func (p Precision) possible(be *backend.Backend) error {
	gpu := be.Kind == backend.CUDA
	switch {
	case p == TF32 && !gpu:
		return fmt.Errorf("measure: precision %s is a mode of NVIDIA GPUs, %s has none", p, be.Kind)
	case p == TF32 && be.Exact, p == F32 && gpu && !be.Exact:
		return fmt.Errorf("measure: precision %s: the backend was opened with Settings.Exact = %v", p, be.Exact)
	case p != F32 && p != TF32 && p != BF16:
		return fmt.Errorf("measure: precision %q: there are %v", p, Precisions())
	}
	return nil
}

func (p Precision) dtype() dtypes.DType {
	if p == BF16 {
		return dtypes.BFloat16
	}
	return dtypes.Float32
}

// flat converts numbers to a slice for a buffer of p.dtype().
func (p Precision) flat(values []float32) any {
	if p != BF16 {
		return values
	}
	list := make([]bfloat16.BFloat16, len(values))
	for i, v := range values {
		list[i] = bfloat16.FromFloat32(v)
	}
	return list
}

// read copies n numbers from the device.
func (p Precision) read(b compute.Buffer, n int) ([]float32, error) {
	values := make([]float32, n)
	if p != BF16 {
		return values, b.ToFlatData(values)
	}
	list := make([]bfloat16.BFloat16, n)
	if err := b.ToFlatData(list); err != nil {
		return nil, err
	}
	for i, v := range list {
		values[i] = v.Float32()
	}
	return values, nil
}

// autotune is the level of autotuning as labels name it: "" for XLA's own, and where there
// is none.
func (r *Runner) autotune() string {
	if r.be.Kind != backend.CUDA || r.options.Autotune == "default" {
		return ""
	}
	return r.options.Autotune
}
