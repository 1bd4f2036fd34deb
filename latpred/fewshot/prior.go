package fewshot

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
	sdFactorTrend = .04 // … of what a step of the first factor costs
	sdPlace       = .08 // place of the layout, stem, head
	sdEntry       = .04
	sdSlope       = .01 // resolution, of all segments
	sdStageSlope  = .07 // … of a stage
	sdEndSlope    = .10 // … of stem and head
	sdLaunch      = .15 // a launch, as a part of its grid value
	sdOffset      = .01 // of the host, as a part of the base
)

// Fine models are made of enough rows that these may be wider, and have more.
const (
	sdFinePlace = .2
	sdSize      = .005 // a resolution of its own
	sdPlaceSize = .025 // … × place
	sdEntrySize = .02  // … × entry
)

// factorPrior is what is believed of the levels of a factor, alone and in each stage, in
// coarse and in fine models.
type factorPrior struct{ all, stage, fineAll, fineStage float64 }

// factorPriors are those of OFA's factors; other factors have that of kernels, which
// change a block as an operation does.
var factorPriors = map[string]factorPrior{
	"kernel":    {.05, .06, .05, .06},
	"expansion": {.02, .015, .03, .025},
}

func priorOf(factor string) factorPrior {
	if p, ok := factorPriors[factor]; ok {
		return p
	}
	return factorPriors["kernel"]
}

// priors are the standard deviations of the columns with so many resolutions of their
// own.
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
