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

// readingFeatures are the last of a correction's: label, pass, host lag, margin and
// launches, as the table reads the network.
const readingFeatures = 5

// CorrectionFeatures is the number of features that a learned correction of networks of
// a family sees: the resolution, the depth of each stage and a number for each factor of
// each slot, with room for the largest family of the layout, and readingFeatures.
func CorrectionFeatures(f *space.Family) int { return ArchFeatures(f) + readingFeatures }

// ArchFeatures is how many of them are of the architecture alone.
func ArchFeatures(f *space.Family) int { return 1 + f.Layout.Stages + len(f.Factors)*f.Layout.Slots }

// FactorFeature is the number of a factor of a slot among the features, and DepthFeature
// that of a stage's depth.
func FactorFeature(f *space.Family, slot, factor int) int {
	return 1 + f.Layout.Stages + len(f.Factors)*slot + factor
}

// DepthFeature see FactorFeature.
func DepthFeature(stage int) int { return 1 + stage }

// FeatureValue is what a level of a factor has as its feature: its number, or, where
// levels are names, which of them it is, from 1. A slot that does not run has 0.
func FeatureValue(f space.Factor, level int) float64 {
	if f.Values == nil {
		return float64(1 + level)
	}
	return float64(f.Values[level])
}

// correctionRow writes the features of a network to dst, which it may replace.
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

// usualFeatures are room for those of most families.
const usualFeatures = 64

// correct adds the learned correction to what the table says.
func (t *Table) correct(a space.Arch, r pass.Reading) float64 {
	if t.correction == nil {
		return r.LabelMs
	}
	var room [usualFeatures]float64
	return max(SmallestPart*r.LabelMs, r.LabelMs+t.unitMs*t.correction.Value(correctionRow(room[:0], a, r)))
}

// SmallestPart of its table is the least that a corrected prediction may be.
const SmallestPart = .02

// A correction must lower the validation error at least to this part of it; it
// has stopped growing when the best is so many trees ago.
const (
	hybridGain    = .99
	hybridPatient = 80
)

// learnCorrection boosts trees on what the table leaves of the training rows, as
// many as validation rows say, and keeps them where these gain.
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
	// Residuals are of the order of one unit: the recipes' Huber bend of 0.15 ms
	// is for a median of 46 ms.
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
		return s.ctx.Err() == nil && len(f.Trees) < trees+hybridPatient+1
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
