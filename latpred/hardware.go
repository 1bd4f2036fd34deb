package latpred

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Hardware predicts a GPU that was never measured from tables of others: their
// times, scaled by memory bandwidth, and never below what the GPU's arithmetic
// allows (the roofline). It is of kind hardware. Expect the order of networks to
// be right, and the scale as far as the interval says.
type Hardware struct {
	spec       GPUSpec
	space      *space.Space
	parts      []gpuPart
	logSd      float64 // of the scale
	provenance Provenance
}

// gpuPart is a measured GPU.
type gpuPart struct {
	name  string
	model *pass.Model
	scale float64 // unknown GPU's milliseconds for one of this one's
}

// Kind is "hardware".
func (h *Hardware) Kind() string { return KindHardware }

// Provenance says what was measured.
func (h *Hardware) Provenance() Provenance { return h.provenance }

// PredictMs gives the geometric mean over the measured GPUs, scaled.
func (h *Hardware) PredictMs(dst []float64, archs []space.Arch) error {
	mustMatch(dst, archs)
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
func (h *Hardware) read(a space.Arch) (ms, raised float64, err error) {
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

// BoundsMs see Bounder: the scale is taken as log-normal.
func (h *Hardware) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	mustMatch(low, archs)
	mustMatch(high, archs)
	factor := math.Exp(h.logSd * normalQuantile(level))
	for i, a := range archs {
		ms, _, err := h.read(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		low[i], high[i] = ms/factor, ms*factor
	}
	return nil
}

// Segments see SegmentTimer.
func (h *Hardware) Segments(a space.Arch) (Breakdown, error) {
	want, _, err := h.read(a)
	if err != nil {
		return Breakdown{}, err
	}
	total, segs, err := h.segmentsMs(a)
	if err != nil {
		return Breakdown{}, err
	}
	if err := settle(total, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := h.segmentsMs(other)
		return times, err
	}); err != nil {
		return Breakdown{}, err
	}
	var sum float64
	for _, v := range total {
		sum += v
	}
	for b := range total {
		total[b] *= want / sum
	}
	b := nameSegments(a, segs, total)
	b.TrueMs, b.LabelMs = want, want
	return b, nil
}

// segmentsMs is the sum of the parts' times, segment by segment.
func (h *Hardware) segmentsMs(a space.Arch) (total []float64, segs []pass.Segment, err error) {
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

// hardwareFile is what a file says of a Hardware; tensors are source<i>.theta.
type hardwareFile struct {
	Spec    GPUSpec      `json:"spec"`
	Sources []sourceFile `json:"sources"`
	Scales  []float64    `json:"scales"`
	LogSd   float64      `json:"log_sd"`
}

func (h *Hardware) store(b *bundle, prefix string) (any, error) {
	file := hardwareFile{Spec: h.spec, LogSd: h.logSd}
	for i, p := range h.parts {
		file.Sources = append(file.Sources, sourceFile{Name: p.name, tableFile: storeModel(b, fmt.Sprintf("%ssource%d.", prefix, i), p.model, nil)})
		file.Scales = append(file.Scales, p.scale)
	}
	return file, nil
}

func loadHardware(b *bundle, prefix string, model json.RawMessage, from Provenance) (Predictor, error) {
	var file hardwareFile
	if err := json.Unmarshal(model, &file); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if err := file.Spec.Validate(); err != nil {
		return nil, err
	}
	if len(file.Sources) == 0 || len(file.Scales) != len(file.Sources) || !(file.LogSd > 0) {
		return nil, errors.New("model: sources and scales don't fit")
	}
	s, err := space.ByID(file.Spec.Space)
	if err != nil {
		return nil, err
	}
	h := &Hardware{spec: file.Spec, space: s, logSd: file.LogSd, provenance: from}
	for i, source := range file.Sources {
		m, err := source.load(b, fmt.Sprintf("%ssource%d.", prefix, i))
		if err != nil {
			return nil, err
		}
		h.parts = append(h.parts, gpuPart{source.Name, m, file.Scales[i]})
	}
	return h, nil
}
