package transfer

import "github.com/ofalat/ofalat/latpred/space"

// graph says which of a network's layers the output needs: those on a way to it that no layer
// of zeros interrupts. Some runtimes, such as TensorFlow Lite on HELP's Pixel 3 and Raspberry
// Pi 4, leave out the others.
type graph struct {
	needed []bool // by layer
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
	g := graph{needed: make([]bool, n)}
	g.needed[n-1] = true // it is the output
	for i := n - 1; i >= 0; i-- {
		if layers[i].Kind == space.Zero {
			g.needed[i] = false
		}
		if g.needed[i] {
			inputs(layers, i, func(j int) { g.needed[j] = true })
		}
	}
	return g
}

// idle reports whether some layer is not needed.
func (g graph) idle() bool {
	for _, n := range g.needed {
		if !n {
			return true
		}
	}
	return false
}
