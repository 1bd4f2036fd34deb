package fewshot

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Smallest is the smallest part of its base that a prediction may be.
const Smallest = smallest

// Linear is a component's mean, for other programs to compute: of a label L that its
// base's queue shows, L · (1 + e), where
//
//	e = Global + Power · ln(L / Base.CentreMs) + Σ share · effect
//
// less Launch · h/L + Offset where the host limits the label; share is a segment's
// weighted time over L and effect what Effects gives. e is at least Smallest − 1.
type Linear struct{ Global, Power, Launch, Offset float64 }

// Linear gives the terms that are no segment's.
func (c *Component) Linear() Linear {
	l := Linear{Global: c.Mean[colGlobal], Power: c.Mean[colPower]}
	if !c.Base.Plain {
		l.Launch, l.Offset = c.Mean[colLaunch], c.Mean[colOffset]
	}
	return l
}

// Effects writes the effect of each segment of a network at a resolution to dst,
// which has their length.
func (c *Component) Effects(dst []float64, segs []pass.Segment, resolution int) {
	clear(dst)
	if c.Base.Plain {
		return
	}
	row := make([]float64, len(c.Mean))
	for i, s := range segs {
		clear(row)
		shares(row, s, size(resolution), 1, c.Base.own(resolution))
		for column, v := range row {
			dst[i] += v * c.Mean[column]
		}
	}
}

// Times gives the segments of a and their times under a component's base.
func (m *Model) Times(c *Component, a space.Arch) ([]pass.Segment, []float64, error) {
	return c.Base.times(m.Sources, a)
}
