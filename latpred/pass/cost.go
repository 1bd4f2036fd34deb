package pass

import (
	"math"
	"sync"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/mat"
)

// Kinds of device-independent cost. Together they explain a latency coarsely, and Fit
// uses them as its prior mean where the measurements can't attribute time to one of
// several segments. (For example, every network of OFA runs the first slot of each
// stage, so that measurements only determine the sum of their times.)
const (
	costLaunch    = iota // GPU launches
	costMemory           // feature-map values read and written, millions
	costPointwise        // multiplications of 1×1 and full convolutions, millions
	costDepthwise        // of depthwise convolutions, millions
	costKinds
)

// cost is the cost of a segment by kind: a constant, an amount per output pixel
// (written) and an amount per input pixel (read).
type cost struct{ constant, written, read [costKinds]float64 }

const million = 1e-6

// costs gives the cost of each entry of f's layout, computed on the family's reference
// space: spaces of other widths differ roughly by a common factor. Entries that f itself
// does not have cost 0. The result is cached and must not be changed.
func costs(f *space.Family) []cost {
	if c, ok := costsOf.Load(f); ok {
		return c.([]cost)
	}
	resolutions := f.Reference().Resolutions
	resolution := resolutions[len(resolutions)-1]
	p := newPlan(f, resolution)
	out := make([]cost, len(p.entries))
	for choice := range p.choices {
		layers := uniform(f, resolution, choice)
		for i, slot := range slotsOf(layers) {
			s := p.stem
			switch {
			case slot == Head:
				s = p.head
			case slot >= 0:
				s = p.slots[slot*p.choices+choice]
			}
			if first := p.entries[s.Entry].Slot; slot >= 0 && slot != first || slot < 0 && choice > 0 {
				continue // counted already
			}
			out[s.Entry].add(layerCost(layers[i]), layers[i], s)
		}
	}
	costsOf.Store(f, out)
	return out
}

var costsOf sync.Map // *space.Family to []cost

// add adds the cost of layer l to that of segment s, converted from the layer's pixels
// to the segment's where their sizes differ.
func (c *cost) add(other cost, l space.Layer, s Segment) {
	written, read := pixelsOver(l.OutSize, s.Out), pixelsOver(l.InSize, s.In)
	for k := range costKinds {
		c.constant[k] += other.constant[k]
		c.written[k] += written * other.written[k]
		c.read[k] += read * other.read[k]
	}
}

// pixelsOver is the ratio of the pixels of two square feature maps.
func pixelsOver(size, other int) float64 { return float64(size*size) / float64(other*other) }

// layerCost is the cost of a layer per image. Memory traffic of depthwise convolutions
// and activations is counted; that of batch normalisation, squeeze-and-excitation and
// shortcuts is not, and a block's shortcut does not count as a launch either.
func layerCost(l space.Layer) (c cost) {
	in, mid, out := float64(l.In), float64(l.Mid), float64(l.Out)
	kernel, groups := float64(l.Kernel*l.Kernel), float64(max(1, l.Groups))
	conv := func(at *[costKinds]float64, in, out float64) { // 1×1: reads in values and writes out values per pixel
		at[costMemory] += (in + out) * million
		at[costPointwise] += in * out / groups * million
	}
	c.constant[costLaunch] = float64(l.Launches())
	switch l.Kind {
	case space.FixedBlock: // small, and the same for all
		c.written[costMemory] = 4 * out * million
		c.written[costPointwise] = mid * out * million
		c.written[costDepthwise] = kernel * mid * million
	case space.Block:
		if l.Shortcut {
			c.constant[costLaunch]--
		}
		if l.Expands() {
			conv(&c.read, in, mid)
		}
		c.read[costMemory] += 3 * mid * million // activation, and the depthwise convolution's input
		c.written[costMemory] += 3 * mid * million
		c.written[costDepthwise] += kernel * mid * million
		conv(&c.written, mid, out)
	case space.HeadExpand:
		conv(&c.written, in, out)
		c.written[costMemory] += 2 * out * million
	case space.FeatureMix:
		if l.OutSize == 1 {
			c.constant[costPointwise] = in * out * million
		} else {
			conv(&c.written, in, out)
		}
	case space.Classifier:
		c.constant[costPointwise] = in * out * million
		c.constant[costMemory] = in * out * million / 64 // weights, read once per batch of 64
	case space.Pool, space.Identity:
	default: // dense convolution, average, sum, zeros, normalisation
		c.read[costMemory] = in * float64(max(1, len(l.From))) * million
		c.written[costMemory] = out * million
		if l.Activation != space.Linear {
			c.written[costMemory] = 3 * out * million
		}
		if l.Kind == space.Stem || l.Kind == space.Conv {
			c.written[costPointwise] = kernel * in * out * million
		}
	}
	return c
}

// at gives the total cost for the feature-map sizes of s.
func (c cost) at(s Segment) (sum [costKinds]float64) {
	in, out := float64(s.In*s.In), float64(s.Out*s.Out)
	for k := range sum {
		sum[k] = c.constant[k] + out*c.written[k] + in*c.read[k]
	}
	return sum
}

// fitCosts estimates the milliseconds per unit of each kind of cost, none below 0, by
// least squares on relative errors. segs are the segments of networks of f, y their
// latencies in milliseconds, above 0.
func fitCosts(segs [][]Segment, f *space.Family, y []float64) [costKinds]float64 {
	table := costs(f)
	var gram [costKinds][costKinds]float64
	var moment [costKinds]float64
	for i, ss := range segs {
		var x [costKinds]float64
		for _, s := range ss {
			for k, v := range table[s.Entry].at(s) {
				x[k] += v / y[i]
			}
		}
		for k := range x {
			moment[k] += x[k]
			for l := range x {
				gram[k][l] += x[k] * x[l]
			}
		}
	}
	return nonNegative(gram, moment)
}

// dot is the inner product of x and y.
func dot(x, y [costKinds]float64) (sum float64) {
	for k, v := range x {
		sum += v * y[k]
	}
	return sum
}

// nonNegative minimises xᵀGx/2 − mᵀx over x ≥ 0 by trying every subset of kinds as
// those above 0.
func nonNegative(gram [costKinds][costKinds]float64, moment [costKinds]float64) (best [costKinds]float64) {
	lowest := 0.0
	for set := 1; set < 1<<costKinds; set++ {
		var at []int
		for k := range costKinds {
			if set>>k&1 == 1 {
				at = append(at, k)
			}
		}
		g, m := mat.NewSymDense(len(at), nil), mat.NewVecDense(len(at), nil)
		for p, k := range at {
			m.SetVec(p, moment[k])
			for q, l := range at[p:] {
				g.SetSym(p, p+q, gram[k][l])
			}
			g.SetSym(p, p, g.At(p, p)*(1+1e-9))
		}
		var chol mat.Cholesky
		var x mat.VecDense
		if !chol.Factorize(g) || chol.SolveVecTo(&x, m) != nil && x.Len() == 0 {
			continue
		}
		value := -.5 * mat.Dot(&x, m)
		if mat.Min(&x) < 0 || !(value < lowest) || math.IsInf(value, 0) {
			continue
		}
		lowest, best = value, [costKinds]float64{}
		for p, k := range at {
			best[k] = x.AtVec(p)
		}
	}
	return best
}
