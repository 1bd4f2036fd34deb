package mlp

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// chunk is the largest number of rows that Batch applies at once. There are few shapes,
// so that little has to be compiled.
const chunk = 4096

// Batch applies a network to many rows on a backend, where its weights are kept.
type Batch struct {
	be     *backend.Backend
	exec   *graph.Exec
	params []*tensors.Tensor
	width  int
}

// NewBatch places the weights of p on be. Close frees them.
func NewBatch(be *backend.Backend, p *Params) (*Batch, error) {
	if err := p.Validate(); err != nil {
		return nil, err
	}
	b := &Batch{be: be, width: p.Layers[0]}
	err := caught("placing weights", func() (err error) {
		b.params = placed(p)
		b.exec, err = graph.NewExec(be.Backend, func(in []*graph.Node) *graph.Node { return forward(in[0], in[1:], nil) })
		return err
	})
	return b, err
}

// Predict writes one value for each row of x to dst. Rows are passed to the backend as
// dense arrays of 4096 rows, the last one shorter if few rows are left. It panics if x
// does not have len(dst) rows or is not as wide as the network's inputs.
func (b *Batch) Predict(dst []float64, x sparse.Rows) error {
	if x.Len() != len(dst) || x.Cols != b.width {
		panic(fmt.Sprintf("mlp: %d rows of %d inputs for %d predictions of a network of %d inputs", x.Len(), x.Cols, len(dst), b.width))
	}
	return caught("predicting", func() error {
		for first := 0; first < len(dst); first += chunk {
			end := min(first+chunk, len(dst))
			if err := b.predict(dst[first:end], x.Slice(first, end)); err != nil {
				return err
			}
		}
		return nil
	})
}

// predict applies the network to at most a chunk of rows.
func (b *Batch) predict(dst []float64, x sparse.Rows) error {
	padded := chunk
	for padded/2 >= len(dst) && padded > 64 {
		padded /= 2
	}
	rows := make([]float32, padded*b.width)
	for i := range dst {
		x.DenseRow(rows[i*b.width:(i+1)*b.width], i)
	}
	input := tensors.FromFlatDataAndDimensions(rows, padded, b.width)
	args := []any{input}
	for _, p := range b.params {
		args = append(args, p)
	}
	out, err := b.exec.Call1(args...)
	if err != nil {
		return err
	}
	tensors.MustConstFlatData(out, func(flat []float32) {
		for i := range dst {
			dst[i] = float64(flat[i])
		}
	})
	out.MustFinalizeAll()
	input.MustFinalizeAll()
	return nil
}

// Close frees the weights on the backend.
func (b *Batch) Close() {
	_ = caught("freeing", func() error {
		b.exec.Finalize()
		for _, p := range b.params {
			p.MustFinalizeAll()
		}
		return nil
	})
}
