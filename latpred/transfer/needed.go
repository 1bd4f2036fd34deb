package transfer

import "github.com/ofalat/ofalat/latpred/space"

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

// neededOf says which of a network's layers the output needs: those on a way to it that no layer
// of zeros interrupts. Some runtimes, such as TensorFlow Lite on HELP's Pixel 3 and Raspberry
// Pi 4, leave out the others.
func neededOf(layers []space.Layer) []bool {
	n := len(layers)
	needed := make([]bool, n)
	needed[n-1] = true // it is the output
	for i := n - 1; i >= 0; i-- {
		if layers[i].Kind == space.Zero {
			needed[i] = false
		}
		if needed[i] {
			inputs(layers, i, func(j int) { needed[j] = true })
		}
	}
	return needed
}
