package fewshot

// Prior standard deviations of the columns' coefficients. Source: those from sdPower to
// sdEntry, and factorPriors without fine models, maximise the evidence of 100 and 12
// training rows of HELP's devices and of the project's own, each from the two sources of
// most evidence, rounded. The authors' devices had no part in it; the evidence of their
// rows is 7 higher (logarithm, 40 cases) than with widths to which the Note10 had
// contributed. Widths of fine models were chosen on validation rows of all, 5 cases of a
// hundred rows.
const (
	sdGlobal      = 1.0 // factor
	sdPower       = .03 // exponent of the source
	sdFreePower   = .3  // … in a power law
	sdConstant    = .1  // constant in a power law, as a fraction of the centre
	sdTrend       = .08 // trend from stem to head
	sdFactorTrend = .06 // … of a step of the first factor
	sdPlace       = .08 // place of the layout, stem, head
	sdEntry       = .04 // entry of the layout
	sdSlope       = .02 // slopes of the resolution, all segments
	sdStageSlope  = .07 // … one stage
	sdEndSlope    = .20 // … stem, head
	sdLaunch      = .15 // launch time, relative to its value on the grid
	sdOffset      = .01 // offset of the host's time, as a fraction of the base's label
)

// Fine models have enough rows for a wider prior of places, and for further columns.
const (
	sdFinePlace = .2
	sdSize      = .005 // single resolution
	sdPlaceSize = .025 // … × place
	sdEntrySize = .02  // … × entry
)

// factorPrior has the prior standard deviations of the levels of a factor, in all stages
// and in a single one, for coarse and for fine models.
type factorPrior struct{ all, stage, fineAll, fineStage float64 }

// factorPriors are those of OFA's factors. Other factors use that of "kernel", because a
// kernel changes a block as another operation would.
var factorPriors = map[string]factorPrior{
	"kernel":    {.06, .03, .05, .06},
	"expansion": {.02, .0075, .03, .025},
}

// priorOf gives the prior of a factor by its name.
func priorOf(factor string) factorPrior {
	if p, ok := factorPriors[factor]; ok {
		return p
	}
	return factorPriors["kernel"]
}

// priors gives the prior standard deviation of each column, with the given number of
// single resolutions. That of colConstant is 0: only power laws use it.
func (c *columns) priors(resolutions int) []float64 {
	sd := make([]float64, c.count(resolutions))
	set := func(from, n int, v float64) {
		for i := from; i < from+n; i++ {
			sd[i] = v
		}
	}
	fine, place := resolutions > 0, sdPlace
	if fine {
		place = sdFinePlace
	}
	sd[colGlobal], sd[colPower], sd[colLaunch], sd[colOffset] = sdGlobal, sdPower, sdLaunch, sdOffset
	sd[colTrend], sd[colFactorTrend] = sdTrend, sdFactorTrend
	set(colSlope, 2, sdSlope)
	set(colPlace, c.places, place)
	for i, factor := range c.family.Factors {
		p := priorOf(factor.Name)
		if fine {
			p.all, p.stage = p.fineAll, p.fineStage
		}
		set(c.factor[i], factor.Levels(), p.all)
		set(c.stageOf[i], factor.Levels()*c.stages, p.stage)
	}
	set(c.slopes, 2*c.stages, sdStageSlope)
	set(c.slopes+2*c.stages, 4, sdEndSlope)
	set(c.entry, c.coarse-c.entry, sdEntry)
	for r := range resolutions {
		at := c.coarse + r*c.perSize
		sd[at] = sdSize
		set(at+1, c.places, sdPlaceSize)
		set(at+1+c.places, c.perSize-1-c.places, sdEntrySize)
	}
	return sd
}
