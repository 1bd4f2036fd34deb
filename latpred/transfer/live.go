package transfer

import "github.com/ofalat/ofalat/latpred/space"

// graph is what a network's layers are as a graph: which of them lie on a way from the image
// to the output that no layer of zeros interrupts.
type graph struct {
	live      []bool  // by layer
	connected bool    // there is such a way
	depth     float64 // launches of slots' layers on the longest such way; 0: there is none
}

// inputs calls visit for each layer that layer i reads.
func inputs(layers []space.Layer, i int, visit func(from int)) {
	switch from := layers[i].From; {
	case from != nil:
		for _, j := range from {
			visit(j)
		}
	case i > 0:
		visit(i - 1)
	}
}

// graphOf reads the graph of layers.
func graphOf(layers []space.Layer) graph {
	n := len(layers)
	g := graph{live: make([]bool, n)}
	longest, needed := make([]float64, n), make([]bool, n)
	for i := range layers { // reached from the image
		g.live[i] = i == 0
		inputs(layers, i, func(j int) {
			if g.live[j] {
				g.live[i], longest[i] = true, max(longest[i], longest[j])
			}
		})
		if layers[i].Kind == space.Zero {
			g.live[i] = false
		}
		if layers[i].Slot >= 0 {
			longest[i] += launches(&layers[i])
		}
	}
	if g.connected = g.live[n-1]; g.connected {
		g.depth = longest[n-1]
	}
	needed[n-1] = true // for the output
	for i := n - 1; i >= 0; i-- {
		if g.live[i] = g.live[i] && needed[i]; g.live[i] {
			inputs(layers, i, func(j int) { needed[j] = true })
		}
	}
	return g
}

// dead reports whether some layer is not live.
func (g graph) dead() bool {
	for _, l := range g.live {
		if !l {
			return true
		}
	}
	return false
}
