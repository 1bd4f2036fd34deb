package mlp

import (
	"sync"

	"github.com/ofalat/ofalat/latpred/loops"
)

// net are weights laid out for package loops: of each layer a matrix of inputs ×
// outputs, with the bias as one row more.
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

// flat gives weights and biases layer by layer, as Params.flat does.
func (n net) flat() [][]float32 {
	var out [][]float32
	for _, w := range n {
		in := w.Rows - 1
		out = append(out, w.Values(in), append([]float32{}, w.Row(in)...))
	}
	return out
}

// layersOf makes room for rows of inputs and of what each layer makes of them. All
// have one stride, which loops.MultiplySampled wants.
func (n net) layersOf(rows int) []loops.Matrix {
	widest := n[0].Rows - 1
	for _, w := range n {
		widest = max(widest, w.Cols)
	}
	stride := loops.Padded(widest)
	h := []loops.Matrix{loops.NewMatrix(rows, n[0].Rows-1, stride)}
	for _, w := range n {
		h = append(h, loops.NewMatrix(rows, w.Cols, stride))
	}
	return h
}

// forward fills rows from from to below to of h[1], h[2], … from those of h[0],
// for as many layers as h has room for. The last of them is as it is before the
// ReLU. lists is working memory.
func (n net) forward(h []loops.Matrix, from, to int, lists *loops.Sparse) {
	for l, w := range n[:len(h)-1] {
		lists.CompressRows(h[l], from, to, l > 0, w)
		loops.Multiply(h[l+1], from, lists, w, w.Rows-1)
	}
}

// applyTo calls take with rows of what the first layers make of x, block by block
// on so many threads: from the row given on, as many as m has.
func (n net) applyTo(x []float32, layers, threads int, take func(from int, m loops.Matrix)) {
	width := n[0].Rows - 1
	rows := len(x) / width
	blocks := (rows + BlockRows - 1) / BlockRows
	threads = max(1, min(threads, blocks))
	var group sync.WaitGroup
	work := func(from, to int) {
		h := n.layersOf(BlockRows)[:layers+1]
		var lists loops.Sparse
		for b := from; b < to; b++ {
			first := b * BlockRows
			count := min(BlockRows, rows-first)
			h[0].SetRows(x[first*width : (first+count)*width])
			n.forward(h, 0, count, &lists)
			m := h[layers]
			m.Rows = count
			take(first, m)
		}
	}
	for t := range threads - 1 {
		group.Go(func() { work(t*blocks/threads, (t+1)*blocks/threads) })
	}
	work((threads-1)*blocks/threads, blocks)
	group.Wait()
}
