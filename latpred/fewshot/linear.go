package fewshot

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Smallest is the smallest fraction of the base's label that a prediction may be.
const Smallest = smallest

// Linear has the coefficients of a component's mean prediction that belong to no segment,
// for code that computes it elsewhere, such as an export. For a network whose base has label
// L (at least LeastLabel of the pass), with the weights Stop and Start and the host time h of
// its pass.View, the prediction is
//
//	Σ Stop·t − max(h · (1 + Launch) + L · Offset, Σ Start·t) + L · (Global + Power · ln(L / C) + Constant · (C / L − 1))
//
// and at least Smallest · L. Here C is Base.CentreMs, t of each segment is the base's time
// (see Model.Times) times 1 + effect (see Component.Effects), and all times are in
// milliseconds. For a base without a queue the max term is 0.
type Linear struct{ Global, Power, Constant, Launch, Offset float64 }

// Linear returns the coefficients of c that belong to no segment.
func (c *Component) Linear() Linear {
	l := Linear{Global: c.Mean[colGlobal], Power: c.Mean[colPower], Constant: c.Mean[colConstant]}
	if !c.Base.PowerLaw {
		l.Launch, l.Offset = c.Mean[colLaunch], c.Mean[colOffset]
	}
	return l
}

// Effects writes the effect, a fraction, of each segment of a network at a resolution to
// dst, which must be as long as segs.
func (c *Component) Effects(dst []float64, segs []pass.Segment, resolution int) {
	c.Base.effects(dst, segs, resolution, c.Mean)
}

// Times returns the segments of a and their times, milliseconds, under the base of c, a
// component of m. It errs if a source does not cover a.
func (m *Model) Times(c *Component, a space.Arch) ([]pass.Segment, []float64, error) {
	s, err := m.baseline(c, a)
	return s.segs, s.ms, err
}
