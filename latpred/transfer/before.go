package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// costsBefore is the number of costs that models and sources were made with while their
// files lacked largestTensor; physicsBefore is the number of columns that a graph adds to twice
// as many.
const (
	costsBefore   = 7
	physicsBefore = 2
)

var costNamesBefore = [costsBefore]string{"launches", "dense MACs", "depthwise MACs", "activations moved", "parameters",
	"roots of dense MACs", "roots of activations moved"}

// costBefore gives the costs that models had before; those after costsBefore are 0.
func costBefore(l *space.Layer) (c [costs]float64) {
	dense, depthwise := float64(l.MACs()), 0.0
	if l.Kind == space.Block || l.Kind == space.FixedBlock {
		depthwise = float64(l.Mid * l.Kernel * l.Kernel * l.OutSize * l.OutSize)
		dense -= depthwise
	}
	copy(c[:], []float64{launches(l), dense, depthwise, moved(l), float64(l.Params()), math.Sqrt(dense), math.Sqrt(moved(l))})
	return c
}

// graphBefore is what models knew of a graph before: which layers lie on a way from the image
// to the output that no layer of zeros interrupts.
type graphBefore struct {
	live      []bool  // by layer
	connected float64 // 1: there is such a way
	depth     float64 // launches of slots' layers on the longest such way; 0: there is none
}

func graphBeforeOf(layers []space.Layer) graphBefore {
	n, needed := len(layers), graphOf(layers).needed
	g := graphBefore{live: make([]bool, n)}
	longest := make([]float64, n)
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
	if g.live[n-1] {
		g.connected, g.depth = 1, longest[n-1]
	}
	// Of a layer that is reached, needed has the same sense as reached and needed by such.
	for i := range g.live {
		g.live[i] = g.live[i] && needed[i]
	}
	return g
}
