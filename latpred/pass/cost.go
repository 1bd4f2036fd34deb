package pass

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// What a segment costs whatever the device: these explain a latency coarsely, and
// are what a fit falls back on where measurements don't say which of two segments
// the time is due to. (Every network has one first slot in each stage: only the
// sum of their times shows.)
const (
	costLaunch    = iota // kernels
	costMemory           // feature-map values read and written, millions
	costPointwise        // multiplications of 1×1 and full convolutions, millions
	costDepthwise        // of depthwise convolutions, millions
	costKinds
)

// cost is that of a segment: a constant part, one for each output pixel and one
// for each input pixel.
type cost struct{ constant, written, read [costKinds]float64 }

// channels of the stem's, fixed block's and stages' outputs, and of the head. All
// widths are alike in proportion.
type channels struct {
	stem, fixed float64
	stages      []float64
	head, mix   float64
}

var channelsOf = map[int]channels{
	5: {16, 16, []float64{24, 40, 80, 112, 160}, 960, 1280},
	6: {40, 24, []float64{32, 56, 104, 128, 248, 416}, 0, 1664},
}

const million = 1e-6

// costOf gives the cost of an entry in networks of so many stages.
func costOf(entry, stages int) cost {
	ch := channelsOf[stages]
	var c cost
	conv := func(at *[costKinds]float64, in, out float64) { // 1×1: reads in, writes out, a pixel
		at[costMemory] += (in + out) * million
		at[costPointwise] += in * out * million
	}
	switch entry {
	case Stem:
		c.constant[costLaunch] = float64(stemLaunches[stages])
		c.read[costMemory] = 3 * million
		c.written[costMemory] = (3*ch.stem + 4*ch.fixed) * million
		c.written[costPointwise] = (27*ch.stem + ch.stem*ch.fixed) * million
		c.written[costDepthwise] = 9 * ch.stem * million
	case Head:
		last := ch.stages[len(ch.stages)-1]
		c.constant[costLaunch] = float64(headLaunches[stages])
		c.constant[costPointwise] = 1000 * ch.mix * million
		c.constant[costMemory] = 1000 * ch.mix * million / 64 // weights, once a batch
		if ch.head > 0 {
			conv(&c.written, last, ch.head)
			c.written[costMemory] += 2 * ch.head * million
			c.constant[costPointwise] += ch.head * ch.mix * million
		} else {
			conv(&c.written, last, ch.mix)
		}
	default:
		stage := Stage(entry)
		in, out := ch.fixed, ch.stages[stage]
		if Later(entry) {
			in = out
		} else if stage > 0 {
			in = ch.stages[stage-1]
		}
		k, e := float64(3+2*KernelIndex(entry)), []float64{3, 4, 6}[ExpandIndex(entry)]
		mid := in * e
		c.constant[costLaunch] = float64(launches[stages][stage])
		conv(&c.read, in, mid)
		c.read[costMemory] += 3 * mid * million // activation, and the depthwise convolution's input
		c.written[costMemory] += 3 * mid * million
		c.written[costDepthwise] += k * k * mid * million
		conv(&c.written, mid, out)
	}
	return c
}

// at gives the cost at the size of a segment.
func (c cost) at(s Segment) (sum [costKinds]float64) {
	in, out := float64(s.In*s.In), float64(s.Out*s.Out)
	for k := range sum {
		sum[k] = c.constant[k] + out*c.written[k] + in*c.read[k]
	}
	return sum
}

// fitCosts finds what the kinds of cost take on a device, milliseconds, none of
// them below 0, by relative least squares.
func fitCosts(segs [][]Segment, stages int, y []float64) [costKinds]float64 {
	var table [Entries]cost
	for e := range table {
		if Stage(e) < stages {
			table[e] = costOf(e, stages)
		}
	}
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

// nonNegative minimises xᵀGx/2 − mᵀx over x ≥ 0 by trying every set of kinds that
// are above 0.
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
