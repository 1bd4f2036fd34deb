package fewshot

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

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
	PowerLaw bool    `json:"Plain"` // only a power law of the base, and a constant, is fitted
	Sizes    []int   // resolutions with columns of their own, ascending

	columns *columns // of the family that the sources know
}

// width is the number of columns.
func (b *Base) width() int {
	if b.PowerLaw {
		return colConstant + 1
	}
	return b.columns.count(len(b.Sizes))
}

// priors are the standard deviations of the columns.
func (b *Base) priors() []float64 {
	sd := b.columns.priors(len(b.Sizes))[:b.width()]
	if b.PowerLaw {
		sd[colPower], sd[colConstant] = sdFreePower, sdConstant
	}
	return sd
}

// sizeColumns is where the columns of a resolution start, 0 where it has none.
func (b *Base) sizeColumns(resolution int) int {
	if i, ok := slices.BinarySearch(b.Sizes, resolution); ok {
		return b.columns.coarse + i*b.columns.perSize
	}
	return 0
}

// baseline is a network as a base sees it.
type baseline struct {
	arch        space.Arch
	segs        []pass.Segment
	ms          []float64 // of the segments
	view        pass.View
	labelMs     float64 // what errors are relative to
	limited     bool    // the host limits the label
	implausible bool    // … to less than LeastLabel, which is what labelMs then is
}

// see looks at a network, of whose segments source s says that they take ms(s).
func (b *Base) see(a space.Arch, segs []pass.Segment, ms func(source int) ([]float64, error)) (baseline, error) {
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

// LeastLabel is the smallest part of a pass that a clock is believed to show of it: a
// queue that hides more is none. (On the authors' devices it hides 26 % at worst.)
const LeastLabel = .5

// plausible reports whether a launch takes, under coefficients of the columns, about
// as long as the base says.
func (b *Base) plausible(mean []float64) bool {
	return b.Queue.None() || math.Abs(math.Log(max(1e-9, 1+mean[colLaunch]))) < math.Ln2
}

// effects are the errors of the segments' times, under coefficients of the columns.
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

// correct gives the label of s, as a part of the base's, under coefficients of the
// columns, and whether the host limits it then.
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

// common is the error that all segments have in common, under coefficients of the
// columns.
func (b *Base) common(labelMs float64, mean []float64) float64 {
	return mean[colGlobal] + mean[colPower]*math.Log(labelMs/b.CentreMs) + mean[colConstant]*(b.CentreMs/labelMs-1)
}

// fill writes the columns of s to row, which has width, and gives the part of the
// label that they change: with coefficients x, the label is that and row·x times the
// base's, as long as the host limits it, or not, as limited says.
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
