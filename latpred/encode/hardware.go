package encode

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// GPU is what a data sheet says about a graphics card.
type GPU struct {
	ID            string  // "rtx2080ti"
	Name          string  // "RTX 2080 Ti"
	Cores         int     // CUDA cores
	RAMGB         float64 // gigabytes
	BandwidthGBs  float64 // memory bandwidth, gigabytes a second
	BoostMHz      float64
	FP32TFLOPS    float64
	L2MB          float64 // 0: not known
	Source        string  // where the figures come from
	AuthorsValues bool    // the paper's authors fed these figures to their network
}

// hardware appends a GPU's figures to another code.
type hardware struct {
	base Encoder
	gpu  [3]float32
	name string
	of   GPU
}

// Hardware is the paper's code for several GPUs in one network: base, then the
// number of cores, gigabytes of memory and gigabytes a second, as they are and
// unscaled. With OFA128 it has 131 values.
func Hardware(base Encoder, g GPU) Encoder {
	return hardware{base, [3]float32{float32(g.Cores), float32(g.RAMGB), float32(g.BandwidthGBs)}, base.Name() + "+hw3", g}
}

// HardwareOf gives the GPU of an encoder that Hardware made.
func HardwareOf(e Encoder) (GPU, bool) {
	h, ok := e.(hardware)
	return h.of, ok
}

func (h hardware) Name() string { return h.name }
func (h hardware) Width() int   { return h.base.Width() + len(h.gpu) }

func (h hardware) Encode(dst []float32, a space.Arch) error {
	if len(dst) != h.Width() {
		panic(fmt.Sprintf("encode: row of %d values for the %d of %s", len(dst), h.Width(), h.name))
	}
	w := h.base.Width()
	copy(dst[w:], h.gpu[:])
	return h.base.Encode(dst[:w], a)
}

func (h hardware) Ones(dst []int, a space.Arch) ([]int, error) { return h.base.Ones(dst, a) }

// Decode gives the architecture; it errs where the row describes another GPU.
func (h hardware) Decode(row []float32) (space.Arch, error) {
	if len(row) != h.Width() {
		return space.Arch{}, fmt.Errorf("%s: row of %d values, want %d", h.name, len(row), h.Width())
	}
	w := h.base.Width()
	for i, v := range row[w:] {
		if v != h.gpu[i] {
			return space.Arch{}, fmt.Errorf("%s: hardware value %d is %g, this encoder's GPU has %g", h.name, i, v, h.gpu[i])
		}
	}
	return h.base.Decode(row[:w])
}
