package transfer

import "github.com/ofalat/ofalat/latpred/space"

// The physical costs of a layer, in the order of cost's result.
const (
	costLaunches  = iota // kernels that a GPU starts, normalisations and activations counted
	costDense            // multiply-accumulates of dense convolutions and of linear layers
	costDepthwise        // multiply-accumulates of depthwise convolutions
	costMoved            // activations read and written
	costParams           // parameters
	costs
)

var costNames = [costs]string{"launches", "dense MACs", "depthwise MACs", "activations moved", "parameters"}

// cost gives the physical costs of a layer for one image. Normalisation is taken to run by
// itself, as in training frameworks that don't fold it.
func cost(l *space.Layer) (c [costs]float64) {
	c[costLaunches] = float64(l.Launches() + norms(l))
	c[costDense] = float64(l.MACs())
	c[costParams] = float64(l.Params())
	c[costMoved] = moved(l)
	if l.Kind == space.Block || l.Kind == space.FixedBlock {
		c[costDepthwise] = float64(l.Mid * l.Kernel * l.Kernel * l.OutSize * l.OutSize)
		c[costDense] -= c[costDepthwise]
	}
	return c
}

// norms is the number of normalisations after convolutions of the layer.
func norms(l *space.Layer) int {
	switch {
	case !l.Norm:
		return 0
	case l.Expand == 0:
		return 1
	case l.Expands():
		return 3
	}
	return 2
}

// moved counts the activations that a layer's convolutions, normalisations, pooling and sums
// read and write; activations happen in place.
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
