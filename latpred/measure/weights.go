package measure

import (
	"fmt"
	"hash/fnv"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
)

// array is a named block of numbers, row-major.
type array struct {
	name   string
	dims   []int
	values []float32
}

// draw returns n numbers in [-1, 1) that depend on the name alone: SplitMix64 with the
// FNV-1a hash of the name as its seed. They are easy to reproduce in any language;
// testdata/reference.py does it. Latency does not depend on weights as long as none is
// denormal, and made-up weights let every machine measure the same network.
func draw(name string, n int) []float32 {
	h := fnv.New64a()
	h.Write([]byte(name))
	state := h.Sum64()
	values := make([]float32, n)
	for i := range values {
		state += 0x9E3779B97F4A7C15
		z := state
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
		values[i] = float32(z>>40)/(1<<23) - 1
	}
	return values
}

// place names the position of layer i in a network, on which its weights depend. Each
// position has weights of its own, so that they need as much cache as trained ones.
func place(l space.Layer, i int) string {
	switch l.Kind {
	case space.Block:
		return fmt.Sprintf("block%d", l.Slot)
	case space.Conv, space.Norm: // a network may have several of these
		return fmt.Sprintf("layer%d", i)
	}
	return string(l.Kind)
}

// weightsName names the weights of an op of a layer at a place.
func weightsName(place string, o op) string {
	name := fmt.Sprintf("%s/%s/k%d/%dto%d", place, o.name, o.kernel, o.in, o.out)
	if o.groups > 1 {
		name += fmt.Sprintf("/g%d", o.groups)
	}
	return name
}

// weightsOf returns the arrays that an op of a layer at a place reads: weights, and a
// bias where there is one. Weights are [height, width, input of a group, output], or
// [output, input] for images of one pixel. Batch normalisation is folded into both, as in
// deployed networks.
func weightsOf(place string, o op) []array {
	name := weightsName(place, o)
	spread := func(part string, dims []int, fanIn int) array {
		n := 1
		for _, d := range dims {
			n *= d
		}
		a := array{name + "/" + part, dims, draw(name+"/"+part, n)}
		scale := float32(math.Sqrt(3 / float64(fanIn)))
		for i := range a.values {
			a.values[i] *= scale
		}
		return a
	}
	switch o.kind {
	case average, shuffle, avgPool, zeros, activate:
		return nil
	case normalise:
		w := array{name + "/w", []int{o.out}, slices.Repeat([]float32{1}, o.out)}
		return []array{w, fold(name, o, w)}
	case linear:
		return []array{transposed(spread("w", []int{o.in, o.out}, o.in)), spread("b", []int{o.out}, o.in)}
	case squeeze:
		return []array{
			transposed(spread("reduce.w", []int{o.in, o.mid}, o.in)), spread("reduce.b", []int{o.mid}, o.in),
			transposed(spread("expand.w", []int{o.mid, o.out}, o.mid)), spread("expand.b", []int{o.out}, o.mid),
		}
	case depthwise:
		w := spread("w", []int{o.kernel, o.kernel, o.out}, o.kernel*o.kernel)
		return []array{w, fold(name, o, w)}
	}
	in := o.in / max(1, o.groups)
	w := spread("w", []int{o.kernel, o.kernel, in, o.out}, o.kernel*o.kernel*in)
	if o.pooled {
		w = transposed(array{w.name, []int{o.in, o.out}, w.values})
	}
	if !o.norm {
		return []array{w}
	}
	return []array{w, fold(name, o, w)}
}

// transposed swaps the axes of a matrix.
func transposed(a array) array {
	rows, columns := a.dims[0], a.dims[1]
	t := array{a.name, []int{columns, rows}, make([]float32, len(a.values))}
	for i, v := range a.values {
		t.values[i%columns*rows+i/columns] = v
	}
	return t
}

// fold folds the batch normalisation that follows into w, whose last axis is the output
// channels, and returns the resulting bias.
func fold(name string, o op, w array) array {
	gamma, beta := draw(name+"/gamma", o.out), draw(name+"/beta", o.out)
	mean, variance := draw(name+"/mean", o.out), draw(name+"/variance", o.out)
	bias := array{name + "/b", []int{o.out}, make([]float32, o.out)}
	scale := make([]float32, o.out)
	for c := range o.out {
		// scale 1 ± .2, shift ± .5, running mean ± .2, running variance 1 ± .5
		s := (1 + .2*float64(gamma[c])) / math.Sqrt(1+.5*float64(variance[c])+o.epsilon)
		scale[c] = float32(s)
		bias.values[c] = float32(.5*float64(beta[c]) - .2*float64(mean[c])*s)
	}
	for i := range w.values {
		w.values[i] *= scale[i%o.out]
	}
	return bias
}

// image is the input of networks at a resolution, [batch, r, r, 3] in NHWC order.
func image(batch, resolution int) array { return activations("image", batch, resolution, 3) }

// activations is an input of a layer, [batch, size, size, channels] in NHWC order.
func activations(name string, batch, size, channels int) array {
	return array{name, []int{batch, size, size, channels}, draw(fmt.Sprintf("%s/%dx%dx%dx%d", name, batch, size, size, channels), batch*size*size*channels)}
}
