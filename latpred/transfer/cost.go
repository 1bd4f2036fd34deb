package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
)

// The physical costs of a layer, in the order of cost's result. They were chosen one after the
// other, each the one that predicted HELP's devices of FBNet best that are sources of
// NASFLAT's tasks; those that brought less than 0.0002 of rank correlation were left out, such
// as the root of a layer's multiply-accumulates.
const (
	costDispatches = iota // operations that a framework starts one by one
	costDense             // multiply-accumulates of dense convolutions and of linear layers
	costDepthwise         // multiply-accumulates of depthwise convolutions and of pooling windows
	costMoved             // activations read and written
	costParams            // parameters
	costRootParams        // square root of the layer's parameters: small matrices are less efficient
	costUngrouped         // dense multiply-accumulates if no convolution had groups, which few devices profit from
	costShuffled          // activations that channel shuffles read and write
	costLarge             // activations moved beyond a fifth of the largest layer's …
	costLargest           // … and beyond two fifths: what a device that waits for dispatches otherwise still pays for
	costs                 // the number of costs
)

var costNames = [costs]string{"dispatches", "dense MACs", "depthwise MACs", "activations moved", "parameters", "roots of parameters",
	"MACs if ungrouped", "activations shuffled", "activations of large layers", "activations of the largest layers"}

// Parts of the largest layer's activations beyond which costLarge and costLargest count.
const (
	largePart   = .2
	largestPart = .4
)

// cost gives the physical costs of a layer for one image, where largest is the greatest number
// of activations that a layer of the space moves. Normalisation is taken to run by itself, as
// in training frameworks that don't fold it.
func cost(l *space.Layer, largest float64) (c [costs]float64) {
	c[costDispatches] = dispatches(l)
	c[costDense] = float64(l.MACs())
	c[costParams] = float64(l.Params())
	c[costRootParams] = math.Sqrt(c[costParams])
	c[costMoved] = movedShuffled(l)
	c[costShuffled] = shuffled(l)
	if l.Kind == space.AvgPool {
		c[costDepthwise] = float64(l.Out * l.Kernel * l.Kernel * l.OutSize * l.OutSize)
	}
	if l.Kind == space.Block || l.Kind == space.FixedBlock {
		c[costDepthwise] = float64(l.Mid * l.Kernel * l.Kernel * l.OutSize * l.OutSize)
		c[costDense] -= c[costDepthwise]
	}
	c[costUngrouped] = c[costDense] * float64(max(1, l.Groups))
	c[costLarge] = max(0, c[costMoved]-largePart*largest)
	c[costLargest] = max(0, c[costMoved]-largestPart*largest)
	return c
}

// dispatches is the number of launches with those of normalisations after convolutions. A
// channel shuffle counts as 2: with one image, GPUs wait for the framework, to which its
// transposition is an operation as its copy is. On HELP's 2080 Ti and Titan RTX a block takes
// .074 and .083 ms longer with it, and .037 and .043 ms for each of its other launches.
func dispatches(l *space.Layer) float64 {
	n := launches(l)
	if l.Expand > 0 && l.Groups > 1 {
		n++
	}
	return n
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

// shuffled counts the activations that the channel shuffle of a block with groups reads and
// writes: those between its expansion and its depthwise convolution.
func shuffled(l *space.Layer) float64 {
	if l.Expand == 0 || l.Groups <= 1 {
		return 0
	}
	return 2 * float64(l.InSize*l.InSize*l.Mid)
}

// movedShuffled is moved with what channel shuffles move.
func movedShuffled(l *space.Layer) float64 { return moved(l) + shuffled(l) }

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
