package fewshot

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Smallest is the smallest part of its base that a prediction may be.
const Smallest = smallest

// Linear is a component's mean, for other programs to compute. Of a network whose
// label its base gives as L, at least LeastLabel of the pass, through a view with
// weights Stop and Start and the host's time h, it predicts
//
//	Σ Stop·t − max(h · (1 + Launch) + L · Offset, Σ Start·t) + L · (Global + Power · ln(L / C) + Constant · (C / L − 1))
//
// where C is Base.CentreMs and t = base's time · (1 + effect) of each segment, with what
// Effects gives; at least Smallest · L.
type Linear struct{ Global, Power, Constant, Launch, Offset float64 }

// Linear gives the terms that are no segment's.
func (c *Component) Linear() Linear {
	l := Linear{Global: c.Mean[colGlobal], Power: c.Mean[colPower], Constant: c.Mean[colConstant]}
	if !c.Base.PowerLaw {
		l.Launch, l.Offset = c.Mean[colLaunch], c.Mean[colOffset]
	}
	return l
}

// Effects writes the effect of each segment of a network at a resolution to dst,
// which has their length.
func (c *Component) Effects(dst []float64, segs []pass.Segment, resolution int) {
	c.Base.effects(dst, segs, resolution, c.Mean)
}

// Times gives the segments of a and their times under a component's base.
func (m *Model) Times(c *Component, a space.Arch) ([]pass.Segment, []float64, error) {
	s, err := m.see(c, a)
	return s.segs, s.ms, err
}
