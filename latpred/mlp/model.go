package mlp

import (
	"fmt"
	"runtime"

	"github.com/ofalat/ofalat/latpred/loops"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// BlockRows is the number of rows that a Model processes together: few enough that a
// layer's outputs stay in cache, and enough to use each weight several times.
const BlockRows = 128

// Model applies weights on the processor, without allocating. It must not be used by two
// goroutines at once; Clone makes another that shares the weights. The output for a row
// does not depend, to the bit, on the other rows.
type Model struct {
	params *Params
	net    net
	inputs sparse.Rows    // for Input
	layers []loops.Matrix // each layer's outputs for a block of rows
	lines  loops.Sparse
}

// NewModel prepares p for prediction. It keeps p, which must not be changed afterwards.
// It panics if Params.Validate errs.
func NewModel(p *Params) *Model {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	return newModel(p, pack(p))
}

func newModel(p *Params, n net) *Model {
	return &Model{params: p, net: n, layers: n.layersOf(BlockRows, false)}
}

// Clone returns a model that shares m's weights but not its working memory.
func (m *Model) Clone() *Model { return newModel(m.params, m.net) }

// Params returns the weights, which must not be changed.
func (m *Model) Params() *Params { return m.params }

// Input returns an empty list of rows, as wide as the network's inputs, to be filled and
// passed to Predict. It is the model's own memory: the next call of Input or PredictRow
// overwrites it.
func (m *Model) Input() *sparse.Rows {
	m.inputs.Reset(m.params.Layers[0])
	return &m.inputs
}

// Predict writes the network's output for each row of x to dst. It panics if x does not
// have len(dst) rows or is not as wide as the network's inputs.
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

// PredictRow returns the network's output for one row, whose inputs are values in the
// listed columns, which must ascend, and 0 in all others.
func (m *Model) PredictRow(columns []int, values []float32) float64 {
	m.Input().Append(columns, values)
	var one [1]float64
	m.Predict(one[:], m.inputs)
	return one[0]
}

// Outputs returns what the last layer gives for each row of x, row-major, computed on all
// cores. Unlike a Model it takes networks of more than one output, such as the first layers
// of another. It panics if x is not as wide as the network's inputs or Params.Validate errs.
func (p *Params) Outputs(x sparse.Rows) []float32 {
	if err := p.Validate(); err != nil {
		panic(err.Error())
	}
	if x.Cols != p.Layers[0] {
		panic(fmt.Sprintf("mlp: rows of %d inputs for a network of %d", x.Cols, p.Layers[0]))
	}
	return p.features(len(p.Weights), Data{X: x, Y: make([]float32, x.Len())}).features
}

// features returns d with its inputs replaced by the outputs of the first layers, after
// the ReLU, which the network's last layer does not have.
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
