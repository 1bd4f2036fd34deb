package fewshot

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Part is a source's part of a base.
type Part struct {
	Source int     // index in Model.Sources
	Scale  float64 // factor by which the source's times are multiplied
}

// Base is a prediction of the device from sources alone, before correction.
type Base struct {
	Parts    []Part     // the times of a segment are summed over the parts
	Queue    pass.Queue // of the clock; the zero value is a clock that waits for the device
	CentreMs float64    // geometric mean of the measurements
	PowerLaw bool       `json:"Plain"` // correct only by a factor, a power and a constant
	Sizes    []int      // resolutions with columns of their own, ascending; nil: a coarse model

	columns *columns // those of the networks' family
}

// width is the number of columns.
func (b *Base) width() int {
	if b.PowerLaw {
		return colConstant + 1
	}
	return b.columns.count(len(b.Sizes))
}

// sizeColumns is the index of the first column of a resolution; 0 if it has none.
func (b *Base) sizeColumns(resolution int) int {
	if i, ok := slices.BinarySearch(b.Sizes, resolution); ok {
		return b.columns.coarse + i*b.columns.perSize
	}
	return 0
}

// baseline is the prediction of a base for a network.
type baseline struct {
	arch        space.Arch
	segs        []pass.Segment
	ms          []float64 // times of segs
	view        pass.View
	labelMs     float64 // predicted label, to which errors are relative
	limited     bool    // the host limits the label
	implausible bool    // the label was below LeastLabel of the pass, and was raised to that
}

// baseline predicts a network. ms gives the times of segs on a source. It errs if ms does,
// or if the sum of the times is not finite and above 0.
func (b *Base) baseline(a space.Arch, segs []pass.Segment, ms func(source int) ([]float64, error)) (baseline, error) {
	s := baseline{arch: a, segs: segs, ms: make([]float64, len(segs)), view: b.Queue.View(segs)}
	for _, p := range b.Parts {
		times, err := ms(p.Source)
		if err != nil {
			return s, err
		}
		for i, v := range times {
			s.ms[i] += p.Scale * v
		}
	}
	pass := sum(s.ms)
	if !(pass > 0) || math.IsInf(pass, 0) {
		return s, fmt.Errorf("a source gives %v ms for %s", pass, a)
	}
	s.labelMs, s.limited = s.view.LabelMs(s.ms)
	if s.labelMs < LeastLabel*pass {
		s.labelMs, s.implausible = LeastLabel*pass, true
	}
	return s, nil
}

// LeastLabel is the smallest plausible label as a fraction of the true pass: a hypothesis
// whose queue hides more is dropped. (On the authors' devices it hides at most 26 %.)
const LeastLabel = .5

// effects writes the relative error of each segment's time under the coefficients mean to
// dst, which must be as long as segs: 0 for a power law.
func (b *Base) effects(dst []float64, segs []pass.Segment, resolution int, mean []float64) {
	clear(dst)
	if b.PowerLaw {
		return
	}
	size, sizeAt := b.columns.size(resolution), b.sizeColumns(resolution)
	for i, s := range segs {
		dst[i] = b.columns.effect(s, size, sizeAt, mean)
	}
}

// correct gives the label of s under the coefficients mean, as a fraction of s.labelMs and
// at least smallest, and whether the host limits it.
func (b *Base) correct(s *baseline, mean []float64) (part float64, limited bool) {
	all := b.common(s.labelMs, mean)
	if b.PowerLaw {
		return max(smallest, 1+all), s.limited
	}
	var room [space.MaxSlots + 2]float64 // stem, slots, head
	ms := room[:len(s.segs)]
	b.effects(ms, s.segs, s.arch.Resolution, mean)
	for i, v := range s.ms {
		ms[i] = v * (1 + ms[i])
	}
	v := s.view
	if !b.Queue.None() {
		v.HostMs = s.view.HostMs*(1+mean[colLaunch]) + mean[colOffset]*s.labelMs
	}
	label, limited := v.LabelMs(ms)
	return max(smallest, label/s.labelMs+all), limited
}

// common is the relative error of the label that is attributed to no segment or host,
// under the coefficients mean: factor, power and constant.
func (b *Base) common(labelMs float64, mean []float64) float64 {
	return mean[colGlobal] + mean[colPower]*math.Log(labelMs/b.CentreMs) + mean[colConstant]*(b.CentreMs/labelMs-1)
}

// fill writes the columns of s to row, of length width, for a label that the host limits
// or not, as limited says. The label under coefficients x is s.labelMs · (part + row·x).
func (b *Base) fill(row []float64, s *baseline, limited bool) (part float64) {
	clear(row)
	row[colGlobal] = 1
	row[colPower] = math.Log(s.labelMs / b.CentreMs)
	row[colConstant] = b.CentreMs/s.labelMs - 1
	if b.PowerLaw {
		return 1
	}
	size, sizeAt := b.columns.size(s.arch.Resolution), b.sizeColumns(s.arch.Resolution)
	for i, seg := range s.segs {
		w := s.view.Stop[i]
		if !limited {
			w -= s.view.Start[i]
		}
		share := w * s.ms[i] / s.labelMs
		part += share
		b.columns.add(row, share, seg, size, sizeAt)
	}
	if limited {
		host := s.view.HostMs / s.labelMs
		part -= host
		row[colLaunch], row[colOffset] = -host, -1
	}
	return part
}
