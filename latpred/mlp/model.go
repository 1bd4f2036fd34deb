package mlp

import (
	"fmt"
	"runtime"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/kernel"
)

// Model applies weights on the processor. It must not be used by two goroutines at
// once; Clone makes another that shares the weights.
type Model struct {
	params *Params
	net    net
	one    []kernel.Matrix // a row of what each layer makes
	block  []kernel.Matrix // a block of rows, made when there are several
	lists  kernel.Lists
}

// NewModel prepares p, which it keeps, for prediction. It panics where
// Params.Validate errs.
func NewModel(p *Params) *Model {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	n := pack(p)
	return &Model{params: p, net: n, one: n.layersOf(1)}
}

// Clone shares the weights, not the working memory.
func (m *Model) Clone() *Model {
	return &Model{params: m.params, net: m.net, one: m.net.layersOf(1)}
}

// Params gives the weights.
func (m *Model) Params() *Params { return m.params }

// PredictOnes applies the network to one row whose inputs are 0 but for those
// listed, ascending, which are 1: the first layer then is a sum of some of its
// rows. It does not allocate. Indexes beyond the inputs panic.
func (m *Model) PredictOnes(ones []int) float64 {
	input := m.one[0].Row(0)
	clear(input)
	for _, i := range ones {
		input[i] = 1
	}
	return m.finish()
}

// Predict applies the network to one row of inputs; it does not allocate.
func (m *Model) Predict(row []float32) float64 {
	if len(row) != m.params.Layers[0] {
		panic(fmt.Sprintf("mlp: row of %d inputs for a network of %d", len(row), m.params.Layers[0]))
	}
	copy(m.one[0].Row(0), row)
	return m.finish()
}

func (m *Model) finish() float64 {
	m.net.forward(m.one, 0, 1, &m.lists)
	return float64(m.one[len(m.one)-1].Row(0)[0])
}

// PredictMany applies the network to rows of inputs, writing one value for each to
// dst: that which Predict gives, to the bit.
func (m *Model) PredictMany(dst []float64, rows []float32) {
	width := m.params.Layers[0]
	if len(rows) != len(dst)*width {
		panic(fmt.Sprintf("mlp: %d inputs for %d rows of %d", len(rows), len(dst), width))
	}
	if m.block == nil {
		m.block = m.net.layersOf(block)
	}
	for len(dst) > 0 {
		n := min(block, len(dst))
		m.block[0].SetRows(rows[:n*width])
		m.net.forward(m.block, 0, n, &m.lists)
		for i := range n {
			dst[i] = float64(m.block[len(m.net)].Row(i)[0])
		}
		dst, rows = dst[n:], rows[n*width:]
	}
}

// apply gives the outputs of the first layers on rows of inputs: after the ReLU,
// but for the network's last layer, which has none.
func (p *Params) apply(layers int, rows []float32) []float32 {
	width := p.Layers[layers]
	out := make([]float32, len(rows)/p.Layers[0]*width)
	pack(p).applyTo(rows, layers, runtime.GOMAXPROCS(0), func(from int, m kernel.Matrix) {
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
