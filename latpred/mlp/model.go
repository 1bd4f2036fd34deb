package mlp

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas32"
)

// Model applies weights. It must not be used by two goroutines at once; Clone
// makes another that shares the weights.
type Model struct {
	params *Params
	a, b   []float32 // activations of one row
}

// NewModel prepares p, which it keeps, for prediction. It panics where
// Params.Validate errs.
func NewModel(p *Params) *Model {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	width := 0
	for _, n := range p.Layers[1:] {
		width = max(width, n)
	}
	return &Model{p, make([]float32, width), make([]float32, width)}
}

// Clone shares the weights, not the working memory.
func (m *Model) Clone() *Model { return NewModel(m.params) }

// Params gives the weights.
func (m *Model) Params() *Params { return m.params }

// PredictOnes applies the network to one row whose inputs are 0 but for those
// listed, which are 1: the first layer then is a sum of some of its rows. It does
// not allocate. Indexes beyond the inputs panic.
func (m *Model) PredictOnes(ones []int) float64 {
	p, out := m.params, m.params.Layers[1]
	h := m.a[:out]
	copy(h, p.Biases[0])
	for _, i := range ones {
		axpy(1, p.Weights[0][i*out:(i+1)*out], h)
	}
	return m.finish(h)
}

// Predict applies the network to one row of inputs; it does not allocate.
func (m *Model) Predict(row []float32) float64 {
	p, out := m.params, m.params.Layers[1]
	if len(row) != p.Layers[0] {
		panic(fmt.Sprintf("mlp: row of %d inputs for a network of %d", len(row), p.Layers[0]))
	}
	h := m.a[:out]
	copy(h, p.Biases[0])
	for i, v := range row {
		if v != 0 {
			axpy(v, p.Weights[0][i*out:(i+1)*out], h)
		}
	}
	return m.finish(h)
}

// finish applies all layers but the first; h, in m.a, has the first's sums.
func (m *Model) finish(h []float32) float64 {
	p, next := m.params, m.b
	for l := 1; l < len(p.Weights); l++ {
		out := p.Layers[l+1]
		to := next[:out]
		copy(to, p.Biases[l])
		for i, v := range h {
			if v > 0 { // ReLU: what is not above 0 adds nothing
				axpy(v, p.Weights[l][i*out:(i+1)*out], to)
			}
		}
		next = h[:cap(h)]
		h = to
	}
	return float64(h[0])
}

// axpy adds alpha·x to y.
func axpy(alpha float32, x, y []float32) {
	blas32.Implementation().Saxpy(len(x), alpha, x, 1, y, 1)
}

// PredictMany applies the network to rows of inputs in plain Go, writing one
// value for each to dst.
func (m *Model) PredictMany(dst []float64, rows []float32) {
	p := m.params
	if len(rows) != len(dst)*p.Layers[0] {
		panic(fmt.Sprintf("mlp: %d inputs for %d rows of %d", len(rows), len(dst), p.Layers[0]))
	}
	for i, v := range p.apply(len(p.Weights), rows) {
		dst[i] = float64(v)
	}
}

// apply gives the outputs of the first layers on rows of inputs: after the ReLU,
// but for the network's last layer, which has none.
func (p *Params) apply(layers int, rows []float32) []float32 {
	n := len(rows) / p.Layers[0]
	h := blas32.General{Rows: n, Cols: p.Layers[0], Stride: p.Layers[0], Data: rows}
	for l := range layers {
		in, out := p.Layers[l], p.Layers[l+1]
		next := blas32.General{Rows: n, Cols: out, Stride: out, Data: make([]float32, n*out)}
		for i := range n {
			copy(next.Data[i*out:], p.Biases[l])
		}
		blas32.Gemm(blas.NoTrans, blas.NoTrans, 1, h, blas32.General{Rows: in, Cols: out, Stride: out, Data: p.Weights[l]}, 1, next)
		if l+1 < len(p.Weights) {
			for i, v := range next.Data {
				next.Data[i] = max(v, 0)
			}
		}
		h = next
	}
	return h.Data
}

// chunk is the number of rows that Batch applies at once: few shapes, so that
// little is compiled.
const chunk = 4096

// Batch applies a network to many rows on a backend, with the weights kept there.
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
		b.exec, err = graph.NewExec(be.Backend, func(in []*graph.Node) *graph.Node { return forward(in[0], in[1:]) })
		return err
	})
	return b, err
}

// Predict writes one value for each row to dst. The last rows are padded to a
// full chunk, or to a power of two where there are few.
func (b *Batch) Predict(dst []float64, rows []float32) error {
	if len(rows) != len(dst)*b.width {
		panic(fmt.Sprintf("mlp: %d inputs for %d rows of %d", len(rows), len(dst), b.width))
	}
	return caught("predicting", func() error {
		for len(dst) > 0 {
			n := min(chunk, len(dst))
			padded := chunk
			for padded/2 >= n && padded > 64 {
				padded /= 2
			}
			x := make([]float32, padded*b.width)
			copy(x, rows[:n*b.width])
			input := tensors.FromFlatDataAndDimensions(x, padded, b.width)
			args := []any{input}
			for _, p := range b.params {
				args = append(args, p)
			}
			out, err := b.exec.Call1(args...)
			if err != nil {
				return err
			}
			tensors.MustConstFlatData(out, func(flat []float32) {
				for i := range n {
					dst[i] = float64(flat[i])
				}
			})
			out.MustFinalizeAll()
			input.MustFinalizeAll()
			dst, rows = dst[n:], rows[n*b.width:]
		}
		return nil
	})
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
