package additive

import (
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/boost"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// CorrectionFeatures is the number of features that a learned correction sees:
// resolution, depths, genes, and five of how the table reads the network.
const CorrectionFeatures = 1 + space.OFAStages + 2*space.OFASlots + 5

// correctionRow writes the features of a network to dst.
func correctionRow(dst []float64, a space.Arch, r pass.Reading) []float64 {
	dst = append(dst[:0], float64(a.Resolution))
	for stage := range space.OFAStages {
		dst = append(dst, float64(a.Depth(stage)))
	}
	for s := range space.OFASlots {
		dst = append(dst, float64(a.Value(s, space.OFAKernel)), float64(a.Value(s, space.OFAExpand)))
	}
	return append(dst, r.LabelMs, r.TrueMs, r.HostLagMs, r.Margin(), float64(r.Launches))
}

// correct adds the learned correction to what the table says.
func (t *Table) correct(a space.Arch, r pass.Reading) float64 {
	if t.correction == nil {
		return r.LabelMs
	}
	var room [CorrectionFeatures]float64
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
