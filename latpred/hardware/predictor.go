package hardware

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

// Predictor predicts a GPU from the tables of measured GPUs, scaled to what the data sheet
// lets expect or measurements say, and never below the time that the GPU's arithmetic needs
// (the roofline). It is of kind hardware and safe for concurrent use.
type Predictor struct {
	spec       Spec
	space      *space.Space
	parts      []gpuPart
	prior      belief // from the data sheet alone
	scale      belief // with measurements of the GPU itself, if there are any
	cards      int    // measured GPUs that the prior rests on; 0: not known
	rows       int    // measurements of the GPU itself
	provenance latpred.Provenance
}

// gpuPart is a measured GPU.
type gpuPart struct {
	name  string
	model *pass.Model
	scale float64 // by the data sheet, the GPU's time divided by this one's
}

// Kind is "hardware".
func (h *Predictor) Kind() string { return latpred.KindHardware }

// Provenance names as the data the measured GPUs whose tables are used, which DataHash
// covers. Rows counts theirs and the GPU's own; the latter's set is the last of Sources.
func (h *Predictor) Provenance() latpred.Provenance { return h.provenance }

// Spec returns the data sheet, with defaults filled in.
func (h *Predictor) Spec() Spec { return h.spec }

// Space returns the search space whose networks it predicts.
func (h *Predictor) Space() *space.Space { return h.space }

// Parts returns the models of the measured GPUs in use, which must not be changed, and for
// each the factor by which its times are multiplied.
func (h *Predictor) Parts() (models []*pass.Model, scales []float64) {
	for _, p := range h.parts {
		models, scales = append(models, p.model), append(scales, p.scale*math.Exp(h.scale.Log))
	}
	return models, scales
}

// Rows is the number of measurements of the GPU itself that are known.
func (h *Predictor) Rows() int { return h.rows }

// PredictMs implements latpred.Predictor: it gives the geometric mean over the measured
// GPUs of the scaled pass, or the roofline if that is larger.
func (h *Predictor) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		ms, err := h.read(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = ms
	}
	return nil
}

// read gives the prediction.
func (h *Predictor) read(a space.Arch) (float64, error) {
	ms, least, err := h.law(a)
	return max(ms*math.Exp(h.scale.Log), least), err
}

// law gives what the data sheet lets expect, and the roofline.
func (h *Predictor) law(a space.Arch) (ms, least float64, err error) {
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
	least = 2 * float64(h.space.MACs(a)) * float64(h.spec.Batch) / (h.spec.FP32TFLOPS * 1e12) * 1e3
	return math.Exp(sum), least, nil
}

// BoundsMs implements latpred.IntervalPredictor: it bounds a new measurement of a network. The
// scale's uncertainty and a network's own deviation are taken as log-normal, or of a Student
// distribution where they were estimated from measurements.
func (h *Predictor) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	quantile := conformal.NormalQuantile(level)
	if h.scale.Freedom > 0 {
		quantile = distuv.StudentsT{Sigma: 1, Nu: h.scale.Freedom}.Quantile((1 + level) / 2)
	}
	factor := math.Exp(math.Hypot(h.scale.Sd, h.scale.NetworkSd) * quantile)
	for i, a := range archs {
		ms, err := h.read(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		low[i], high[i] = ms/factor, ms*factor
	}
	return nil
}

// Backing implements latpred.BackedIntervals: intervals rest on assumed distributions, and on
// how far measured GPUs are from the law or, with measurements of the GPU itself, on those.
func (h *Predictor) Backing() latpred.Backing {
	switch {
	case h.rows > 0:
		return latpred.Backing{N: h.rows, Of: "measurements", Assumed: true}
	case h.cards > 1:
		return latpred.Backing{N: h.cards, Of: "measured GPUs", Assumed: true}
	}
	return latpred.Backing{Of: "measured GPUs", Assumed: true} // a single one has no other to be compared with
}

// Segments implements latpred.SegmentTimer.
func (h *Predictor) Segments(a space.Arch) (latpred.Breakdown, error) {
	want, err := h.read(a)
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
