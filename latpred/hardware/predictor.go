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

// Predictor predicts a GPU that was never measured from the tables of measured GPUs: their
// times, scaled by memory bandwidth, and never below the time that the GPU's arithmetic
// needs (the roofline). It is of kind hardware and safe for concurrent use.
type Predictor struct {
	spec       Spec
	space      *space.Space
	parts      []gpuPart
	logSd      float64 // standard deviation of the natural logarithm of the scale
	provenance latpred.Provenance
}

// gpuPart is a measured GPU.
type gpuPart struct {
	name  string
	model *pass.Model
	scale float64 // the unknown GPU's time divided by this one's
}

// Kind is "hardware".
func (h *Predictor) Kind() string { return latpred.KindHardware }

// Provenance names the measured GPUs as the data. Its Rows and DataHash cover those whose
// tables are used.
func (h *Predictor) Provenance() latpred.Provenance { return h.provenance }

// Spec returns the data sheet, with defaults filled in.
func (h *Predictor) Spec() Spec { return h.spec }

// Space returns the search space whose networks it predicts.
func (h *Predictor) Space() *space.Space { return h.space }

// Parts returns the models of the measured GPUs in use, which must not be changed, and for
// each the factor by which its times are multiplied.
func (h *Predictor) Parts() (models []*pass.Model, scales []float64) {
	for _, p := range h.parts {
		models, scales = append(models, p.model), append(scales, p.scale)
	}
	return models, scales
}

// PredictMs implements latpred.Predictor: it gives the geometric mean over the measured
// GPUs of the scaled pass, or the roofline if that is larger.
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

// read gives the prediction, and the factor by which the roofline raises it (1: not at
// all).
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

// BoundsMs implements latpred.IntervalPredictor. The uncertainty of the scale is taken as
// log-normal.
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

// Backing implements latpred.BackedIntervals: intervals rest on how far the measured GPUs
// in use are from what the others say of them, and on a log-normal distribution. A single
// one has no other.
func (h *Predictor) Backing() latpred.Backing {
	b := latpred.Backing{N: len(h.parts), Of: "measured GPUs", Assumed: true}
	if b.N == 1 {
		b.N = 0
	}
	return b
}

// Segments implements latpred.SegmentTimer.
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

// segmentsMs gives the sum over the measured GPUs of the scaled time of each segment:
// only the proportions count.
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
