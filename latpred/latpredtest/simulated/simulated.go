// Package simulated makes up devices whose true times are known, for tests of what
// learns a device from measurements.
package simulated

import (
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/space"
)

// Device is a made-up device: a pass takes the sum of its layers' times, and what a
// layer takes depends on the layer alone. Tables can say that exactly.
type Device struct {
	LayerMs   float64 // of each layer, whatever it does
	GMACs     float64 // multiply-accumulates a second, 10⁹
	GValues   float64 // feature-map values read and written a second, 10⁹
	Deeper    float64 // relative change of a block's time from the first to the last slot of the space
	Large     float64 // relative change for each step of a kernel above 3
	NoisePart float64 // standard deviation of a measurement, as a part of it
}

// Card and Phone are devices of different habits: the one has fast arithmetic and a
// cost for each layer, the other is slow and pays for large kernels.
var (
	Card  = Device{LayerMs: .08, GMACs: 120, GValues: 9}
	Phone = Device{LayerMs: .02, GMACs: 12, GValues: 4, Large: .15}
)

// LayerTimeMs is what a layer of a space of so many slots takes.
func (d Device) LayerTimeMs(l space.Layer, slots int) float64 {
	values := float64(l.In*l.InSize*l.InSize + l.Out*l.OutSize*l.OutSize)
	ms := d.LayerMs + 1e-6*(float64(l.MACs())/d.GMACs+values/d.GValues)
	if l.Slot >= 0 {
		ms *= 1 + d.Deeper*float64(l.Slot)/float64(slots)
	}
	if l.Kernel > 3 {
		ms *= 1 + d.Large*float64(l.Kernel-3)/2
	}
	return ms
}

// PassMs is the true time of a pass of a network of s.
func (d Device) PassMs(s *space.Space, a space.Arch) (ms float64) {
	for _, l := range s.Layers(a) {
		ms += d.LayerTimeMs(l, space.MaxSlots)
	}
	return ms
}

// MeasureMs measures networks of s: true passes under the device's noise, drawn from
// rng, which may be nil where there is none.
func (d Device) MeasureMs(s *space.Space, archs []space.Arch, rng *rand.Rand) []float64 {
	out := make([]float64, len(archs))
	for i, a := range archs {
		out[i] = d.PassMs(s, a)
		if d.NoisePart > 0 {
			out[i] *= 1 + d.NoisePart*rng.NormFloat64()
		}
	}
	return out
}

// Archs draws n networks of s.
func Archs(s *space.Space, rng *rand.Rand, n int) []space.Arch {
	out := make([]space.Arch, n)
	for i := range out {
		out[i] = s.Sample(rng)
	}
	return out
}
