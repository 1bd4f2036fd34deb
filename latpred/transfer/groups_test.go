package transfer

import (
	"maps"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// The columns of OFA's networks by hand. There are 4 of trends and slopes, 14 places, 6 levels
// of kernels and expansions, 36 of these in six stages, 16 slopes of stages, stem and head, 110
// entries, and 15 for each of two resolutions.
func TestGroupsByHand(t *testing.T) {
	g := newGroups(space.OFA5, []int{160, 224})
	const levels, stageLevels, slopes, entries, sizes = 18, 24, 60, 76, 186
	if len(g.prior) != sizes+2*15 || g.factor[0] != levels || g.stageOf[0] != stageLevels || g.slopes != slopes || g.entry != entries || g.size != sizes {
		t.Fatalf("%d columns: %+v", len(g.prior), g)
	}
	// The second block of the first stage, of kernel 7 and expansion 4, at resolution 224: a
	// depth of −1, the largest size, place 1, levels 2 and 1 of three each.
	a := space.MustParse("r224 d22222 k37-33-33-33-33 e34-33-33-33-33")
	segs, err := pass.Segments(nil, a)
	if err != nil {
		t.Fatal(err)
	}
	columnsOf := func(s pass.Segment, resolution int) map[int]float64 {
		got := map[int]float64{}
		g.each(s, resolution, func(column int, of float64) { got[column] += of })
		maps.DeleteFunc(got, func(_ int, of float64) bool { return of == 0 })
		return got
	}
	block := map[int]float64{
		groupTrend: -1, groupFactorTrend: -1, groupSlope: 1, groupSlope + 1: 1, groupPlace + 1: 1,
		levels + 2: 1, levels + 3 + 1: 1, stageLevels + 2: 1, stageLevels + 6*3 + 1: 1,
		slopes: 1, slopes + 1: 1, entries + 9 + 2*3 + 1: 1,
		sizes + 15: 1, sizes + 15 + 1 + 1: 1,
	}
	if got := columnsOf(segs[2], 224); !maps.Equal(got, block) {
		t.Errorf("a block has the columns %v, want %v", got, block)
	}
	// At 176, the middle, and no resolution with columns of its own, no slope is left.
	for _, c := range []int{groupSlope, groupSlope + 1, slopes, slopes + 1, sizes + 15, sizes + 17} {
		delete(block, c)
	}
	if got := columnsOf(segs[2], 176); !maps.Equal(got, block) {
		t.Errorf("at 176 it has the columns %v, want %v", got, block)
	}
	stem := map[int]float64{groupTrend: -1.5, groupSlope: -1, groupSlope + 1: 1, groupPlace + 12: 1, slopes + 2*6: -1, slopes + 2*6 + 1: 1}
	if got := columnsOf(segs[0], 128); !maps.Equal(got, stem) {
		t.Errorf("the stem has the columns %v, want %v", got, stem)
	}
	head := map[int]float64{groupTrend: 1.5, groupPlace + 13: 1}
	if got := columnsOf(segs[len(segs)-1], 176); !maps.Equal(got, head) {
		t.Errorf("the head has the columns %v, want %v", got, head)
	}
	for column, want := range map[int]float64{
		groupTrend: .08, groupFactorTrend: .06, groupSlope: .02, groupPlace: .08, levels: .06, levels + 3: .02, stageLevels + 17: .03,
		stageLevels + 18: .0075, slopes + 11: .07, slopes + 12: .2, entries: .04, entries + 109: .04, sizes: .005, sizes + 1: .025,
	} {
		near(t, "prior", g.prior[column], want, 0)
	}
}

// Every family has groups, in which each segment has columns; where there is one resolution, or
// choices have no order, there are no slopes and no trend of steps.
func TestGroupsOfAllFamilies(t *testing.T) {
	for _, f := range space.Families() {
		g := newGroups(f, nil)
		if g.size != len(g.prior) || slices.Min(g.prior) <= 0 {
			t.Errorf("%s: %d columns, %d before the resolutions, priors %v", f.ID, len(g.prior), g.size, g.prior)
		}
		s := f.Reference()
		segs, err := pass.Segments(nil, s.Largest())
		if err != nil {
			t.Fatal(err)
		}
		named := map[int]bool{}
		for _, seg := range segs {
			g.each(seg, s.Resolutions[0], func(column int, of float64) {
				if column < 0 || column >= len(g.prior) {
					t.Fatalf("%s: column %d of %d", f.ID, column, len(g.prior))
				}
				named[column] = named[column] || of != 0
			})
		}
		if named[groupSlope] != (len(s.Resolutions) > 1) || named[groupFactorTrend] && !f.Factors[0].Ordered {
			t.Errorf("%s: slopes %v of %d resolutions, trend of steps %v", f.ID, named[groupSlope], len(s.Resolutions), named[groupFactorTrend])
		}
	}
}
