package adapt

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

// Corrected predicts a device that an earlier version adapted to, with the model that it made.
// It is of kind adapted and safe for concurrent use.
type Corrected struct {
	model       *fewshot.Model
	scores      *conformal.Split   // of absolute errors divided by the model's standard deviations; with student its quantiles
	student     *distuv.StudentsT  // distribution of these errors; nil: the scores are those of the measurements
	leaveOneOut map[string]float64 // mean relative error of each model that was tried, a fraction
	provenance  latpred.Provenance
}

// Kind is "adapted".
func (a *Corrected) Kind() string { return latpred.KindAdapted }

// Provenance describes the measurements, and names the sources in its recipe.
func (a *Corrected) Provenance() latpred.Provenance { return a.provenance }

// Model returns the model, which must not be changed.
func (a *Corrected) Model() *fewshot.Model { return a.model }

// PredictMs implements latpred.Predictor: it predicts what would be measured, as the
// measurements that it was adapted with were.
func (a *Corrected) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, arch := range archs {
		ms, err := a.model.MeanMs(arch)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = ms
	}
	return nil
}

// BoundsMs implements latpred.IntervalPredictor. With fewer than 100 measurements the
// intervals hold what they promise on average over devices and draws of the measurements;
// see Spread. Single devices differ: on those of a laboratory that had no
// part in choosing the width, intervals of level 0.9 held 0.80 to 0.97 of the networks. A
// level above n/(n+1) with n measurements rests on the distribution of Spread; with 100
// or more it has no upper bound.
func (a *Corrected) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	for i, arch := range archs {
		ms, sd, err := a.model.Read(arch)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		w := sd * a.factor(level)
		low[i], high[i] = max(0, ms-w), ms+w
	}
	return nil
}

// factor is the half-width of the interval of a level, in standard deviations of the model.
func (a *Corrected) factor(level float64) float64 {
	if a.student != nil {
		return a.student.Quantile(.5 + .5*level)
	}
	return a.scores.Factor(level)
}

// Backing implements latpred.BackedIntervals: intervals rest on the measurements, each
// predicted by the others.
func (a *Corrected) Backing() latpred.Backing {
	n := a.provenance.Rows
	if a.student == nil {
		n = len(a.scores.Scores)
	}
	return latpred.Backing{N: n, Of: "measurements", Assumed: a.student != nil}
}

// Segments implements latpred.SegmentTimer.
func (a *Corrected) Segments(arch space.Arch) (latpred.Breakdown, error) {
	segs, ms, hostLimited, err := a.model.SegmentsMs(arch)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	label, err := a.model.MeanMs(arch)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	var sum float64
	for _, v := range ms {
		sum += v
	}
	if err := additive.AllocateFixed(ms, segs, arch, func(other space.Arch) ([]float64, error) {
		_, times, _, err := a.model.SegmentsMs(other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	b := additive.NameSegments(arch, segs, ms)
	b.TrueMs, b.LabelMs, b.HostLimited = sum, label, hostLimited
	return b, nil
}

// PassMs implements latpred.PassTimer.
func (a *Corrected) PassMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, arch := range archs {
		_, ms, _, err := a.model.SegmentsMs(arch)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = 0
		for _, v := range ms {
			dst[i] += v
		}
	}
	return nil
}
