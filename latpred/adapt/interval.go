package adapt

import (
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

const (
	fewRows     = 50  // number of rows below which there is a warning: single draws cover much more or less
	studentRows = 100 // … below which intervals are of a Student distribution: so few errors don't have the quantile of a high level
)

// Spread is what is expected of a device before it is measured: how large errors are in
// units of the standard deviations that the model gives. It is the prior of the variance
// of these scaled errors, a scaled inverse χ² distribution; with it and the leave-one-out
// errors z of n rows, scaled errors follow a Student distribution of
//
//	ν = Freedom + Row·n degrees of freedom and scale √((Freedom·Scale² + Row·Σz²) / ν)
//
// where |z| counts as at most 3, so that a row that is wrong says no more than that.
type Spread struct {
	Freedom float64 // degrees of freedom that the prior counts as, above 0
	Scale   float64 // expected size of the scaled errors
	Row     float64 // degrees of freedom that a row counts as: below 1, as errors of a device resemble each other
}

// shippedSpread is the default Spread. Source: of all on a grid it
// covers best. Intervals of 50, 80, 90 and 95 % from 5, 10 and 20 rows are compared with
// what they hold of validation rows, on average over four laboratories: the authors, HELP,
// this project, and HW-NAS-Bench as HELP distributes it. With each laboratory judged by
// what the other three choose, the means over the four are off by 2 % or less, by 1 % or
// less of 90 % and 95 %; of 90 % single laboratories hold 80 to 97 %.
var shippedSpread = Spread{Freedom: 1, Scale: 1, Row: .25}

// mostScaled is the largest scaled error that counts.
const mostScaled = 3

// distribution is that of scaled errors, given those of the measured rows.
func (s Spread) distribution(scaled []float64) distuv.StudentsT {
	if s == (Spread{}) {
		s = shippedSpread
	}
	ν := s.Freedom + s.Row*float64(len(scaled))
	square := s.Freedom * s.Scale * s.Scale
	for _, z := range scaled {
		z = min(mostScaled, math.Abs(z))
		square += s.Row * z * z
	}
	return distuv.StudentsT{Sigma: math.Sqrt(square / ν), Nu: ν}
}

// quantiles is how many quantiles of the distribution stand for it.
const quantiles = 999

// calibrate makes the interval from the leave-one-out predictions, whose errors it divides
// by the model's standard deviations: conformal from studentRows rows on; with fewer it
// takes quantiles of a Student distribution as the scores, see Spread.
func calibrate(m *fewshot.Model, found *fewshot.Report, archs []space.Arch, y []float64, expected Spread) (*conformal.Split, error) {
	s := &conformal.Split{Scales: []float64{1}}
	unit, err := spreadOfNew(m, found, archs, y)
	if err != nil {
		return nil, err
	}
	for i := range archs {
		s.Scores = append(s.Scores, math.Abs(y[i]-found.LooMs[i])/(unit*found.LooSdMs[i]))
	}
	if len(y) < studentRows {
		t := expected.distribution(s.Scores)
		s.Scores = make([]float64, quantiles)
		for i := range s.Scores {
			s.Scores[i] = t.Quantile(.5 + .5*float64(i+1)/(quantiles+1))
		}
	}
	slices.Sort(s.Scores)
	return s, nil
}

// studentOf finds the Student distribution whose quantiles calibrate took as scores, so that
// intervals have any level: the degrees of freedom from the ratio of two quantiles, which
// falls as they grow, then the scale. It is nil if scores are no such quantiles.
func studentOf(scores []float64) *distuv.StudentsT {
	if len(scores) != quantiles || scores[0] <= 0 {
		return nil
	}
	at := func(level float64) float64 { return scores[int(math.Round(level*(quantiles+1)))-1] }
	ratio := at(.95) / at(.5)
	low, high := math.Log(1e-2), math.Log(1e6)
	t := distuv.StudentsT{Sigma: 1}
	for range 60 {
		t.Nu = math.Exp((low + high) / 2)
		if t.Quantile(.975)/t.Quantile(.75) > ratio {
			low = math.Log(t.Nu)
		} else {
			high = math.Log(t.Nu)
		}
	}
	t.Sigma = at(.5) / t.Quantile(.75)
	return &t
}

// spreadOfNew is the mean relative standard deviation that Read gives for networks that
// were not measured, divided by that of leave-one-out. It is 1 unless the model is fine:
// then Read leaves out the uncertainty of the columns of single resolutions.
func spreadOfNew(m *fewshot.Model, found *fewshot.Report, archs []space.Arch, y []float64) (float64, error) {
	if !m.Fine() {
		return 1, nil
	}
	var of, loo float64
	for i, a := range archs {
		b := archs[(i+1)%len(archs)]
		copy(a.Choice[:firstStages(a.Family)], b.Choice[:]) // a new network: first stages of b, the rest of a
		ms, sd, err := m.Read(a)
		if err != nil {
			return 0, err
		}
		of, loo = of+sd/ms, loo+found.LooSdMs[i]/y[i]
	}
	return of / loo, nil
}

// firstStages is the number of slots of the first two stages, or of all stages but the
// last if there are fewer than three. For a single stage that is not elastic it is half
// the slots.
func firstStages(f *space.Family) int {
	if len(f.Stages) == 1 && !f.Stages[0].Elastic {
		return f.Slots() / 2
	}
	return f.First(min(2, len(f.Stages)-1))
}
