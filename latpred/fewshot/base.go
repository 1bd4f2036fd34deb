package fewshot

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Source is a model of another device.
type Source struct {
	Name  string
	Model *pass.Model
}

// Part is a source's share of a base.
type Part struct {
	Source int     // index among the sources
	Scale  float64 // target's milliseconds for one of the source's
}

// Base is a guess at the device from sources alone.
type Base struct {
	Parts    []Part
	Queue    pass.Queue
	CentreMs float64 // of the measurements: their geometric mean
	Plain    bool    // only a power law of the base is fitted
	Sizes    []int   // resolutions with columns of their own, ascending
}

// times fills the segments of a and their times under the base.
func (b *Base) times(sources []Source, a space.Arch) ([]pass.Segment, []float64, error) {
	var segs []pass.Segment
	var total, ms []float64
	var err error
	for _, p := range b.Parts {
		if ms, segs, err = sources[p.Source].Model.SegmentsMs(ms[:0], segs[:0], a); err != nil {
			return nil, nil, fmt.Errorf("source %s: %w", sources[p.Source].Name, err)
		}
		if total == nil {
			total = make([]float64, len(ms))
		}
		for i, v := range ms {
			total[i] += p.Scale * v
		}
	}
	return segs, total, nil
}

// width is the number of columns.
func (b *Base) width() int {
	if b.Plain {
		return colPower + 1
	}
	return columns(len(b.Sizes))
}

// priors are the standard deviations of the columns.
func (b *Base) priors() []float64 {
	sd := priors(len(b.Sizes))[:b.width()]
	if b.Plain {
		sd[colPower] = sdPlainPower
	}
	return sd
}

// own is where the columns of a resolution start, 0 where it has none.
func (b *Base) own(resolution int) int {
	if i, ok := slices.BinarySearch(b.Sizes, resolution); ok {
		return coarse + i*perSize
	}
	return 0
}

// row gives the base's guess for a, and the columns of its relative error: row has
// room for width columns and is filled.
func (b *Base) row(row []float64, sources []Source, a space.Arch) (float64, error) {
	segs, times, err := b.times(sources, a)
	if err != nil {
		return 0, err
	}
	var room [space.MaxSlots + 2]float64
	v := b.Queue.See(room[:], segs, times)
	if !(v.LabelMs > 0) {
		return 0, fmt.Errorf("a source gives %v ms for %s", v.LabelMs, a)
	}
	clear(row)
	row[colGlobal] = 1
	row[colPower] = math.Log(v.LabelMs / b.CentreMs)
	if b.Plain {
		return v.LabelMs, nil
	}
	r, own := size(a.Resolution), b.own(a.Resolution)
	for i, s := range segs {
		shares(row, s, r, v.Weights[i]*times[i]/v.LabelMs, own)
	}
	if v.HostLimited {
		row[colLaunch] = -v.HostMs / v.LabelMs
		row[colOffset] = -1
	}
	return v.LabelMs, nil
}

// scaleRounds is how often the factor of a base is brought to the median ratio.
const scaleRounds = 4

// fitScale brings the base to the size of the measurements.
func (b *Base) fitScale(sources []Source, archs []space.Arch, y []float64) error {
	row := make([]float64, b.width())
	ratios := make([]float64, len(y))
	for round := range scaleRounds {
		for i, a := range archs {
			ms, err := b.row(row, sources, a)
			if err != nil {
				return err
			}
			ratios[i] = y[i] / ms
		}
		slices.Sort(ratios)
		g := (ratios[(len(ratios)-1)/2] + ratios[len(ratios)/2]) / 2
		for p := range b.Parts {
			b.Parts[p].Scale *= g
		}
		if b.Queue.None() && round == 0 {
			break // exact
		}
	}
	return nil
}
