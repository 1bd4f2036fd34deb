package mlp

import (
	"github.com/ofalat/ofalat/latpred/loops"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// net are weights laid out for package loops: for each layer a matrix of inputs ×
// outputs, with the biases as an additional last row.
type net []loops.Matrix

func pack(p *Params) net {
	n := make(net, len(p.Weights))
	for l, in := range p.Layers[:len(p.Weights)] {
		n[l] = loops.NewMatrix(in+1, p.Layers[l+1], 0)
		n[l].SetRows(p.Weights[l])
		copy(n[l].Row(in), p.Biases[l])
	}
	return n
}

// flat copies weights and biases in the order of Params.flat.
func (n net) flat() [][]float32 {
	var out [][]float32
	for _, w := range n {
		in := w.Rows - 1
		out = append(out, w.Values(in), append([]float32{}, w.Row(in)...))
	}
	return out
}

// layersOf allocates a matrix for some rows of each layer's outputs, h[1], h[2], …, and,
// if inputs are dense, of the inputs, h[0]. All have the same stride, as package loops
// requires.
func (n net) layersOf(rows int, dense bool) []loops.Matrix {
	h, widest := make([]loops.Matrix, len(n)+1), 0
	for _, w := range n {
		widest = max(widest, w.Cols)
	}
	if dense {
		widest = max(widest, n[0].Rows-1)
	}
	stride := loops.Padded(widest)
	if dense {
		h[0] = loops.NewMatrix(rows, n[0].Rows-1, stride)
	}
	for l, w := range n {
		h[l+1] = loops.NewMatrix(rows, w.Cols, stride)
	}
	return h
}

// forwardSparse applies the first len(h)−1 layers to the listed rows of x, nil meaning
// all, and writes their outputs to h[1], h[2], … from row first on. Outputs are those
// before the ReLU. lines is working memory.
func (n net) forwardSparse(h []loops.Matrix, first int, x sparse.Rows, rows []int, lines *loops.Sparse) {
	lines.TakeRows(x, rows, n[0])
	count := lines.Len()
	loops.Multiply(h[1], first, lines, n[0], n[0].Rows-1)
	n.forward(h, 1, first, first+count, lines)
}

// forward applies the layers from l on to the rows [from, to) of h[l] and writes their
// outputs to the same rows of h[l+1], h[l+2], …
func (n net) forward(h []loops.Matrix, l, from, to int, lines *loops.Sparse) {
	for ; l < len(h)-1; l++ {
		lines.CompressRows(h[l], from, to, l > 0, n[l])
		loops.Multiply(h[l+1], from, lines, n[l], n[l].Rows-1)
	}
}

// applyTo applies the first layers to d's inputs, block by block, and calls take with
// their outputs for the rows of d from from on, as many as m has. take is called
// concurrently on up to so many threads.
func (n net) applyTo(d Data, layers, threads int, take func(from int, m loops.Matrix)) {
	rows := d.Rows()
	blocks := (rows + BlockRows - 1) / BlockRows
	threads = max(1, min(threads, blocks))
	parallel(threads, func(worker int) {
		h := n.layersOf(BlockRows, d.features != nil)[:layers+1]
		var lines loops.Sparse
		for b := worker * blocks / threads; b < (worker+1)*blocks/threads; b++ {
			first := b * BlockRows
			count := min(BlockRows, rows-first)
			if d.features != nil {
				width := h[0].Cols
				h[0].SetRows(d.features[first*width : (first+count)*width])
				n.forward(h, 0, 0, count, &lines)
			} else {
				n.forwardSparse(h, 0, d.X.Slice(first, first+count), nil, &lines)
			}
			m := h[layers]
			m.Rows = count
			take(first, m)
		}
	})
}
