package space

// Fingerprint tells which networks of a space compute the same. Equal networks have equal
// values; others have different ones but for a chance of about 10⁻¹⁹ for each pair.
type Fingerprint struct {
	// Output is that of the output as a function of the image and of weights: layers that
	// don't lead from the one to the other count nothing, an identity is its input, zeros are
	// nothing, and sums have no order. 0: the output does not depend on the image.
	Output uint64
	// Work is that of the layers that are run, each with its shapes and with what it reads
	// (sums, identities and zeros with their shapes alone), whether the output depends on them
	// or not, in any order.
	Work uint64
}

// Fingerprint computes the fingerprint of a. It panics as Layers does.
func (s *Space) Fingerprint(a Arch) Fingerprint { return fingerprintOf(s.Layers(a)) }

func fingerprintOf(layers []Layer) Fingerprint {
	out := make([]uint64, len(layers)) // of each layer's output, sums being sums; 0: zeros
	var f Fingerprint
	for i := range layers {
		l := &layers[i]
		var in uint64
		switch {
		case l.From != nil:
			for _, j := range l.From {
				in += out[j]
			}
		case i > 0:
			in = out[i-1]
		default:
			in = 1 // the image
		}
		self := l.fingerprint()
		switch l.Kind {
		case Zero:
			f.Work += self
		case Identity, Sum:
			out[i] = in
			f.Work += self
		default:
			if in != 0 {
				out[i] = mix(self ^ mix(in))
			}
			f.Work += mix(self + 3*mix(in))
		}
	}
	f.Output = out[len(out)-1]
	return f
}

// fingerprint is that of the layer alone: its kind, shapes and settings.
func (l *Layer) fingerprint() uint64 {
	h := uint64(len(l.From))
	for _, text := range []string{string(l.Kind), string(l.Activation)} {
		for _, c := range []byte(text) {
			h = mix(h ^ uint64(c))
		}
		h = mix(h)
	}
	for _, n := range []int{l.InSize, l.OutSize, l.In, l.Out, l.Mid, l.Groups, l.Kernel, l.Stride, l.SE} {
		h = mix(h ^ uint64(n))
	}
	for _, set := range []bool{l.ActFirst, l.Shortcut, l.Norm, l.Expands()} {
		h *= 2
		if set {
			h++
		}
	}
	return mix(h)
}

// mix scrambles a number (splitmix64's last steps; Steele, Lea and Flood, Fast Splittable
// Pseudorandom Number Generators, OOPSLA 2014). It is a bijection.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
