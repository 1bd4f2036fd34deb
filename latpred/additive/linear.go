package additive

import (
	"encoding/json"
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

func init() { modelfile.Register(latpred.KindLinear, loadLinear) }

// Linear predicts with the plainest closed form: a constant for each resolution and a
// time for each choice of each slot, by least squares, nothing being shared between
// slots or resolutions. It is what a learned predictor has to beat, and what sets are
// for that have few choices. It is of kind closed form.
type Linear struct {
	linear     *lut.Linear
	provenance latpred.Provenance
}

// LinearRidge is the penalty of FitLinear: small, since it is only there for choices
// that hardly occur.
const LinearRidge = 1e-3

// FitLinear fits all rows of a set.
func FitLinear(set *dataset.Set) (*Linear, error) {
	m, err := lut.FitLinear(set.Archs(), set.LatenciesMs(), LinearRidge)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	return &Linear{m, latpred.Provenance{Device: set.Device, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(),
		Recipe: map[string]string{"ridge": fmt.Sprint(LinearRidge)}}}, nil
}

// Kind is "closed form".
func (l *Linear) Kind() string { return latpred.KindLinear }

// Provenance says where the times come from.
func (l *Linear) Provenance() latpred.Provenance { return l.provenance }

// Resolutions see latpred.ResolutionLister.
func (l *Linear) Resolutions() []int { return l.linear.Resolutions() }

// Stages is the number of stages of the networks that it predicts.
func (l *Linear) Stages() int { return len(l.linear.Family().Stages) }

// PredictMs sums the times. It does not allocate. A choice that no row of its
// resolution had counts nothing.
func (l *Linear) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	return l.linear.PredictMs(dst, archs)
}

// Segments see latpred.SegmentTimer.
func (l *Linear) Segments(a space.Arch) (latpred.Breakdown, error) {
	ms, segs, err := l.SegmentsMs(nil, nil, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	var total float64
	for _, v := range ms {
		total += v
	}
	if err := ShareCommon(ms, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := l.SegmentsMs(nil, nil, other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	b := NameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs = total, total
	return b, nil
}

// SegmentsMs appends the segments of a to segs and their times to dst, as
// pass.Model.SegmentsMs does. The constant is the stem's, the head takes nothing: only
// the sum of what all networks have is known.
func (l *Linear) SegmentsMs(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
	segs, err := pass.Segments(segs, a)
	if err != nil {
		return dst, segs, err
	}
	dst, err = l.linear.TimesMs(dst, a)
	return append(dst, 0), segs, err
}

// Store see modelfile.Storable.
func (l *Linear) Store(b *tensor.Bundle, prefix string) (any, error) {
	return l.linear.Store(b, prefix), nil
}

func loadLinear(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error) {
	var h lut.LinearHeader
	if err := json.Unmarshal(model, &h); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	m, err := h.Load(b, prefix)
	if err != nil {
		return nil, err
	}
	return &Linear{m, from}, nil
}
