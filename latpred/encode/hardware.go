package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/space"
)

// hardware appends a GPU's figures to another encoding.
type hardware struct {
	base   Encoder
	values [3]float32
	name   string
	of     gpu.Spec
}

// Hardware is the paper's encoding for one predictor of several GPUs: that of base, then
// three unscaled figures of g: the number of cores, the memory in gigabytes, and its
// bandwidth in gigabytes per second. With OFA128 the width is 131.
func Hardware(base Encoder, g gpu.Spec) Encoder {
	return hardware{base, [3]float32{float32(g.Cores), float32(g.RAMGB), float32(g.BandwidthGBs)}, base.Name() + "+hw3", g}
}

// HardwareOf gives the GPU of an encoder that Hardware made; false for other encoders.
func HardwareOf(e Encoder) (gpu.Spec, bool) {
	h, ok := e.(hardware)
	return h.of, ok
}

func (h hardware) Name() string { return h.name }
func (h hardware) Width() int   { return h.base.Width() + len(h.values) }

func (h hardware) Encode(dst []float32, a space.Arch) error {
	if len(dst) != h.Width() {
		panic(fmt.Sprintf("encode: row of %d values for the %d of %s", len(dst), h.Width(), h.name))
	}
	w := h.base.Width()
	copy(dst[w:], h.values[:])
	return h.base.Encode(dst[:w], a)
}

func (h hardware) Ones(dst []int, a space.Arch) ([]int, error) { return h.base.Ones(dst, a) }

// Decode is that of the base encoding. It also errs if the row's figures are those of
// another GPU.
func (h hardware) Decode(row []float32) (space.Arch, error) {
	if len(row) != h.Width() {
		return space.Arch{}, fmt.Errorf("%s: row of %d values, want %d", h.name, len(row), h.Width())
	}
	w := h.base.Width()
	for i, v := range row[w:] {
		if v != h.values[i] {
			return space.Arch{}, fmt.Errorf("%s: hardware value %d is %g, this encoder's GPU has %g", h.name, i, v, h.values[i])
		}
	}
	return h.base.Decode(row[:w])
}
