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

// Linear is the plainest closed form: a constant for each resolution and a time for each
// choice of each slot at each resolution, by least squares, with nothing shared between
// slots or resolutions. It is the baseline that a learned predictor has to beat, and suits
// spaces with few choices. It is of kind closed form and safe for concurrent use.
type Linear struct {
	linear     *lut.Linear
	provenance latpred.Provenance
}

// LinearRidge is the ridge penalty of FitLinear (see lut.FitLinear). It is small: it only
// matters for choices that hardly occur.
const LinearRidge = 1e-3

// FitLinear fits a Linear to all rows of a set. Errors are those of lut.FitLinear, with
// the name of the set.
func FitLinear(set *dataset.Set) (*Linear, error) {
	m, err := lut.FitLinear(set.Archs(), set.LatenciesMs(), LinearRidge)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	return &Linear{m, latpred.Provenance{Device: set.Device, Space: set.SpaceID, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(),
		Split:  dataset.Split{Train: seq(0, len(set.Samples))}.Record(len(set.Samples)),
		Recipe: map[string]string{"ridge": fmt.Sprint(LinearRidge)}}}, nil
}

// Kind is "closed form".
func (l *Linear) Kind() string { return latpred.KindLinear }

// Provenance describes the set that it was fitted to.
func (l *Linear) Provenance() latpred.Provenance { return l.provenance }

// Resolutions implements latpred.ResolutionLister.
func (l *Linear) Resolutions() []int { return l.linear.Resolutions() }

// Family returns the family of the networks that it predicts.
func (l *Linear) Family() *space.Family { return l.linear.Family() }

// PredictMs implements latpred.Predictor without allocating. A choice that no row of the
// resolution had adds 0.
func (l *Linear) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	return l.linear.PredictMs(dst, archs)
}

// Segments implements latpred.SegmentTimer.
func (l *Linear) Segments(a space.Arch) (latpred.Breakdown, error) {
	ms, segs, err := l.SegmentsMs(nil, nil, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	var total float64
	for _, v := range ms {
		total += v
	}
	if err := AllocateFixed(ms, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := l.SegmentsMs(nil, nil, other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	b := NameSegments(a, segs, ms)
	b.TrueMs, b.LabelMs = total, total
	return b, nil
}

// SegmentsMs appends the segments of a to segs and their times, milliseconds, to dst, as
// pass.Model.SegmentsMs does. The constant is given as the stem's time and the head's is 0,
// since only the sum of the two is known.
func (l *Linear) SegmentsMs(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
	segs, err := pass.Segments(segs, a)
	if err != nil {
		return dst, segs, err
	}
	dst, err = l.linear.TimesMs(dst, a)
	return append(dst, 0), segs, err
}

// Store implements modelfile.Storable.
func (l *Linear) Store(b *tensor.Bundle, prefix string) (any, error) {
	return l.linear.Store(b, prefix), nil
}

// loadLinear restores a Linear that Store wrote.
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
