package mlp

import (
	"fmt"
	"runtime"

	"github.com/ofalat/ofalat/latpred/loops"
	"github.com/ofalat/ofalat/latpred/sparse"
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
	inputs sparse.Rows    // for Input
	layers []loops.Matrix // what each layer makes of a block of rows
	lines  loops.Sparse
}

// NewModel prepares p, which it keeps, for prediction. It panics where
// Params.Validate errs.
func NewModel(p *Params) *Model {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	return newModel(p, pack(p))
}

func newModel(p *Params, n net) *Model {
	return &Model{params: p, net: n, layers: n.layersOf(BlockRows, false)}
}

// Clone shares the weights, not the working memory.
func (m *Model) Clone() *Model { return newModel(m.params, m.net) }

// Params gives the weights.
func (m *Model) Params() *Params { return m.params }

// Input gives rows of the network's inputs, without any yet, to be filled and passed
// to Predict. They are the model's own: a caller that uses them again and again needs
// no memory for them, and has lost what was in them.
func (m *Model) Input() *sparse.Rows {
	m.inputs.Reset(m.params.Layers[0])
	return &m.inputs
}

// Predict applies the network to rows of inputs and writes one value for each to dst.
// It panics where they are not as many, or not as wide as the network's inputs.
func (m *Model) Predict(dst []float64, x sparse.Rows) {
	if x.Len() != len(dst) || x.Cols != m.params.Layers[0] {
		panic(fmt.Sprintf("mlp: %d rows of %d inputs for %d predictions of a network of %d inputs", x.Len(), x.Cols, len(dst), m.params.Layers[0]))
	}
	for first := 0; first < len(dst); first += BlockRows {
		end := min(first+BlockRows, len(dst))
		m.net.forwardSparse(m.layers, 0, x.Slice(first, end), nil, &m.lines)
		out := m.layers[len(m.net)]
		for i := range end - first {
			dst[first+i] = float64(out.Row(i)[0])
		}
	}
}

// PredictRow applies the network to one row, whose inputs are values in the columns
// listed, which ascend, and 0 in all others.
func (m *Model) PredictRow(columns []int, values []float32) float64 {
	m.Input().Append(columns, values)
	var one [1]float64
	m.Predict(one[:], m.inputs)
	return one[0]
}

// features gives what the first layers make of d's inputs, in the place of them: after
// the ReLU, but for the network's last layer, which has none.
func (p *Params) features(layers int, d Data) Data {
	width := p.Layers[layers]
	out := make([]float32, d.Rows()*width)
	pack(p).applyTo(d, layers, runtime.GOMAXPROCS(0), func(from int, m loops.Matrix) {
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
	return Data{Y: d.Y, features: out}
}
