package experiment

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/gonum/stat/distuv"
)

// Column is a column of a row that a claim can be judged by.
type Column string

// The columns.
const (
	ByPublished  Column = ""           // Row.AsPublished, with its spread over seeds
	ByCorrected  Column = "corrected"  // Row.Corrected, with its interval
	ByCheckpoint Column = "checkpoint" // Row.Checkpoint
	ByBest       Column = "best"       // Row.Best
)

// Verdict is what results say of a claim.
type Verdict struct {
	Claim
	Ours  Number `json:"ours"`  // our value, in the claim's unit; missing: there is none
	Low   Number `json:"low"`   // where one more training of ours would fall, 19 times out of 20;
	High  Number `json:"high"`  // missing where one training alone is known
	Found Class  `json:"found"` // the class by the results
	OK    bool   `json:"ok"`    // that is what the file says
}

// Judge holds the claims of the paper against results, in the order of data/claims.csv.
// Claims of items that are not among the results are left out. A claim is
//
//   - reproduced, if our value agrees with it: what is printed, with all that its digits or
//     the reading of a figure leave open, overlaps with where one more training of ours
//     would fall, which is no wider than half our mean to either side; or, of a bound, our
//     mean keeps it;
//   - explained, if not, and what Claim.ShownBy names agrees: "checkpoint" is the value of
//     the authors' released weights in the same row, anything else another row;
//   - contradicted, if neither agrees;
//   - not to be tested, if there is no value of ours, if ours stands only beside it, if our
//     trainings differ so much that anything would agree, or if ours differs and is of one
//     training, whose spread nobody knows.
//
// Of true claims that are judged by a spread one in twenty is contradicted by chance.
func Judge(results []*Result) []Verdict {
	var verdicts []Verdict
	for _, c := range claims() {
		at := slices.IndexFunc(results, func(r *Result) bool { return r.Item == c.Item })
		if c.Place != "" && at >= 0 {
			verdicts = append(verdicts, c.judge(results[at]))
		}
	}
	return verdicts
}

// judge holds a claim against the result of its item.
func (c Claim) judge(r *Result) Verdict {
	ours := c.in(r, c.Row, c.Column)
	v := Verdict{Claim: c, Ours: ours.value, Low: ours.low, High: ours.high}
	switch {
	case ours.value.Missing() || c.Value.Missing() || c.Relation == Beside:
		v.Found = Untestable
	case c.agrees(ours) && !ours.vague():
		v.Found = Reproduced
	case c.ShownBy != "" && c.agrees(c.shown(r)):
		v.Found = Explained
	case c.agrees(ours) || ours.low.Missing():
		v.Found = Untestable
	default:
		v.Found = Contradicted
	}
	v.OK = v.Found == c.Class
	return v
}

// estimate is a value of ours with where one more would fall; all may be missing.
type estimate struct{ value, low, high Number }

// vague reports whether values differ so much that they show nothing.
func (e estimate) vague() bool { return e.high-e.low > Number(math.Abs(float64(e.value))) }

// agrees reports whether what is printed may be the same as ours.
func (c Claim) agrees(ours estimate) bool {
	low, high := c.printed()
	switch {
	case ours.value.Missing():
		return false
	case c.Relation == AtLeast:
		return float64(ours.value) >= float64(c.Value)
	case c.Relation == AtMost:
		return float64(ours.value) <= float64(c.Value)
	case ours.low.Missing():
		return low <= float64(ours.value) && float64(ours.value) <= high
	}
	return float64(ours.low) <= high && low <= float64(ours.high)
}

// readingError is how far a value read off a figure may be wrong, as a share of it.
const readingError = 0.03

// printed is what a printed number leaves open. The authors mostly cut digits off (their
// 0.3859 is printed as 0.385, 1.0266 as 1.02) and may round elsewhere: half a unit of the
// last digit below, a whole one above. A number without a unit is a count, and exact.
func (c Claim) printed() (low, high float64) {
	unit := 1.0
	if _, decimals, ok := strings.Cut(c.Text, "."); ok {
		unit = math.Pow10(-len(decimals))
	}
	v, slack := float64(c.Value), unit*1e-9 // of the arithmetic of floats
	if c.Origin == ReadOff {
		slack = readingError * math.Abs(v)
	}
	if c.Unit == "" {
		return v - slack, v + slack
	}
	return v - unit/2 - slack, v + unit + slack
}

// shown is the value that explains a difference.
func (c Claim) shown(r *Result) estimate {
	if c.ShownBy == string(ByCheckpoint) {
		return c.in(r, c.Row, ByCheckpoint)
	}
	return c.in(r, c.ShownBy, ByPublished)
}

// milliseconds in a unit of time.
var milliseconds = map[string]float64{"µs": 1e-3, "ms": 1, "s": 1e3}

// in gives a column of a row of the result in the unit of the claim.
func (c Claim) in(r *Result, row string, column Column) estimate {
	at := slices.IndexFunc(r.Rows, func(of Row) bool { return of.Quantity == row })
	if at < 0 {
		return estimate{None, None, None}
	}
	factor := 1.0
	if u := r.Rows[at].Unit; u != c.Unit {
		if factor = milliseconds[u] / milliseconds[c.Unit]; factor == 0 || math.IsInf(factor, 0) {
			factor = math.NaN() // one of them is no time
		}
	}
	e := r.Rows[at].estimate(column, r.Seeds == 0)
	return estimate{e.value * Number(factor), e.low * Number(factor), e.high * Number(factor)}
}

// estimate is a column with its spread; exact values have none.
func (r Row) estimate(column Column, exact bool) estimate {
	switch column {
	case ByCorrected:
		return estimate{r.Corrected, r.CorrectedLow, r.CorrectedHigh}
	case ByCheckpoint:
		return estimate{r.Checkpoint, r.Checkpoint, r.Checkpoint}
	case ByBest:
		return estimate{r.Best, r.Best, r.Best}
	}
	if exact {
		return estimate{r.AsPublished, r.AsPublished, r.AsPublished}
	}
	low, high := r.oneMore()
	return estimate{r.AsPublished, low, high}
}

// oneMore is where the value of one more training would fall, 19 times out of 20, if
// trainings are normal: the mean ± t·s·√(1 + 1/n). What the paper prints is one training:
// the range of n falls short of it 2 times in n + 1. Where only the range is known, it is
// that; with one training both are missing.
func (r Row) oneMore() (low, high Number) {
	n := r.AsPublishedN
	if n < 2 || r.AsPublishedSD.Missing() {
		return r.AsPublishedLow, r.AsPublishedHigh
	}
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(n - 1)}.Quantile(0.975)
	half := Number(t * float64(r.AsPublishedSD) * math.Sqrt(1+1/float64(n)))
	return r.AsPublished - half, r.AsPublished + half
}
