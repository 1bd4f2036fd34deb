package transfer

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Prior standard deviations of how much longer, as a fraction, the segments of a group take on
// a new device than the mean of the sources says. Chosen on HELP's devices and the project's
// own, each predicted from the others and the authors'.
const (
	sdTrend       = .08 // from stem to head
	sdFactorTrend = .06 // … of a step of the first factor
	sdSlope       = .02 // with the resolution, all segments
	sdStageSlope  = .07 // … of a stage
	sdEndSlope    = .20 // … of stem and head
	sdPlace       = .08 // a place of the layout, stem, head
	sdEntry       = .04 // an entry of the layout
	sdSize        = .005
	sdPlaceSize   = .025
)

// levelPrior has the prior standard deviations of a level of a factor, in all stages and in
// one.
type levelPrior struct{ all, stage float64 }

// levelPriors are those of OFA's factors. Other factors have that of "kernel", because a
// kernel changes a block as another operation would.
var levelPriors = map[string]levelPrior{"kernel": {.06, .03}, "expansion": {.02, .0075}}

func levelPriorOf(factor string) levelPrior {
	if p, ok := levelPriors[factor]; ok {
		return p
	}
	return levelPriors["kernel"]
}

// groups are the groups of segments of a family's networks that have columns. In this order:
// trends (from stem to head, of the first factor's steps), slopes with the resolution and its
// square, places, levels of each factor, levels in each stage, slopes of each stage, stem and
// head, entries of the layout; then, for each of sizes, all segments and each place.
type groups struct {
	family     *space.Family
	sizes      []int
	places     int // with stem and head
	stages     int
	factor     []int // by factor: column of its first level
	stageOf    []int // … and in the first stage
	slopes     int   // first column of slopes of stages
	entry      int   // column of the first entry
	size       int   // column of the first size
	zero, unit float64
	of         []membership // by entry
	prior      []float64    // standard deviation by column
}

// membership says to which groups an entry belongs, whatever the resolution.
type membership struct {
	place, slopes int     // number of its place, and of its slopes, from 0
	fixed         []value // the columns that don't depend on the resolution
}

// value is that of a column for a segment that takes a time of 1.
type value struct {
	column int
	of     float64
}

// Columns with the same index in all families.
const (
	groupTrend       = 0
	groupFactorTrend = 1
	groupSlope       = 2 // two
	groupPlace       = 4 // first of the places
)

// newGroups lays out the groups of a family, with columns for each of sizes, ascending.
func newGroups(f *space.Family, sizes []int) *groups {
	l := f.Layout
	g := &groups{family: f, sizes: sizes, places: len(l.Places) + 2, stages: l.Stages}
	g.prior = []float64{sdTrend, sdFactorTrend, sdSlope, sdSlope}
	add := func(n int, sd float64) (first int) {
		first = len(g.prior)
		for range n {
			g.prior = append(g.prior, sd)
		}
		return first
	}
	add(g.places, sdPlace)
	for _, factor := range f.Factors {
		g.factor = append(g.factor, add(factor.Levels(), levelPriorOf(factor.Name).all))
	}
	for _, factor := range f.Factors {
		g.stageOf = append(g.stageOf, add(factor.Levels()*l.Stages, levelPriorOf(factor.Name).stage))
	}
	g.slopes = add(2*l.Stages, sdStageSlope)
	add(4, sdEndSlope)
	g.entry = add(l.Entries(), sdEntry)
	g.size = len(g.prior)
	for range sizes {
		add(1, sdSize)
		add(g.places, sdPlaceSize)
	}
	g.zero, g.unit = f.ResolutionScale()
	for e := range l.Entries() {
		g.of = append(g.of, g.membership(e))
	}
	return g
}

// membership lists the groups of an entry. Its depth is −1.5 at the stem, −1 in the first
// stage, 1 in the last one and 1.5 at the head.
func (g *groups) membership(entry int) membership {
	l := g.family.Layout
	place, choice, ok := l.PlaceAndChoice(entry)
	m, depth := membership{}, 0.0
	switch {
	case entry == l.Stem():
		m.place, m.slopes, depth = g.places-2, g.stages, -1.5
	case !ok:
		m.place, m.slopes, depth = g.places-1, g.stages+1, 1.5
	default:
		stage := l.Places[place].Stage
		m.place, m.slopes, depth = place, stage, g.family.Depth(stage)
		for i, at := range g.factor {
			m.fixed = append(m.fixed, value{at + g.family.Level(choice, i), 1})
		}
		for i, at := range g.stageOf {
			m.fixed = append(m.fixed, value{at + g.family.Factors[i].Levels()*stage + g.family.Level(choice, i), 1})
		}
		if first := g.family.Factors[0]; first.Ordered {
			step := float64(g.family.Level(choice, 0)) - float64(first.Levels()-1)/2
			m.fixed = append(m.fixed, value{groupFactorTrend, depth * step})
		}
		m.fixed = append(m.fixed, value{g.entry + entry, 1})
	}
	m.fixed = append(m.fixed, value{groupTrend, depth}, value{groupPlace + m.place, 1})
	return m
}

// each calls visit with the columns of a segment of a network at a resolution, and their
// values for a time of 1.
func (g *groups) each(s pass.Segment, resolution int, visit func(column int, of float64)) {
	m := &g.of[s.Entry]
	for _, v := range m.fixed {
		visit(v.column, v.of)
	}
	if g.unit > 0 {
		size := (float64(resolution) - g.zero) / g.unit
		visit(groupSlope, size)
		visit(groupSlope+1, size*size)
		visit(g.slopes+2*m.slopes, size)
		visit(g.slopes+2*m.slopes+1, size*size)
	}
	for i, r := range g.sizes {
		if r == resolution {
			at := g.size + i*(1+g.places)
			visit(at, 1)
			visit(at+1+m.place, 1)
		}
	}
}
