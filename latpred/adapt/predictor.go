package adapt

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Predictor predicts a device that was adapted to with few measurements. It is of kind adapted
// and safe for concurrent use.
type Predictor struct {
	model      *transfer.Clocked
	provenance latpred.Provenance
}

// Kind is "adapted".
func (p *Predictor) Kind() string { return latpred.KindAdapted }

// Provenance describes the measurements, and names the sources in its recipe.
func (p *Predictor) Provenance() latpred.Provenance { return p.provenance }

// Model returns the model, which must not be changed.
func (p *Predictor) Model() *transfer.Clocked { return p.model }

// Space is the space whose networks it predicts.
func (p *Predictor) Space() *space.Space { return p.model.Space() }

// batch is the number of networks that are predicted at once.
const batch = 256

// batches calls predict with the bounds of batches of n networks.
func batches(n int, predict func(from, to int) error) error {
	for from := 0; from < n; from += batch {
		if err := predict(from, min(from+batch, n)); err != nil {
			return err
		}
	}
	return nil
}

// PredictMs implements latpred.Predictor: it predicts what would be measured, as the
// measurements that it was adapted with were.
func (p *Predictor) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	return batches(len(archs), func(from, to int) error { return p.model.Means(dst[from:to], archs[from:to]) })
}

// BoundsMs implements latpred.IntervalPredictor. Intervals hold what they promise on average
// over devices and draws of the measurements, up to levels of 0.95; see transfer.Model.Bounds.
func (p *Predictor) BoundsMs(low, high []float64, archs []space.Arch, level float64) error {
	latpred.MustMatch(low, archs)
	latpred.MustMatch(high, archs)
	return batches(len(archs), func(from, to int) error {
		return p.model.Bounds(low[from:to], high[from:to], archs[from:to], level)
	})
}

// Backing implements latpred.BackedIntervals: intervals rest on the measurements and on the
// model's distribution.
func (p *Predictor) Backing() latpred.Backing {
	return latpred.Backing{N: p.model.Rows(), Of: "measurements", Assumed: true}
}

// PassMs implements latpred.PassTimer.
func (p *Predictor) PassMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	for i, a := range archs {
		ms, err := p.model.PassMs(a)
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = ms
	}
	return nil
}
