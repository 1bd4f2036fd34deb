package measure

import (
	"context"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/space"
)

// Vector is an image and what a network makes of it, to compare other programs with.
type Vector struct {
	Image  []float32 // the made-up image of Runner, [batch, r, r, 3]
	Logits []float32 // [batch, classes]
}

// NewVector runs a network of s, with its made-up weights, on this machine's processor: on
// XLA where there is a plugin, else in Go, which takes seconds. It errs if a is not in s.
func NewVector(ctx context.Context, s *space.Space, a space.Arch, batch int) (Vector, error) {
	be, err := backend.Open(ctx, backend.Options{Kind: backend.CPU, Threads: 1})
	if err != nil {
		if be, err = backend.Open(ctx, backend.Options{Kind: backend.Go}); err != nil {
			return Vector{}, err
		}
	}
	r, err := NewRunner(be, Options{Batch: batch})
	if err != nil {
		return Vector{}, err
	}
	defer r.Close()
	outputs, err := r.Outputs(s, a)
	if err != nil {
		return Vector{}, err
	}
	return Vector{Image(a.Resolution, r.options.Batch), outputs[len(outputs)-1]}, nil
}

// Image is the made-up image of networks at a resolution, [batch, r, r, 3].
func Image(resolution, batch int) []float32 { return image(batch, resolution).values }

// Planes reorders images [batch, r, r, 3] to [batch, 3, r, r], as ONNX files want them.
func Planes(images []float32, resolution int) []float32 {
	pixels := resolution * resolution
	out := make([]float32, len(images))
	for i, v := range images {
		n, at := i/(3*pixels), i%(3*pixels)
		out[n*3*pixels+at%3*pixels+at/3] = v
	}
	return out
}
