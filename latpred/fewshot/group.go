package fewshot

import (
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Columns of the linear model with the same index in all families.
const (
	colGlobal      = 0 // factor of the label
	colPower       = 1 // exponent of the label, less 1
	colConstant    = 2 // constant, as a fraction of the centre
	colLaunch      = 3 // relative change of the launch time
	colOffset      = 4 // offset of the host's time h, as a fraction of the label
	colTrend       = 5 // trend from stem to head
	colFactorTrend = 6 // … of a step of the first factor, if that is ordered
	colSlope       = 7 // two: resolution, linear and square
	colPlace       = 9 // first of the places: those of the layout, stem, head
)

// columns is the layout of the columns for networks of a family. After those above come, in
// this order: places; levels of each factor; levels of each factor in each stage; slopes of
// each stage, stem and head; entries. Fine models append, for each measured resolution, one
// for all segments, one for each place and one for each entry. Families that share a layout
// have the same columns.
type columns struct {
	family     *space.Family
	places     int     // number of places, with stem and head
	stages     int     // number of stages of the layout
	factor     []int   // by factor: index of its first level
	stageOf    []int   // by factor: index of its first level in the first stage
	slopes     int     // index of the first slope
	entry      int     // index of the first entry
	coarse     int     // number of columns without those of single resolutions
	perSize    int     // number of columns of a single resolution
	unit, zero float64 // see space.Family.ResolutionScale

	groups []group // by entry
}

// group says to which columns a segment belongs.
type group struct {
	place, slopes int     // number of its place and of its pair of slopes, from 0
	depth         float64 // position between stem and head, see columns.group
	fixed         []term  // terms that don't depend on the resolution
}

// term is the value of a column for a segment that takes the whole time.
type term struct {
	column int
	value  float64
}

// columnsOf gives the columns of a family: always the same pointer.
func columnsOf(f *space.Family) *columns {
	if c, ok := allColumns.Load(f); ok {
		return c.(*columns)
	}
	c, _ := allColumns.LoadOrStore(f, newColumns(f))
	return c.(*columns)
}

// allColumns caches the columns of families.
var allColumns sync.Map // *space.Family to *columns

// newColumns lays out the columns of a family.
func newColumns(f *space.Family) *columns {
	l := f.Layout
	c := &columns{family: f, places: len(l.Places) + 2, stages: l.Stages}
	at := colPlace + c.places
	for _, factor := range f.Factors {
		c.factor = append(c.factor, at)
		at += factor.Levels()
	}
	for _, factor := range f.Factors {
		c.stageOf = append(c.stageOf, at)
		at += factor.Levels() * l.Stages
	}
	c.slopes = at
	c.entry = c.slopes + 2*(l.Stages+2)
	c.coarse = c.entry + l.Entries()
	c.perSize = 1 + c.places + l.Entries()
	c.zero, c.unit = f.ResolutionScale()
	for e := range l.Entries() {
		c.groups = append(c.groups, c.group(e))
	}
	return c
}

// size is a resolution on the scale of space.Family.ResolutionScale, about −1 to 1.
func (c *columns) size(resolution int) float64 {
	if c.unit == 0 {
		return 0
	}
	return (float64(resolution) - c.zero) / c.unit
}

// group makes the group of an entry. The depth is −1.5 at the stem, −1 in the first stage, 1 in
// the last one and 1.5 at the head.
func (c *columns) group(entry int) group {
	l := c.family.Layout
	place, choice, ok := l.PlaceAndChoice(entry)
	switch {
	case entry == l.Stem():
		return group{place: c.places - 2, slopes: c.stages, depth: -1.5}
	case !ok:
		return group{place: c.places - 1, slopes: c.stages + 1, depth: 1.5}
	}
	stage := l.Places[place].Stage
	g := group{place: place, slopes: stage, depth: c.family.Depth(stage)}
	for i, at := range c.factor {
		g.fixed = append(g.fixed, term{at + c.family.Level(choice, i), 1})
	}
	if first := c.family.Factors[0]; first.Ordered {
		step := float64(c.family.Level(choice, 0)) - float64(first.Levels()-1)/2
		g.fixed = append(g.fixed, term{colFactorTrend, g.depth * step})
	}
	for i, at := range c.stageOf {
		g.fixed = append(g.fixed, term{at + c.family.Factors[i].Levels()*stage + c.family.Level(choice, i), 1})
	}
	g.fixed = append(g.fixed, term{c.entry + entry, 1})
	return g
}

// count is the number of columns with the given number of single resolutions.
func (c *columns) count(resolutions int) int { return c.coarse + resolutions*c.perSize }

// The terms of a segment are, in this order: trend, slopes, place, the stage's slopes, the
// fixed terms of its entry, and those of its resolution if that has columns. In the two
// methods below, size is columns.size of the resolution and sizeAt the index of its first
// column, or 0 if it has none.

// effect is the relative error of a segment's time under coefficients x.
func (c *columns) effect(s pass.Segment, size float64, sizeAt int, x []float64) (sum float64) {
	g := &c.groups[s.Entry]
	slopes := c.slopes + 2*g.slopes
	sum += g.depth * x[colTrend]
	sum += size * x[colSlope]
	sum += size * size * x[colSlope+1]
	sum += x[colPlace+g.place]
	sum += size * x[slopes]
	sum += size * size * x[slopes+1]
	for _, t := range g.fixed {
		sum += t.value * x[t.column]
	}
	if sizeAt > 0 {
		sum += x[sizeAt]
		sum += x[sizeAt+1+g.place]
		sum += x[sizeAt+1+c.places+s.Entry]
	}
	return sum
}

// add adds share times a segment's terms to a row.
func (c *columns) add(row []float64, share float64, s pass.Segment, size float64, sizeAt int) {
	g := &c.groups[s.Entry]
	slopes := c.slopes + 2*g.slopes
	row[colTrend] += share * g.depth
	row[colSlope] += share * size
	row[colSlope+1] += share * (size * size)
	row[colPlace+g.place] += share
	row[slopes] += share * size
	row[slopes+1] += share * (size * size)
	for _, t := range g.fixed {
		row[t.column] += share * t.value
	}
	if sizeAt > 0 {
		row[sizeAt] += share
		row[sizeAt+1+g.place] += share
		row[sizeAt+1+c.places+s.Entry] += share
	}
}
