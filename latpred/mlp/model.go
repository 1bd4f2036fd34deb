package mlp

import (
	"fmt"
	"runtime"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/loops"
)

// BlockRows is how many rows a Model takes at once: few enough for what a layer
// gives to stay in cache, enough to use a weight several times.
const BlockRows = 128

// Model applies weights on the processor. It must not be used by two goroutines at
// once; Clone makes another that shares the weights. What it gives for a row does
// not depend, to the bit, on the rows beside it, and it does not allocate.
type Model struct {
	params *Params
	net    net
	rows   []loops.Matrix // inputs, and what each layer makes of them
	lists  loops.Sparse
}

// NewModel prepares p, which it keeps, for prediction. It panics where
// Params.Validate errs.
func NewModel(p *Params) *Model {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	return newModel(p, pack(p))
}

func newModel(p *Params, n net) *Model { return &Model{params: p, net: n, rows: n.layersOf(BlockRows)} }

// Clone shares the weights, not the working memory.
func (m *Model) Clone() *Model { return newModel(m.params, m.net) }

// Params gives the weights.
func (m *Model) Params() *Params { return m.params }

// Row is the place of row i's inputs, i below BlockRows, for Run.
func (m *Model) Row(i int) []float32 { return m.rows[0].Row(i) }

// Run applies the network to the rows that were put into Row, as many as dst has,
// which are at most BlockRows.
func (m *Model) Run(dst []float64) {
	m.net.forward(m.rows, 0, len(dst), &m.lists)
	out := m.rows[len(m.net)]
	for i := range dst {
		dst[i] = float64(out.Row(i)[0])
	}
}

// PredictOnes applies the network to one row whose inputs are 0 but for those
// listed, which are 1. Indexes beyond the inputs panic.
func (m *Model) PredictOnes(ones []int) float64 {
	row := m.Row(0)
	clear(row)
	for _, i := range ones {
		row[i] = 1
	}
	return m.first()
}

// Predict applies the network to one row of inputs.
func (m *Model) Predict(row []float32) float64 {
	if len(row) != m.params.Layers[0] {
		panic(fmt.Sprintf("mlp: row of %d inputs for a network of %d", len(row), m.params.Layers[0]))
	}
	copy(m.Row(0), row)
	return m.first()
}

func (m *Model) first() float64 {
	var one [1]float64
	m.Run(one[:])
	return one[0]
}

// PredictMany applies the network to rows of inputs, one value for each to dst.
func (m *Model) PredictMany(dst []float64, rows []float32) {
	width := m.params.Layers[0]
	if len(rows) != len(dst)*width {
		panic(fmt.Sprintf("mlp: %d inputs for %d rows of %d", len(rows), len(dst), width))
	}
	for len(dst) > 0 {
		n := min(BlockRows, len(dst))
		m.rows[0].SetRows(rows[:n*width])
		m.Run(dst[:n])
		dst, rows = dst[n:], rows[n*width:]
	}
}

// apply gives the outputs of the first layers on rows of inputs: after the ReLU,
// but for the network's last layer, which has none.
func (p *Params) apply(layers int, rows []float32) []float32 {
	width := p.Layers[layers]
	out := make([]float32, len(rows)/p.Layers[0]*width)
	pack(p).applyTo(rows, layers, runtime.GOMAXPROCS(0), func(from int, m loops.Matrix) {
		for i := range m.Rows {
			row := out[(from+i)*width:][:width]
			copy(row, m.Row(i))
			for c, v := range row {
				if v < 0 && layers < len(p.Weights) {
					row[c] = 0
				}
			}
		}
	})
	return out
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
