package transfer

// Prior is what is believed of a device before it is measured, in units of the variance of
// its measurements. The zero value believes nothing: start from DefaultPrior.
type Prior struct {
	// Variances of the effects of each block, of the sources together, of a change of
	// the base's slope and of the constant.
	Blocks                  [Blocks]float64
	Sources, Base, Constant float64
	Slope                   float64   // expected slope of the base, both standardised
	Noise                   []float64 // ratios of noise to effects that are averaged over
	Freedom                 float64   // degrees of freedom of the scale, as rows
	// Shares of the bases: the mean of the sources, each source, each physical cost.
	// Those of a kind share theirs; 0: the kind is no base.
	MeanShare, SourceShare, PhysicsShare float64
}

// DefaultPrior was chosen on HELP's devices that are sources of the tasks, each predicted from
// the others: it is the rounded middle of 150 settings, nine in ten of which were as good
// within half a per cent of rank correlation.
func DefaultPrior() Prior {
	return Prior{
		Blocks:  [Blocks]float64{Physics: .1, Choices: .006, Stages: .004, Slots: .003},
		Sources: .1, Base: .1, Constant: 1, Slope: .9,
		Noise:   []float64{.001, .003, .01, .03, .1, .3, .8, 2},
		Freedom: 2, MeanShare: .3, SourceShare: .5, PhysicsShare: .2,
	}
}
