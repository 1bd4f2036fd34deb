package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// The physical costs of a layer, in the order of cost's result.
const (
	costLaunches  = iota // kernels that a GPU starts, normalisations and activations counted
	costDense            // multiply-accumulates of dense convolutions and of linear layers
	costDepthwise        // multiply-accumulates of depthwise convolutions
	costMoved            // activations read and written
	costParams           // parameters
	costRootDense        // square root of the layer's dense multiply-accumulates
	costRootMoved        // square root of the layer's activations moved
	costs                // the number of costs
)

var costNames = [costs]string{"launches", "dense MACs", "depthwise MACs", "activations moved", "parameters",
	"roots of dense MACs", "roots of activations moved"}

// cost gives the physical costs of a layer for one image. Normalisation is taken to run by
// itself, as in training frameworks that don't fold it.
func cost(l *space.Layer) (c [costs]float64) {
	c[costLaunches] = launches(l)
	c[costDense] = float64(l.MACs())
	c[costParams] = float64(l.Params())
	c[costMoved] = moved(l)
	if l.Kind == space.Block || l.Kind == space.FixedBlock {
		c[costDepthwise] = float64(l.Mid * l.Kernel * l.Kernel * l.OutSize * l.OutSize)
		c[costDense] -= c[costDepthwise]
	}
	c[costRootDense], c[costRootMoved] = math.Sqrt(c[costDense]), math.Sqrt(c[costMoved])
	return c
}

// launches is the number of launches with those of normalisations after convolutions.
func launches(l *space.Layer) float64 {
	n := l.Launches()
	switch {
	case !l.Norm || l.Kind == space.Norm:
	case l.Expand == 0:
		n++
	case l.Expands():
		n += 3
	default:
		n += 2
	}
	return float64(n)
}

// moved counts the activations that a layer's convolutions, normalisations, pooling and sums
// read and write; activation functions happen in place.
func moved(l *space.Layer) float64 {
	norm := 1.0
	if l.Norm {
		norm = 3 // written, read, written again
	}
	in, out := float64(l.InSize*l.InSize*l.In), float64(l.OutSize*l.OutSize*l.Out)
	switch {
	case l.Kind == space.Identity:
		return 0
	case l.Kind == space.Sum:
		return float64(len(l.From)+1) * out
	case l.Expand == 0:
		return in + norm*out
	}
	mid := float64(l.Mid)
	wide, narrow := float64(l.InSize*l.InSize)*mid, float64(l.OutSize*l.OutSize)*mid
	n := wide + norm*narrow + narrow + norm*out // depthwise, project
	if l.Expands() {
		n += in + norm*wide
	}
	if l.Shortcut {
		n += 3 * out
	}
	return n
}
