package additive

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// readingFeatures is the number of features from the table's pass.Reading, the last ones of
// a row: label, true pass, host lag, margin and launches.
const readingFeatures = 5

// CorrectionFeatures is the number of features of a learned correction for networks of f:
// the resolution, the depth of each stage, a number for each factor of each slot, and 5 of
// the table's reading. Stages and slots are those of the layout, so that all families of a
// layout have the same features.
func CorrectionFeatures(f *space.Family) int { return ArchFeatures(f) + readingFeatures }

// ArchFeatures is the number of CorrectionFeatures that depend on the architecture alone;
// they come first.
func ArchFeatures(f *space.Family) int { return 1 + f.Layout.Stages + len(f.Factors)*f.Layout.Slots }

// FactorFeature is the index of the feature of a factor of a slot. Its value is that of
// FeatureValue.
func FactorFeature(f *space.Family, slot, factor int) int {
	return 1 + f.Layout.Stages + len(f.Factors)*slot + factor
}

// DepthFeature is the index of the feature of a stage's depth. Feature 0 is the resolution.
func DepthFeature(stage int) int { return 1 + stage }

// FeatureValue is the feature of a level of a factor: its value or, if levels have only
// names, the level counted from 1. The feature of a slot that does not run is 0.
func FeatureValue(f space.Factor, level int) float64 {
	if f.Values == nil {
		return float64(1 + level)
	}
	return float64(f.Values[level])
}

// correctionRow returns the features of a network. It uses the memory of dst if that is
// large enough.
func correctionRow(dst []float64, a space.Arch, r pass.Reading) []float64 {
	f := a.Family
	dst = slices.Grow(dst[:0], CorrectionFeatures(f))[:ArchFeatures(f)]
	clear(dst)
	dst[0] = float64(a.Resolution)
	for stage := range f.Stages {
		dst[DepthFeature(stage)] = float64(a.Depth(stage))
	}
	for slot := range f.Slots() {
		for i, factor := range f.Factors {
			if level := a.Level(slot, i); level >= 0 {
				dst[FactorFeature(f, slot, i)] = FeatureValue(factor, level)
			}
		}
	}
	return append(dst, r.LabelMs, r.TrueMs, r.HostLagMs, r.Margin(), float64(r.Launches))
}

// usualFeatures is enough room for the features of most families.
const usualFeatures = 64

// correct gives the label, milliseconds, with the learned correction if there is one.
func (t *Table) correct(a space.Arch, r pass.Reading) float64 {
	if t.correction == nil {
		return r.LabelMs
	}
	var room [usualFeatures]float64
	return max(SmallestPart*r.LabelMs, r.LabelMs+t.unitMs*t.correction.Value(correctionRow(room[:0], a, r)))
}

// SmallestPart is the smallest fraction of the uncorrected prediction that a corrected one
// may be.
const SmallestPart = .02

const (
	hybridGain     = .99 // a correction is kept if the validation error falls below this fraction
	hybridPatience = 80  // trees without a better validation error after which growth stops
)

// learnCorrection boosts trees on the table's residuals of the training rows, as many as
// minimise the validation error, and keeps them if they lower that enough.
func (s *tableSearch) learnCorrection(t *Table) error {
	m := t.model
	states, err := m.States(s.train.Archs(), s.train.LatenciesMs())
	if err != nil {
		return err
	}
	var sum float64
	for _, y := range s.train.LatenciesMs() {
		sum += math.Log(y)
	}
	// Scale residuals to a device whose latencies are about 46 ms, for which the recipes'
	// Huber threshold of 0.15 ms was chosen.
	unit := math.Exp(sum/float64(s.train.Rows)) / 46
	read := func(archs []space.Arch, states []int, y []float64) (rows [][]float64, left []float64, err error) {
		for i, a := range archs {
			r, err := m.Read(a, states[i])
			if err != nil {
				return nil, nil, err
			}
			rows, left = append(rows, correctionRow(nil, a, r)), append(left, (y[i]-r.LabelMs)/unit)
		}
		return rows, left, nil
	}
	rows, left, err := read(s.train.Archs(), states, s.train.LatenciesMs())
	if err != nil {
		return err
	}
	seen, err := m.States(s.validation.Archs(), s.validation.LatenciesMs())
	if err != nil {
		return err
	}
	judge, want, err := read(s.validation.Archs(), seen, s.validation.LatenciesMs())
	if err != nil {
		return err
	}
	pred := make([]float64, len(judge))
	plain := metric.MAE(pred, want)
	best, trees := plain*hybridGain, 0
	forest := boost.Fit(rows, left, boost.Published(), func(f *boost.Forest) bool {
		last := boost.Forest{Trees: f.Trees[len(f.Trees)-1:]}
		for i, row := range judge {
			pred[i] += last.Value(row)
		}
		if e := metric.MAE(pred, want); e < best {
			best, trees = e, len(f.Trees)
		}
		return s.ctx.Err() == nil && len(f.Trees) < trees+hybridPatience+1
	})
	if trees == 0 || s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	forest.Trees = forest.Trees[:trees]
	t.correction, t.unitMs = forest, unit
	t.provenance.Recipe["trees"] = fmt.Sprint(trees)
	t.provenance.Recipe["corrected_validation_mae_ms"] = fmt.Sprintf("%.4g", best*unit)
	return nil
}
