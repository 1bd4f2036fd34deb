package card

import (
	_ "embed"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"unicode"

	"github.com/ofalat/ofalat/internal/shell"
	"github.com/ofalat/ofalat/internal/texttable"
	"github.com/ofalat/ofalat/latpred/space"
)

//go:embed card.md.tmpl
var source string

var page = template.Must(template.New("card").Funcs(template.FuncMap{
	"header": header, "facts": facts, "scores": scores, "sizes": sizesTable, "coverage": coverageTable, "drift": driftText,
	"rowsOf": rowsOf, "provenance": provenance, "limits": limits, "text": text, "code": code, "quote": quote, "id": id,
	"example": example,
}).Parse(source))

// Markdown writes the page.
func (c *Card) Markdown(w io.Writer) error { return page.Execute(w, c) }

// text makes anything plain text within Markdown, on one line.
func text(s string) string {
	var b strings.Builder
	for _, r := range strings.Join(strings.FieldsFunc(s, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }), " ") {
		if strings.ContainsRune("\\`*_[]<>|#&~$!:@", r) {
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return begins.ReplaceAllString(b.String(), `$1$3\$2$4`)
}

// begins matches what would be a list or a rule at the beginning of a line, and a link anywhere.
var begins = regexp.MustCompile(`^(\d*)([-+=.)])|((?i:www))(\.)`)

// code makes a name an argument of a shell, within code.
func code(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '`' || !unicode.IsPrint(r) {
			return '_'
		}
		return r
	}, s)
	return shell.Quote(s)
}

// quote makes a name a string of Go and of Python, within code.
func quote(s string) string { return strings.ReplaceAll(strconv.QuoteToASCII(s), "`", `\x60`) }

// id is the name of the predictor's device in requests, see serve.Open.
func id(c *Card) string {
	return strings.Trim(quote(strings.ReplaceAll(strings.TrimSuffix(c.Name, filepath.Ext(c.Name)), "'", "_")), `"`)
}

// example is a network that the predictor is for.
func example(c *Card) string {
	s, err := space.ByID(c.Space)
	if err != nil {
		return ""
	}
	a := s.Largest()
	for _, r := range c.Resolutions {
		if s.Allowed.Contains(r) {
			a.Resolution = r
		}
	}
	return a.String()
}

// table is a table of facts.
func table(rows [][]string) string {
	return texttable.Table{Header: []string{"fact", "value"}, Rows: rows}.Markdown()
}

// percent writes a fraction as a percentage of four digits.
func percent(fraction float64) string { return fmt.Sprintf("%.4g %%", 100*fraction) }

func facts(c *Card) string {
	rows := [][]string{{"kind", text(c.Kind)}}
	width := ""
	if c.Assumed {
		width = ", assumed: nobody told the width"
	}
	rows = append(rows, []string{"networks", fmt.Sprintf("%s (`%s`)%s", text(c.SpaceName), c.Space, width)})
	if len(c.Resolutions) > 0 {
		rows = append(rows, []string{"resolutions that it was made from", resolutions(c.Resolutions)})
	}
	if c.Timing != "" {
		rows = append(rows, []string{"how latencies were timed", text(c.Timing)})
	}
	if c.Licence != "" {
		rows = append(rows, []string{"licence of the measurements", text(c.Licence)})
	}
	if c.SHA256 != "" {
		rows = append(rows, []string{"file", fmt.Sprintf("%s, %d bytes", text(c.Name), c.Bytes)}, []string{"SHA-256", "`" + c.SHA256 + "`"})
	}
	return table(rows)
}

func resolutions(list []int) string {
	words := make([]string, len(list))
	for i, r := range list {
		words[i] = strconv.Itoa(r)
	}
	return strings.Join(words, ", ")
}

// String gives "0.385 [0.37, 0.4]".
func (e Estimate) String() string { return fmt.Sprintf("%.4g [%.4g, %.4g]", e.Value, e.Low, e.High) }

// rowsOf says which rows judged.
func rowsOf(j *Judgement) string {
	t := fmt.Sprintf("rows of %s, which has %d", text(j.Data), j.Of)
	switch {
	case j.Trained && j.Protocol != "":
		t += fmt.Sprintf(": those that were kept\napart in training (%s, seed %d), so that it has seen none of them", text(j.Protocol), j.Seed)
	case j.Trained:
		t += ": those that it has not seen"
	default:
		t += ". It was made from other measurements; rows that both have are not found"
	}
	if j.Unknown != "" {
		t += ". It may have seen more: " + text(j.Unknown)
	}
	return t + "."
}

func scores(j *Judgement) string {
	return texttable.Table{Header: []string{"measure", "value"}, Right: []bool{false, true}, Rows: [][]string{
		{"mean absolute error, % of the latency", j.MAPE.String()},
		{"mean absolute error, ms", j.MAE.String()},
		{"root of the mean squared error, ms", fmt.Sprintf("%.4g", j.RMSEMs)},
		{"bias (predicted minus measured), ms", fmt.Sprintf("%.4g", j.BiasMs)},
		{"predicted within 5 %, % of the networks", j.Within5.String()},
		{"Spearman's ρ, of the order of networks", fmt.Sprintf("%.4f", j.Spearman)},
	}}.Markdown()
}

func sizesTable(j *Judgement) string {
	t := texttable.Table{Header: []string{"resolution", "networks", "error, %"}, Right: []bool{true, true, true}}
	for _, s := range j.Sizes {
		t.Rows = append(t.Rows, []string{strconv.Itoa(s.Resolution), strconv.Itoa(s.Rows), s.MAPE.String()})
	}
	return t.Markdown()
}

func coverageTable(j *Judgement) string {
	t := texttable.Table{Header: []string{"promised", "held, %", "mean width, ms", ""}, Right: []bool{true, true, true}}
	for _, c := range j.Coverage {
		note := ""
		if c.Unsupported {
			note = fmt.Sprintf("not backed by measurements, which support %s at most", percent(c.Highest))
		}
		if c.Unbounded > 0 {
			note = strings.TrimPrefix(fmt.Sprintf("%s; %d without an upper bound", note, c.Unbounded), "; ")
		}
		t.Rows = append(t.Rows, []string{percent(c.Level), c.Held.String(), fmt.Sprintf("%.4g", c.WidthMs), note})
	}
	return t.Markdown()
}

// driftText says whether the device changed while it was measured.
func driftText(d Drift) string {
	t := fmt.Sprintf("In the order of measuring, latencies are %+.2g %% off the predictions in the first fifth of the rows and\n%+.2g %% in the last. Errors correlate with those before them by %.2g (p = %.2g)", d.FirstPercent, d.LastPercent, d.Autocorrelation, d.Probability)
	if d.Probability <= .001 {
		return t + ": the device changed while it was measured."
	}
	return t + ", which can be chance."
}

func provenance(c *Card) string {
	p := c.Provenance
	rows := [][]string{}
	add := func(name, value string) {
		if value != "" {
			rows = append(rows, []string{text(name), text(value)})
		}
	}
	add("measurements", p.Data)
	add("SHA-256 of their rows", p.DataHash)
	if p.Rows > 0 {
		add("rows that it was fitted to", strconv.Itoa(p.Rows))
	}
	if s := p.Split; s != nil {
		how := ""
		if s.Protocol != "" {
			how = fmt.Sprintf("%s, seed %d: ", s.Protocol, s.Seed)
		}
		add("division of the rows", fmt.Sprintf("%s%d to train, %d to validate, %d to test, of %d", how, s.Train, s.Validation, s.Test, s.Rows))
	}
	for _, s := range p.Sources {
		add("also knows", strings.TrimSpace(s.Data+" "+s.DataHash))
	}
	for _, name := range slices.Sorted(maps.Keys(p.Recipe)) {
		add("recipe: "+strings.ReplaceAll(name, "_", " "), p.Recipe[name])
	}
	add("seed", strconv.FormatUint(p.Seed, 10))
	add("computed by", p.Backend)
	for _, name := range slices.Sorted(maps.Keys(p.Versions)) {
		add("version of "+name, p.Versions[name])
	}
	add("note", p.Note)
	return table(rows)
}
