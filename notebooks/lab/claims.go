package lab

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/experiment"
)

// claim is a statement of a lesson that rests on recorded results.
type claim struct {
	name string // the lesson's number and what it is about: "03 early stopping"
	say  func(*record) string
}

// claims are all lessons' claims, in the order of the lessons.
func claims() []claim {
	return slices.Concat(trainingClaims, transferClaims, costClaims, searchClaims, beyondClaims)
}

// ErrNotRecorded says that the shipped record lacks a row that a claim rests on.
var ErrNotRecorded = errors.New("not recorded yet")

// wide is the length of a claim's lines on a page.
const wide = 96

// Claim shows a statement of a lesson with its numbers, which come from the shipped results
// of the Full profile. It ends the cell with an error if the results contradict it or there
// is no such claim; what the results lack it says instead of the statement.
func Claim(name string) {
	sentence, err := statement(name)
	if errors.Is(err, ErrNotRecorded) {
		sentence, err = err.Error(), nil
	}
	kernelext.Check(err)
	kernelext.Text("%s", wrapped(sentence))
}

// wrapped breaks the lines of a sentence at words.
func wrapped(sentence string) string {
	var lines []string
	for line := range strings.SplitSeq(sentence, "\n") { // WrapSoft would join them
		for part := range strings.SplitSeq(text.WrapSoft(line, wide), "\n") {
			lines = append(lines, strings.TrimRight(part, " ")) // it pads
		}
	}
	return strings.Join(lines, "\n")
}

// statement returns a claim with its numbers. It errs as record.check does.
func statement(name string) (string, error) {
	all := claims()
	at := slices.IndexFunc(all, func(c claim) bool { return c.name == name })
	if at < 0 {
		return "", fmt.Errorf("no claim %q", name)
	}
	results, err := experiment.Recorded()
	if err != nil {
		return "", err
	}
	return (&record{results: results}).check(all[at])
}

// record answers a claim's questions. It remembers which rows it lacks, and which parts of
// the claim don't hold.
type record struct {
	results        []*experiment.Result
	missing, wrong []string
	change         func(float64) float64 // of every number, for tests; nil: none
}

// check makes a claim's sentence. It errs with ErrNotRecorded if a row is missing, and with
// what doesn't hold if results contradict the claim.
func (r *record) check(c claim) (string, error) {
	r.missing, r.wrong = nil, nil
	sentence := c.say(r)
	switch {
	case r.missing != nil:
		return "", fmt.Errorf("%s: %w: %s (of %d values that it lacks the first)", c.name, ErrNotRecorded, r.missing[0], len(r.missing))
	case r.wrong != nil:
		return "", fmt.Errorf("%s: the record contradicts the lesson: it isn't so that %s", c.name, strings.Join(r.wrong, "; nor that "))
	}
	return sentence, nil
}

// holds records that the claim is wrong unless ok; what says which part of it.
func (r *record) holds(ok bool, what string) {
	if !ok {
		r.wrong = append(r.wrong, what)
	}
}

// row is a row of an item; one without values if it is missing.
func (r *record) row(item, quantity string) experiment.Row {
	for _, result := range r.results {
		if result.Item == item {
			return result.Row(quantity)
		}
	}
	return (&experiment.Result{}).Row(quantity)
}

func (r *record) value(item, quantity, column string, n experiment.Number) float64 {
	if n.Missing() {
		r.missing = append(r.missing, fmt.Sprintf("%s, %q, %s", item, quantity, column))
		return math.NaN()
	}
	if r.change != nil {
		return r.change(float64(n))
	}
	return float64(n)
}

func (r *record) paper(item, quantity string) float64 {
	return r.value(item, quantity, "paper", r.row(item, quantity).Paper)
}

func (r *record) checkpoint(item, quantity string) float64 {
	return r.value(item, quantity, "authors' checkpoint", r.row(item, quantity).Checkpoint)
}

func (r *record) published(item, quantity string) float64 {
	return r.value(item, quantity, "as published", r.row(item, quantity).AsPublished)
}

func (r *record) corrected(item, quantity string) float64 {
	return r.value(item, quantity, "corrected", r.row(item, quantity).Corrected)
}

func (r *record) best(item, quantity string) float64 {
	return r.value(item, quantity, "best", r.row(item, quantity).Best)
}

// span is a value with the ends of its interval or range.
type span struct{ value, low, high float64 }

// String writes a span as "1.302 [1.247, 1.357]".
func (s span) String() string { return fmt.Sprintf("%.4g [%.4g, %.4g]", s.value, s.low, s.high) }

// below reports whether all of s is below all of t.
func (s span) below(t span) bool { return s.high < t.low }

func (r *record) publishedRange(item, quantity string) span {
	row := r.row(item, quantity)
	return span{r.published(item, quantity), r.value(item, quantity, "as published, least", row.AsPublishedLow),
		r.value(item, quantity, "as published, most", row.AsPublishedHigh)}
}

func (r *record) correctedInterval(item, quantity string) span {
	row := r.row(item, quantity)
	return span{r.corrected(item, quantity), r.value(item, quantity, "corrected, low", row.CorrectedLow),
		r.value(item, quantity, "corrected, high", row.CorrectedHigh)}
}

// more is by how many percent a is larger than b.
func more(a, b float64) float64 { return 100 * (a/b - 1) }
