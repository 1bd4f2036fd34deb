package fewshot

import (
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Columns whose place does not depend on the family.
const (
	colGlobal      = 0
	colPower       = 1
	colConstant    = 2
	colLaunch      = 3
	colOffset      = 4
	colTrend       = 5
	colFactorTrend = 6
	colSlope       = 7 // two: linear and square
	colPlace       = 9 // of the layout, then stem and head
)

// columns says which columns the error of networks of a family has: for groups of
// segments, each a part of all. In their order, after those above: places of the
// layout; levels of each factor; levels of each factor in each stage; slopes of each
// stage, stem and head; entries. Fine models have, for each resolution that was
// measured, more of their own: one of all segments, one of each place and of each entry.
// Families that share a layout have the same columns.
type columns struct {
	family     *space.Family
	places     int // with stem and head
	stages     int // of the layout
	factor     []int
	stageOf    []int // of each factor: the first of its levels in the first stage
	slopes     int
	entry      int
	coarse     int // number of columns without those of resolutions
	perSize    int // number of columns of a resolution
	unit, zero float64

	groups []group // of each entry
}

// group is what a segment belongs to.
type group struct {
	place, slopes int     // numbers of the place and of the pair of slopes
	depth         float64 // from the stem to the head
	fixed         []term  // whose values don't depend on the resolution
}

// term is the value of a column for a segment that takes all the time.
type term struct {
	column int
	value  float64
}

// columnsOf gives the columns of a family, each time the same.
func columnsOf(f *space.Family) *columns {
	if c, ok := allColumns.Load(f); ok {
		return c.(*columns)
	}
	c, _ := allColumns.LoadOrStore(f, newColumns(f))
	return c.(*columns)
}

var allColumns sync.Map // *space.Family to *columns

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
	c.zero, c.unit = resolutionScale(f)
	scale := depthScale(f)
	for e := range l.Entries() {
		c.groups = append(c.groups, c.group(e, scale))
	}
	return c
}

// depthScale is half the number of steps from the first to the last stage, in the
// smallest of the families that share f's layout; so the depth of a place is the same in
// all of them. 0: there is but one stage.
func depthScale(f *space.Family) float64 {
	stages := len(f.Stages)
	for _, other := range space.Families() {
		if other.Layout == f.Layout {
			stages = min(stages, len(other.Stages))
		}
	}
	return float64(stages-1) / 2
}

// resolutionScale is the resolution that counts as 0 and the distance that counts as 1:
// from the least that the family's reference allows to the largest that is drawn is −1
// to 1. The distance is 0 where there is but one.
func resolutionScale(f *space.Family) (zero, unit float64) {
	s := f.Reference()
	low, high := float64(s.Allowed.Min), float64(s.Resolutions[len(s.Resolutions)-1])
	return (low + high) / 2, (high - low) / 2
}

// size is a resolution on a scale that is about −1 to 1.
func (c *columns) size(resolution int) float64 {
	if c.unit == 0 {
		return 0
	}
	return (float64(resolution) - c.zero) / c.unit
}

// group works out what an entry belongs to. The depth goes from −1 in the first stage to
// 1 in the last, and to half as much again at the stem and the head.
func (c *columns) group(entry int, scale float64) group {
	l := c.family.Layout
	place, choice, ok := l.PlaceAndChoice(entry)
	switch {
	case entry == l.Stem():
		return group{place: c.places - 2, slopes: c.stages, depth: -1.5}
	case !ok:
		return group{place: c.places - 1, slopes: c.stages + 1, depth: 1.5}
	}
	stage := l.Places[place].Stage
	g := group{place: place, slopes: stage}
	if scale > 0 {
		g.depth = (float64(stage) - scale) / scale
	}
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

// count is the number of columns with so many resolutions of their own.
func (c *columns) count(resolutions int) int { return c.coarse + resolutions*c.perSize }

// A segment's terms, in their order: trend, slopes, place, the stage's slopes, the fixed
// terms of its entry, and those of its resolution where that has columns. size is what
// columns.size gives of the resolution, sizeAt where its columns start, or 0.

// effect is the error of a segment's time under coefficients of the columns.
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

// add writes share times a segment's terms to a row.
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
