package experiment

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// Variation is how a value varies when its experiment is made again.
type Variation string

// The variations.
const (
	Exact    Variation = "exact"  // it is counted or given in closed form: the same everywhere
	OverSeed Variation = "seeds"  // of a training or a search: the same code on another processor is like another seed
	Timing   Variation = "time"   // of this machine, now
	Choice   Variation = "choice" // what a search picked, or how often: any value may come out
)

// exactItems have no training; timedItems are times of this machine.
var (
	exactItems = []string{"datasets", "figure6"}
	timedItems = []string{"table4", "table5"}
	choices    = []string{"chosen", "trials ", "epochs in all", "limits broken", "diverged"}
)

// Varies returns how a column of a row of an item varies. What is printed never does, nor
// does what released weights give.
func (r *Result) Varies(row Row, column string) Variation {
	isTime := row.Unit == "s" || row.Unit == "µs" || slices.Contains(timedItems, r.Item)
	switch {
	case column == paperColumn || column == checkpointColumn || slices.Contains(exactItems, r.Item):
		return Exact
	case isTime:
		return Timing
	case slices.ContainsFunc(choices, func(part string) bool { return strings.Contains(row.Quantity, part) }):
		return Choice
	}
	return OverSeed
}

// Finding is what a comparison of two values came to.
type Finding string

// The findings. Changed, New and Gone are what a check must not find.
const (
	Same    Finding = "same"         // to six digits
	Noise   Finding = "seed noise"   // they differ by no more than seeds do
	Ratio   Finding = "time"         // times within a factor of TimeFactor
	Apart   Finding = "time apart"   // times further apart: another machine, or a busy one
	Other   Finding = "not compared" // values of different amounts of computation
	Changed Finding = "changed"      // by more than all this
	New     Finding = "new"          // there is no recorded value
	Gone    Finding = "gone"         // there is no value now
)

// Findings lists the findings, in the order of reports.
func Findings() []Finding { return []Finding{Same, Noise, Ratio, Apart, Other, Changed, New, Gone} }

// Tolerances of Compare.
const (
	// TimeFactor is how many times as long or as short another run may take.
	TimeFactor = 3.0
	// SeedTolerance is by what share of the larger one values of single trainings may differ,
	// where the record has no spread over seeds: a factor of three. Few epochs at a large
	// learning rate differ by a factor of two from run to run, since XLA's threads sum floats
	// in another order.
	SeedTolerance = 2. / 3
	// same is by what share equal values may differ: they are sums of floats.
	sameTolerance = 1e-6
	// weightsTolerance is that of released weights: backends sum 32-bit floats in another order.
	weightsTolerance = 1e-3
)

// Comparison is a value of a row, recorded and now.
type Comparison struct {
	Item     string    `json:"item"`
	Quantity string    `json:"quantity"`
	Unit     string    `json:"unit,omitempty"`
	Column   string    `json:"column"` // one of Header
	Recorded Number    `json:"recorded"`
	Now      Number    `json:"now"`
	Varies   Variation `json:"varies"`
	Found    Finding   `json:"found"`
}

// OK reports whether a check may pass with this finding.
func (c Comparison) OK() bool { return !slices.Contains([]Finding{Changed, New, Gone}, c.Found) }

// The columns that are compared.
const (
	paperColumn      = "paper"
	checkpointColumn = "authors' checkpoint"
	publishedColumn  = "as published (range)"
	correctedColumn  = "corrected [95 % interval by Nadeau and Bengio]"
	bestColumn       = "ours, best"
)

// Compare compares each value of an item with the recorded one, in the order of the rows of
// now, those that are gone at the end. Values vary as Result.Varies says:
//
//   - exact: they are the same to six digits, those of released weights to three;
//   - over seeds: they differ by no more than two results of as many seeds do, 19 times out
//     of 20: by the half of the recorded interval, or of where one more training would fall,
//     times √2. A value without a spread, of one seed, may differ by SeedTolerance;
//   - a time: each is at most TimeFactor times the other, or it is said that they are apart,
//     which is no change of the code's;
//   - a choice: nothing is asked of it but to be there.
//
// What Result.Reduced left out must be the same on both sides; else only the paper's column
// is compared.
func Compare(recorded, now *Result) []Comparison {
	var all []Comparison
	sameSize := recorded.Reduced == now.Reduced && recorded.Profile == now.Profile
	had := map[string]Row{}
	for _, row := range recorded.Rows {
		had[row.Quantity] = row
	}
	compare := func(r *Result, was, is Row) {
		for _, v := range columnsOf(was, is) {
			v.Item, v.Quantity, v.Unit = r.Item, cmp.Or(is.Quantity, was.Quantity), cmp.Or(is.Unit, was.Unit)
			v.Varies = r.Varies(Row{Quantity: v.Quantity, Unit: v.Unit}, v.Column)
			switch {
			case v.Recorded.Missing() && v.Now.Missing():
				continue
			case !sameSize && v.Column != paperColumn:
				v.Found = Other
			default:
				v.Found = v.find()
			}
			all = append(all, v.Comparison)
		}
	}
	for _, row := range now.Rows {
		was, ok := had[row.Quantity]
		if !ok {
			was = newRow("", "")
		}
		delete(had, row.Quantity)
		compare(now, was, row)
	}
	for _, row := range recorded.Rows {
		if _, left := had[row.Quantity]; left {
			compare(recorded, row, newRow("", ""))
		}
	}
	return all
}

// spreadValue is a pair of values with the recorded one's half interval; 0: not known.
type spreadValue struct {
	Comparison
	half float64
}

// columnsOf pairs the columns of two rows.
func columnsOf(was, is Row) []spreadValue {
	half := func(low, high Number) float64 {
		if low.Missing() || high.Missing() {
			return 0
		}
		return float64(high-low) / 2
	}
	pair := func(column string, a, b Number, half float64) spreadValue {
		return spreadValue{Comparison{Column: column, Recorded: a, Now: b}, half}
	}
	low, high := was.oneMore()
	n := math.Sqrt(float64(max(1, was.AsPublishedN))) // a mean of n varies less than one more
	return []spreadValue{
		pair(paperColumn, was.Paper, is.Paper, 0),
		pair(checkpointColumn, was.Checkpoint, is.Checkpoint, 0),
		pair(publishedColumn, was.AsPublished, is.AsPublished, half(low, high)/n),
		pair(correctedColumn, was.Corrected, is.Corrected, half(was.CorrectedLow, was.CorrectedHigh)),
		pair(bestColumn, was.Best, is.Best, 0),
	}
}

// find compares a pair of which at least one is there.
func (v spreadValue) find() Finding {
	a, b := float64(v.Recorded), float64(v.Now)
	difference, size := math.Abs(a-b), max(math.Abs(a), math.Abs(b))
	within := func(share float64) bool { return difference <= share*size }
	switch {
	case v.Recorded.Missing():
		return New
	case v.Now.Missing():
		return Gone
	case within(sameTolerance), v.Column == checkpointColumn && within(weightsTolerance):
		return Same
	case v.Varies == Exact:
		return Changed
	case v.Varies == Choice:
		return Noise
	case v.Varies == Timing:
		if a > 0 && b > 0 && max(a/b, b/a) <= TimeFactor {
			return Ratio
		}
		return Apart
	case v.half > 0 && difference <= math.Sqrt2*v.half, v.half == 0 && within(SeedTolerance):
		return Noise
	}
	return Changed
}
