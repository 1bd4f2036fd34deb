package transfer

import "github.com/ofalat/ofalat/latpred/space"

// graph is what a network's layers say as a graph: which of them lie on a way from the image
// to the output that no layer of zeros interrupts.
type graph struct {
	live      []bool  // by layer
	connected bool    // there is such a way
	depth     float64 // launches of slots' layers on the longest such way; 0: there is none
}

// reset makes room for a number of layers.
func (g *graph) reset(layers int) {
	g.connected, g.depth = false, 0
	if cap(g.live) < layers {
		g.live = make([]bool, layers)
	}
	g.live = g.live[:layers]
}

// read works out the graph of layers. longest is scratch of their length.
func (g *graph) read(layers []space.Layer, longest []float64) {
	g.reset(len(layers))
	inputs := func(i int, visit func(from int)) {
		if from := layers[i].From; from != nil {
			for _, j := range from {
				visit(j)
			}
		} else if i > 0 {
			visit(i - 1)
		}
	}
	for i := range layers { // reached from the image
		g.live[i], longest[i] = i == 0, 0
		inputs(i, func(j int) {
			if g.live[j] {
				g.live[i], longest[i] = true, max(longest[i], longest[j])
			}
		})
		if layers[i].Kind == space.Zero {
			g.live[i] = false
		}
		if layers[i].Slot >= 0 {
			longest[i] += float64(layers[i].Launches() + norms(&layers[i]))
		}
	}
	last := len(layers) - 1
	if g.connected = g.live[last]; g.connected {
		g.depth = longest[last]
	}
	needed := make([]bool, len(layers)) // for the output
	needed[last] = true
	for i := last; i >= 0; i-- {
		if g.live[i] = g.live[i] && needed[i]; g.live[i] {
			inputs(i, func(j int) { needed[j] = true })
		}
	}
}
