package merge

import (
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Apart is the standard deviation, a fraction, in which the ratios of anchors may differ
// between sessions of one device beside their noise. Networks measured on this project's
// device in several processes differed by .24 to .6 % after a common factor.
const Apart = .005

// doubt is the probability that sessions of one device are taken for different.
const doubt = .001

// profile is what a session's anchors deviate from their mean, in logarithms, with the
// variance of each.
type profile struct {
	at       []float64
	variance float64
}

func profileOf(s *session, label float64) profile {
	p := profile{at: make([]float64, len(s.logs[0])), variance: square(Apart) + label/float64(len(s.logs))}
	for _, row := range s.logs {
		floats.AddScaled(p.at, 1/float64(len(s.logs)), row)
	}
	floats.AddConst(-stat.Mean(p.at, nil), p.at)
	return p
}

// middle is the profile that another is held against: the median of some.
func middle(others []profile) profile {
	m := profile{at: make([]float64, len(others[0].at))}
	for a := range m.at {
		var values []float64
		for _, p := range others {
			values = append(values, p.at[a])
		}
		m.at[a] = metric.Median(values)
	}
	for _, p := range others {
		m.variance += p.variance / square(float64(len(others)))
	}
	if len(others) > 2 {
		m.variance *= math.Pi / 2 // of a median, beside a mean
	}
	return m
}

// distance is the root mean square of what a profile differs in from another, and the square
// of that in units of its noise, summed.
func distance(p, from profile) (apart, squares float64) {
	d := floats.Distance(p.at, from.at, 2)
	return d / math.Sqrt(float64(len(p.at))), d * d / (p.variance + from.variance)
}

// disagreements returns, for each session, in how much its anchors' ratios differ from the
// others', or from those of the sessions in reference if there are any.
func disagreements(list []*session, label float64, reference []*session) (apart, squares []float64) {
	profiles := make([]profile, len(list))
	for i, s := range list {
		profiles[i] = profileOf(s, label)
	}
	for i, s := range list {
		var others []profile
		for k, o := range list {
			if k != i && (len(reference) == 0 || slices.Contains(reference, o)) {
				others = append(others, profiles[k])
			}
		}
		var a, q float64
		if len(others) > 0 && (len(reference) == 0 || !slices.Contains(reference, s)) {
			a, q = distance(profiles[i], middle(others))
		}
		apart, squares = append(apart, a), append(squares, q)
	}
	return apart, squares
}

// agreeing takes away, one by one, the session whose anchors differ most from the others',
// while that is more than noise. Of two that differ nobody knows which is right, without a
// reference: ambiguous is then true, and both are refused.
func agreeing(list []*session, label float64, reference []*session) (agree []*session, refused []refusal, ambiguous bool) {
	agree = slices.Clone(list)
	for len(agree) > 1 && len(agree[0].logs[0]) > 1 {
		limit := distuv.ChiSquared{K: float64(len(agree[0].logs[0]) - 1)}.Quantile(1 - doubt/float64(len(list)))
		apart, squares := disagreements(agree, label, reference)
		worst := floats.MaxIdx(squares)
		if squares[worst] <= limit {
			break
		}
		s := agree[worst]
		why := fmt.Sprintf("the ratios of its anchors differ by %.1f %% from the others', where noise is %.2f %%: another clock, another kernel or another device",
			100*apart[worst], 100*math.Sqrt(profileOf(s, label).variance))
		if len(agree) == 2 && len(reference) == 0 {
			other := agree[1-worst]
			why = fmt.Sprintf("the ratios of its anchors differ by %.1f %% from those of %s: name the one that is right as the reference", 100*apart[worst], other)
			return nil, append(refused, refusal{s, &SessionError{s.String(), why}}), true
		}
		refused = append(refused, refusal{s, &SessionError{s.String(), why}})
		agree = slices.Delete(agree, worst, worst+1)
	}
	return agree, refused, false
}
