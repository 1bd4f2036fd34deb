package hardware

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Predictor predicts a GPU that was never measured from tables of others: their
// times, scaled by memory bandwidth, and never below what the GPU's arithmetic
// allows (the roofline). It is of kind hardware. Expect the order of networks to
// be right, and the scale as far as the interval says.
type Predictor struct {
	spec       Spec
	space      *space.Space
	parts      []gpuPart
	logSd      float64 // of the scale
	provenance latpred.Provenance
}

// gpuPart is a measured GPU.
type gpuPart struct {
	name  string
	model *pass.Model
	scale float64 // unknown GPU's milliseconds for one of this one's
}

// Kind is "hardware".
func (h *Predictor) Kind() string { return latpred.KindHardware }

// Provenance says what was measured.
func (h *Predictor) Provenance() latpred.Provenance { return h.provenance }

// Spec gives the data sheet.
func (h *Predictor) Spec() Spec { return h.spec }

// Space gives the space whose networks it predicts.
func (h *Predictor) Space() *space.Space { return h.space }

// Parts gives the times of layers of the measured GPUs, and this one's milliseconds
// for one of theirs. The models must not be changed.
func (h *Predictor) Parts() (models []*pass.Model, scales []float64) {
	for _, p := range h.parts {
		models, scales = append(models, p.model), append(scales, p.scale)
	}
	return models, scales
}

// PredictMs gives the geometric mean over the measured GPUs, scaled.
func (h *Predictor) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		ms, _, err := h.read(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = ms
	}
	return nil
}

// read gives the prediction, and by how much the roofline raises it (1: not).
func (h *Predictor) read(a space.Arch) (ms, raised float64, err error) {
	if err := h.space.Validate(a); err != nil {
		return 0, 0, err
	}
	var sum float64
	for _, p := range h.parts {
		r, err := p.model.Read(a, p.model.Queue.HostState)
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", p.name, err)
		}
		if !(r.TrueMs > 0) {
			return 0, 0, fmt.Errorf("%s gives %v ms for %s", p.name, r.TrueMs, a)
		}
		sum += math.Log(p.scale*r.TrueMs) / float64(len(h.parts))
	}
	ms = math.Exp(sum)
	least := 2 * float64(h.space.MACs(a)) * float64(h.spec.Batch) / (h.spec.FP32TFLOPS * 1e12) * 1e3
	return max(ms, least), max(1, least/ms), nil
}

// BoundsMs see latpred.IntervalPredictor: the scale is taken as log-normal.
func (h *Predictor) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	factor := math.Exp(h.logSd * conformal.NormalQuantile(level))
	for i, a := range archs {
		ms, _, err := h.read(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		low[i], high[i] = ms/factor, ms*factor
	}
	return nil
}

// Segments see latpred.SegmentTimer.
func (h *Predictor) Segments(a space.Arch) (latpred.Breakdown, error) {
	want, _, err := h.read(a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	total, segs, err := h.segmentsMs(a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	if err := additive.AllocateFixed(total, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := h.segmentsMs(other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	var sum float64
	for _, v := range total {
		sum += v
	}
	for b := range total {
		total[b] *= want / sum
	}
	b := additive.NameSegments(a, segs, total)
	b.TrueMs, b.LabelMs = want, want
	return b, nil
}

// segmentsMs is the sum of the parts' times, segment by segment.
func (h *Predictor) segmentsMs(a space.Arch) (total []float64, segs []pass.Segment, err error) {
	for _, p := range h.parts {
		ms, s, err := p.model.SegmentsMs(nil, nil, a)
		if err != nil {
			return nil, nil, err
		}
		if total == nil {
			segs, total = s, make([]float64, len(ms))
		}
		for b, v := range ms {
			total[b] += p.scale * v
		}
	}
	return total, segs, nil
}
