package fewshot

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Prior standard deviations of the relative errors of groups of segments. Source: most
// from the marginal likelihood of training rows, over 18 pairs of shipped devices whose
// targets are the Note10 and HELP's, rounded; those of resolutions are between that and
// what ten rows of the authors' devices want; those of trends, of places and of fine
// models from validation rows: 14 cases of ten rows, 5 of a hundred.
const (
	sdGlobal      = 1.0
	sdPower       = .04 // exponent of the source
	sdFreePower   = .3  // … where little else is fitted
	sdConstant    = .1  // … and a constant, as a part of the centre
	sdTrend       = .1  // from the stem to the head
	sdKernelTrend = .04 // … of what a larger kernel costs
	sdPlace       = .08 // stage × first or later, stem, head
	sdKernel      = .05
	sdExpand      = .02
	sdStageKernel = .06
	sdStageExpand = .015
	sdEntry       = .04
	sdSlope       = .01 // resolution, of all segments
	sdStageSlope  = .07 // … of a stage
	sdEndSlope    = .10 // … of stem and head
	sdLaunch      = .15 // a launch, as a part of its grid value
	sdOffset      = .01 // of the host, as a part of the base
)

// Fine models are made of enough rows that these may be wider, and have more.
const (
	sdFinePlace       = .2
	sdFineExpand      = .03
	sdFineStageExpand = .025
	sdSize            = .005 // a resolution of its own
	sdPlaceSize       = .025 // … × stage × first or later
	sdEntrySize       = .02  // … × entry
)

// Places of the groups among the columns.
const (
	colGlobal      = 0
	colPower       = 1
	colConstant    = 2
	colLaunch      = 3
	colOffset      = 4
	colTrend       = 5
	colKernelTrend = 6
	colSlope       = 7 // two: linear and square
	colPlace       = 9 // stage × first or later
	places         = 2*space.OFAStages + 2
	colKernel      = colPlace + places
	colExpand      = colKernel + 3
	colStageKernel = colExpand + 3
	colStageExpand = colStageKernel + 3*space.OFAStages
	colStageSlope  = colStageExpand + 3*space.OFAStages // two for each stage, stem and head
	colEntry       = colStageSlope + 2*(space.OFAStages+2)
	coarse         = colEntry + pass.Entries
)

// Fine models have, for each resolution that was measured, columns of its own: of
// all segments, of each place and of each entry.
const perSize = 1 + places + pass.Entries

// columns is the number of columns with so many resolutions of their own.
func columns(resolutions int) int { return coarse + resolutions*perSize }

// priors are the standard deviations of the columns.
func priors(resolutions int) []float64 {
	sd := make([]float64, columns(resolutions))
	for r := range resolutions {
		at := sd[coarse+r*perSize:][:perSize]
		for c := range at {
			switch {
			case c == 0:
				at[c] = sdSize
			case c <= places:
				at[c] = sdPlaceSize
			default:
				at[c] = sdEntrySize
			}
		}
	}
	set := func(from, n int, v float64) {
		for c := from; c < from+n; c++ {
			sd[c] = v
		}
	}
	place, expand, stageExpand := sdPlace, sdExpand, sdStageExpand
	if resolutions > 0 {
		place, expand, stageExpand = sdFinePlace, sdFineExpand, sdFineStageExpand
	}
	sd[colGlobal], sd[colPower], sd[colLaunch], sd[colOffset] = sdGlobal, sdPower, sdLaunch, sdOffset
	sd[colTrend], sd[colKernelTrend] = sdTrend, sdKernelTrend
	set(colSlope, 2, sdSlope)
	set(colPlace, places, place)
	set(colKernel, 3, sdKernel)
	set(colExpand, 3, expand)
	set(colStageKernel, 3*space.OFAStages, sdStageKernel)
	set(colStageExpand, 3*space.OFAStages, stageExpand)
	set(colStageSlope, 2*space.OFAStages, sdStageSlope)
	set(colStageSlope+2*space.OFAStages, 4, sdEndSlope)
	set(colEntry, pass.Entries, sdEntry)
	return sd
}

// depth is how far a place is from the stem to the head: −1 to 1 for stages 0 to 4.
func depth(place int) float64 {
	switch place {
	case 2 * space.OFAStages:
		return -1.5
	case 2*space.OFAStages + 1:
		return 1.5
	}
	return float64(place/2-2) / 2
}

// size is a resolution on a scale that is about −1 to 1.
func size(resolution int) float64 { return float64(resolution-176) / 48 }

// place is a segment's among stage × first or later, stem and head.
func place(s pass.Segment) int {
	switch {
	case s.Entry == pass.Stem:
		return 2 * space.OFAStages
	case s.Entry == pass.Head:
		return 2*space.OFAStages + 1
	case pass.Later(s.Entry):
		return 2*pass.Stage(s.Entry) + 1
	}
	return 2 * pass.Stage(s.Entry)
}

// term is the value of a column for a segment that takes all the time.
type term struct {
	column int
	value  float64
}

// maxTerms is how many terms a segment has at most.
const maxTerms = 15

// terms lists the columns of a segment's groups. own is where the columns of its
// resolution start, or 0.
func terms(dst *[maxTerms]term, s pass.Segment, r float64, own int) []term {
	at := place(s)
	slopes := at / 2 // of the stage
	if at >= 2*space.OFAStages {
		slopes = at - space.OFAStages
	}
	out := append(dst[:0], term{colTrend, depth(at)}, term{colSlope, r}, term{colSlope + 1, r * r}, term{colPlace + at, 1},
		term{colStageSlope + 2*slopes, r}, term{colStageSlope + 2*slopes + 1, r * r})
	if at < 2*space.OFAStages {
		stage, k, e := pass.Stage(s.Entry), pass.KernelIndex(s.Entry), pass.ExpandIndex(s.Entry)
		out = append(out, term{colKernel + k, 1}, term{colExpand + e, 1},
			term{colKernelTrend, depth(at) * float64(k-1)},
			term{colStageKernel + 3*stage + k, 1}, term{colStageExpand + 3*stage + e, 1}, term{colEntry + s.Entry, 1})
	}
	if own > 0 {
		out = append(out, term{own, 1}, term{own + 1 + at, 1}, term{own + 1 + places + s.Entry, 1})
	}
	return out
}
