package latpred

import (
	"fmt"
	"math"
	"strconv"
)

// BackedIntervals is an interval predictor that says what its intervals rest on, and so
// which levels measurements support.
type BackedIntervals interface {
	IntervalPredictor
	// Backing tells what the intervals of BoundsMs rest on. It is the zero value if there
	// are no intervals. Bounds of levels up to Backing.Highest are finite; those of a higher
	// level either have no end (high is +Inf) or are wider the higher the level is.
	Backing() Backing
}

// Backing is what the levels of intervals rest on: N errors that the predictor made where
// it had not seen the measurement. If a new error is exchangeable with them, it is at most
// the k-th smallest of them in k of N+1 cases. So no level above N/(N+1) has a bound that
// holds by itself, without assumptions on how errors are distributed.
type Backing struct {
	N  int    `json:"n"`  // number of errors
	Of string `json:"of"` // what they are errors on: "measurements", "measured GPUs"
	// Assumed means that bounds are quantiles of a distribution that is assumed and fitted to
	// the errors, so that they are finite at every level, unless Refused. Otherwise they are
	// errors themselves: a level stands for the next higher k/(N+1), and above the highest
	// there is no bound.
	Assumed bool `json:"assumed,omitempty"`
	Refused bool `json:"refused,omitempty"` // there is no bound above Highest, though a distribution is assumed
}

// Highest is the highest level that the errors support by themselves, N/(N+1).
func (b Backing) Highest() float64 { return float64(b.N) / float64(b.N+1) }

// wholeRank keeps a level that is k/(N+1) but for rounding from the next higher rank.
const wholeRank = 1e-9

// Supports reports whether the errors support a level by themselves.
func (b Backing) Supports(level float64) bool {
	return float64(b.N+1)*level <= float64(b.N)+wholeRank
}

// Level is the level of the bounds that stand for a level: itself, if a distribution is
// assumed, else the next k/(N+1) from there on; 1 above the highest.
func (b Backing) Level(level float64) float64 {
	if b.Assumed {
		return level
	}
	return min(1, max(1, math.Ceil(float64(b.N+1)*level-wholeRank))/float64(b.N+1))
}

// coarse is by how much the level of bounds may differ from the one that is asked for
// before Doubt says so.
const coarse = .005

// Doubt says, in one warning or none, what a user must know of bounds of a level: that it
// is above what measurements support, and which level they do support; or that bounds are
// those of another level.
func (b Backing) Doubt(level float64) []Warning {
	var message string
	have := fmt.Sprintf("%d %s support levels up to %s", b.N, b.Of, percentBelow(b.Highest()))
	switch stands := b.Level(level); {
	case b.N == 0 && b.Of == "":
		return nil
	case b.N == 0:
		message = fmt.Sprintf("there are no %s that support a level: bounds of %s rest on an assumption about the errors alone, and may hold much less", b.Of, Percent(level))
	case b.Supports(level) && stands-level < coarse:
		return nil
	case b.Supports(level):
		message = fmt.Sprintf("%d %s support levels in steps of %s: the bounds of %s are those of %s", b.N, b.Of, percentBelow(1/float64(b.N+1)), Percent(level), percentBelow(stands))
	case b.Assumed && !b.Refused:
		message = fmt.Sprintf("%s: bounds of %s are not backed by them alone, but by an assumption about the distribution of errors too, and may hold less", have, Percent(level))
	default:
		message = fmt.Sprintf("%s: of %s there is no upper bound", have, Percent(level))
	}
	return []Warning{{Kind: WarnFewRows, Message: message}}
}

// Doubts is Backing.Doubt of a predictor that tells its Backing, and nil of others.
func Doubts(p Predictor, level float64) []Warning {
	if b, ok := p.(BackedIntervals); ok {
		return b.Backing().Doubt(level)
	}
	return nil
}

// Percent writes a fraction as a percentage with the digits that it needs: "90 %", "99.9 %".
func Percent(fraction float64) string {
	return strconv.FormatFloat(100*fraction, 'g', 12, 64) + " %"
}

// percentBelow writes a fraction as a percentage, rounded down: to a tenth, or where it is
// close to 1, to two digits of what lacks.
func percentBelow(fraction float64) string {
	digits := 1
	if lacks := 100 * (1 - fraction); lacks > 0 && lacks < 1 {
		digits = 1 + int(math.Ceil(-math.Log10(lacks)))
	}
	unit := math.Pow10(digits)
	return strconv.FormatFloat(math.Floor(100*fraction*unit+wholeRank)/unit, 'f', -1, 64) + " %"
}
