package mlp

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/ofalat/ofalat/latpred/tensor"
)

// The layer widths of the paper's network.
var (
	PublishedLayers = []int{128, 400, 400, 400, 1} // as in the authors' code and checkpoints
	TextLayers      = []int{128, 400, 400, 1}      // as in the paper's text
)

// Params are the weights of a network of linear layers with ReLU between them.
// Layer l maps Layers[l] inputs to Layers[l+1] outputs.
type Params struct {
	Layers  []int       // widths, input first
	Weights [][]float32 // for each layer, inputs × outputs, row-major
	Biases  [][]float32 // for each layer, one for each output
}

// Init draws weights and biases uniformly from ±1/√inputs, PyTorch's default.
// Layers must have at least two positive widths, or Init panics.
func Init(rng *rand.Rand, layers []int) *Params {
	if len(layers) < 2 || slices.Min(layers) <= 0 {
		panic(fmt.Sprintf("mlp: layers %v", layers))
	}
	p := &Params{Layers: slices.Clone(layers)}
	for l, in := range layers[:len(layers)-1] {
		bound := 1 / math.Sqrt(float64(in))
		draw := func(n int) []float32 {
			values := make([]float32, n)
			for i := range values {
				values[i] = float32(bound * (2*rng.Float64() - 1))
			}
			return values
		}
		p.Weights = append(p.Weights, draw(in*layers[l+1]))
		p.Biases = append(p.Biases, draw(layers[l+1]))
	}
	return p
}

// FromTensors takes weights from the tensors of a PyTorch network: for each
// layer a weight, outputs × inputs, and a bias. A missing last bias is zero.
func FromTensors(tensors []tensor.Tensor) (*Params, error) {
	p := &Params{}
	for len(tensors) > 0 {
		w := tensors[0]
		if len(w.Shape) != 2 || len(p.Layers) > 0 && p.Layers[len(p.Layers)-1] != w.Shape[1] {
			return nil, fmt.Errorf("tensor %s of shape %v is no weight that follows layers %v", w.Name, w.Shape, p.Layers)
		}
		out, in := w.Shape[0], w.Shape[1]
		if len(p.Layers) == 0 {
			p.Layers = []int{in}
		}
		p.Layers = append(p.Layers, out)
		weights := make([]float32, in*out)
		for o := range out {
			for i := range in {
				weights[i*out+o] = w.Values[o*in+i]
			}
		}
		p.Weights = append(p.Weights, weights)
		tensors = tensors[1:]
		bias := make([]float32, out)
		if len(tensors) > 0 && len(tensors[0].Shape) == 1 {
			if tensors[0].Shape[0] != out {
				return nil, fmt.Errorf("tensor %s of shape %v is no bias of %d outputs", tensors[0].Name, tensors[0].Shape, out)
			}
			copy(bias, tensors[0].Values)
			tensors = tensors[1:]
		}
		p.Biases = append(p.Biases, bias)
	}
	return p, p.Validate()
}

// Validate errs if there is no layer, a width is not positive, or the slices do not have
// the lengths that Layers implies.
func (p *Params) Validate() error {
	n := len(p.Layers) - 1
	if n < 1 || len(p.Weights) != n || len(p.Biases) != n {
		return fmt.Errorf("mlp: layers %v with %d weights and %d biases", p.Layers, len(p.Weights), len(p.Biases))
	}
	for l := range n {
		in, out := p.Layers[l], p.Layers[l+1]
		if in <= 0 || out <= 0 || len(p.Weights[l]) != in*out || len(p.Biases[l]) != out {
			return fmt.Errorf("mlp: layer %d of %d to %d has %d weights and %d biases", l, in, out, len(p.Weights[l]), len(p.Biases[l]))
		}
	}
	return nil
}

// Clone returns a deep copy.
func (p *Params) Clone() *Params {
	c := &Params{Layers: slices.Clone(p.Layers)}
	for l := range p.Weights {
		c.Weights = append(c.Weights, slices.Clone(p.Weights[l]))
		c.Biases = append(c.Biases, slices.Clone(p.Biases[l]))
	}
	return c
}

// Count returns the number of weights and biases.
func (p *Params) Count() int {
	n := 0
	for l := range p.Weights {
		n += len(p.Weights[l]) + len(p.Biases[l])
	}
	return n
}

// flat lists weights and biases layer by layer, without copying: w0, b0, w1, …
func (p *Params) flat() [][]float32 {
	var out [][]float32
	for l := range p.Weights {
		out = append(out, p.Weights[l], p.Biases[l])
	}
	return out
}
