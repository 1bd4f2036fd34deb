package transfer

import (
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// Prior is what is believed of a device before it is measured, in units of the variance of
// its measurements. The zero value believes nothing: start from DefaultPrior.
type Prior struct {
	Blocks   [Blocks]float64 // variance of the effects of each block together
	Times    float64         // variance of the effects of groups of segments, in units of their own; see Features.With
	Sources  float64         // variance of the effects of all sources together
	Widths   []float64       // factors of the variances above that are averaged over; the first is for a device that is like no source
	Alike    float64         // odds, for each source, that a device is like it, for which the further widths are; 0: all widths are as probable
	Base     float64         // variance of the slope of the base, above 0
	Constant float64         // variance of the constant
	Slope    float64         // expected slope of the base, which is standardised as well
	Noise    []float64       // ratios of noise to effects that are averaged over
	Freedom  float64         // degrees of freedom of the scale: rows that the prior counts as, above 0
	Tails    float64         // degrees of freedom of the noise of a measurement; 0: it is normal
	Late     float64         // a measurement that is too long counts as one that is too short by so many times as much; 0: as much

	// Shares of the bases: the mean of the sources, each source, each physical cost. Those
	// of a kind divide theirs equally; 0: the kind is no base.
	MeanShare, SourceShare, PhysicsShare float64

	// Proportional is the part of the share of a source, or of the mean of the sources, with
	// which a device takes in proportion as long; ProportionalSd is the relative standard
	// deviation of how much the slope differs from that.
	Proportional, ProportionalSd float64
}

// DefaultPrior is what Adapt believes. It was chosen on HELP's devices that are sources of
// NASFLAT's tasks, each predicted from the others, with and without those of its own class;
// it is the rounded middle of settings that are as good within two tenths of a per cent of rank
// correlation. What costs say weighs more than what other devices say.
func DefaultPrior() Prior {
	return Prior{
		Blocks:  [Blocks]float64{Physics: .2, StagePhysics: .01, Choices: .006, Stages: .004, Slots: .003},
		Sources: .1, Widths: []float64{1}, Base: .1, Constant: 1, Slope: .8,
		Noise:   []float64{.001, .003, .01, .03, .1, .3, .8, 2},
		Freedom: 2, Tails: 4, Late: 2, MeanShare: .15, SourceShare: .25, PhysicsShare: .6,
	}
}

// TimesPrior is what Adapt believes where there are tables of times; see Features.With. It was
// chosen on HELP's devices and the project's own, each predicted from the others, and on ten
// measurements of each of the authors' devices with the others as sources, which flatters those.
func TimesPrior() Prior {
	p := DefaultPrior()
	p.Blocks = [Blocks]float64{Physics: .1}
	p.Times, p.Sources, p.Base, p.Freedom = 1, .01, .05, .5
	p.Widths, p.Alike = []float64{1, .1, .01}, .05
	p.Proportional, p.ProportionalSd = .9, .05
	p.MeanShare, p.SourceShare, p.PhysicsShare, p.Late = .05, .9, .05, 1.4
	return p
}

// noiseVariance is the variance of the noise of a measurement, in units of the square of its
// scale: that of a Student distribution, where it has one.
func (p *Prior) noiseVariance() float64 {
	if p.Tails <= 2 {
		return 1
	}
	return p.Tails / (p.Tails - 2)
}

// rowWeight is the expected weight of a measurement among others, of a Student distribution:
// of one that is longer by e than its mean prediction, which has the given variance, noise
// of the given square of its scale included. The noise is mostly lateness, such as of another
// program's turn; so what is too long counts less.
func (p *Prior) rowWeight(e, variance, noise float64) float64 {
	square := e*e + max(0, variance-noise*p.noiseVariance())
	switch {
	case p.Late == 0:
	case e > 0:
		square *= p.Late
	default:
		square /= p.Late
	}
	return (p.Tails + 1) / (p.Tails + square/noise)
}

// spread is the standard deviation of the bases over networks, of which they are the rows,
// where it is 1 over the space: the root of their mean variance, by the bases' shares. That of
// measurements exceeds that over the space alike, as it does in a design of extremes. It is 1
// if the networks don't differ.
func (l *Learner) spread(bases *mat.Dense) float64 {
	var variance float64
	for h, share := range l.share {
		_, one := stat.PopMeanVariance(mat.Col(nil, h, bases), nil)
		variance += share / floats.Sum(l.share) * one
	}
	if !(variance > 1e-9) {
		return 1
	}
	return math.Sqrt(variance)
}
