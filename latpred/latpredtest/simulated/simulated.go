// Package simulated has simulated devices with known true latencies, for tests of code
// that learns a device from measurements.
package simulated

import (
	"math/rand/v2"

	"github.com/ofalat/ofalat/latpred/space"
)

// Device is a simulated device: a pass takes the sum of its layers' times, and the time of
// a layer depends on that layer alone, so that a table can predict it exactly.
type Device struct {
	LayerMs   float64 // fixed time of each layer, milliseconds
	GMACs     float64 // multiply-accumulates per second, 10⁹; above 0
	GValues   float64 // feature-map values read and written per second, 10⁹; above 0
	Deeper    float64 // relative increase of a block's time from slot 0 to slot space.MaxSlots
	Large     float64 // relative increase for each step of the kernel size above 3: 5, 7
	NoisePart float64 // standard deviation of a measurement, as a fraction of it
}

// Card and Phone are two noiseless devices that differ in kind: Card has fast arithmetic
// and a high fixed time of each layer, Phone is slow and slower still on large kernels.
var (
	Card  = Device{LayerMs: .08, GMACs: 120, GValues: 9}
	Phone = Device{LayerMs: .02, GMACs: 12, GValues: 4, Large: .15}
)

// LayerTimeMs is the time of a layer, milliseconds. slots is the number over which Deeper
// takes effect.
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

// PassMs is the true time, milliseconds, of a pass of network a of s.
func (d Device) PassMs(s *space.Space, a space.Arch) (ms float64) {
	for _, l := range s.Layers(a) {
		ms += d.LayerTimeMs(l, space.MaxSlots)
	}
	return ms
}

// MeasureMs returns simulated measurements of networks of s, milliseconds: true passes with
// the device's relative noise, drawn from rng. rng may be nil if NoisePart is 0.
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

// Archs draws n random networks of s.
func Archs(s *space.Space, rng *rand.Rand, n int) []space.Arch {
	out := make([]space.Arch, n)
	for i := range out {
		out[i] = s.Sample(rng)
	}
	return out
}
