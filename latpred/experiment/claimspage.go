package experiment

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/texttable"
)

// ClaimsMarkdown returns what became of the paper's claims by the results: how many of
// each place are of which class, what stays contradicted, what the results do not bear out
// of data/claims.csv, and, folded, every claim beside ours.
func ClaimsMarkdown(results []*Result) string {
	verdicts := Judge(results)
	var b strings.Builder
	b.WriteString(classCounts(verdicts).Markdown() + "\n")
	b.WriteString("Ours is the mean of our trainings with where one more would fall, 19 times out of 20: of true claims one in twenty is outside by chance.\n\n")
	if named := those(verdicts, func(v Verdict) bool { return v.Found == Contradicted }); len(named) > 0 {
		b.WriteString("Contradicted, and no other number of ours gives it:\n\n" + named + "\n")
	}
	if named := those(verdicts, func(v Verdict) bool { return !v.OK }); len(named) > 0 {
		b.WriteString("Not as data/claims.csv has it:\n\n" + named + "\n")
	}
	fmt.Fprintf(&b, "<details><summary>All %d claims</summary>\n\n%s\n</details>\n\n", len(verdicts), claimsTable(verdicts).Markdown())
	return b.String()
}

// classes in the order of tables.
var classes = []Class{Reproduced, Explained, Contradicted, Untestable}

// classCounts counts verdicts by place and class.
func classCounts(verdicts []Verdict) texttable.Table {
	t := texttable.Table{Header: []string{""}, Right: []bool{false}}
	for _, class := range classes {
		t.Header, t.Right = append(t.Header, string(class)), append(t.Right, true)
	}
	var places []string
	counts := map[string]map[Class]int{"all": {}}
	for _, v := range verdicts {
		if counts[v.Place] == nil {
			places, counts[v.Place] = append(places, v.Place), map[Class]int{}
		}
		counts[v.Place][v.Found]++
		counts["all"][v.Found]++
	}
	for _, place := range append(places, "all") {
		row := []string{place}
		for _, class := range classes {
			row = append(row, fmt.Sprint(counts[place][class]))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// those lists verdicts that keep returns true for, a line each.
func those(verdicts []Verdict, keep func(Verdict) bool) string {
	var b strings.Builder
	for _, v := range verdicts {
		if keep(v) {
			b.WriteString("- " + v.String() + "\n")
		}
	}
	return b.String()
}

// claimsTable has every claim with ours beside it.
func claimsTable(verdicts []Verdict) texttable.Table {
	t := texttable.Table{
		Header: []string{"place", "what", "printed", "ours [one more training]", "class", "cause"},
		Right:  []bool{false, false, true, true, false, false},
	}
	for _, v := range verdicts {
		t.Rows = append(t.Rows, []string{v.Place, v.what(), v.printedText(), v.oursText(), string(v.Found), v.Cause})
	}
	return t
}

// String says in a line what is claimed and what was found.
func (v Verdict) String() string {
	found := string(v.Found)
	if !v.OK {
		found += fmt.Sprintf(" (the file says %s)", v.Class)
	}
	text := fmt.Sprintf("%s, %s: printed %s, ours %s: %s", v.Place, v.what(), v.printedText(), v.oursText(), found)
	if v.OK && v.Cause != "" {
		text += "; " + v.Cause
	}
	return text
}

// what names the claim: our row where there is one.
func (v Verdict) what() string {
	if v.Row != "" {
		return v.Row
	}
	what := v.Subject + ": " + strings.ReplaceAll(v.Quantity, "_", " ")
	if v.At > 0 {
		what += fmt.Sprintf(" at %g", v.At)
	}
	return what
}

// printedText is what is printed, with its unit.
func (v Verdict) printedText() string {
	if v.Value.Missing() {
		return "–"
	}
	text := strings.TrimSpace(v.Text + " " + v.Unit)
	if v.Relation == AtLeast || v.Relation == AtMost {
		text = string(v.Relation) + " " + text
	}
	return text
}

// oursText is our value with where one more training would fall.
func (v Verdict) oursText() string {
	if v.Low.Missing() || v.Low == v.High {
		return v.digits(v.Ours)
	}
	return fmt.Sprintf("%s [%s, %s]", v.digits(v.Ours), v.digits(v.Low), v.digits(v.High))
}

// digits gives a number with a digit more than is printed; a whole one without decimals.
func (v Verdict) digits(n Number) string {
	if n.Missing() || float64(n) == math.Trunc(float64(n)) {
		return n.String()
	}
	_, decimals, _ := strings.Cut(v.Text, ".")
	return strconv.FormatFloat(float64(n), 'f', len(decimals)+1, 64)
}

// Differing are the verdicts that are not what data/claims.csv says.
func Differing(verdicts []Verdict) []Verdict {
	return slices.DeleteFunc(slices.Clone(verdicts), func(v Verdict) bool { return v.OK })
}
