package card

import (
	"bytes"
	"flag"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	nethtml "golang.org/x/net/html"
)

var update = flag.Bool("update", false, "write the golden page anew")

// versions are lines that change with what is built in.
var versions = regexp.MustCompile(`(?m)^\| version of .*\n`)

// page writes a card.
func markdown(t testing.TB, c *Card) string {
	t.Helper()
	var b strings.Builder
	if err := c.Markdown(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// The page of a predictor that ships, and its error, which is that of the catalog.
func TestGoldenPage(t *testing.T) {
	c, err := New(t.Context(), "p40-b64", nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := catalog.Find("p40-b64")
	if err != nil {
		t.Fatal(err)
	}
	p, err := e.Predictor(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := e.ErrorPercent(p)
	if err != nil || math.Abs(c.Judged.MAPE.Value-want) > 1e-9 || c.Judged.Rows != 1500 || !c.Judged.Trained {
		t.Errorf("%+v, want an error of %v %% on 1500 rows, %v", c.Judged, want, err)
	}
	got := versions.ReplaceAllString(markdown(t, c), "")
	golden := filepath.Join("testdata", "p40-b64.md")
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if text, err := os.ReadFile(golden); err != nil || got != string(text) {
		t.Errorf("differs from %s (-update writes it anew): %v\n%s", golden, err, got)
	}
}

// The header is YAML, with the error as a fraction.
func TestHeader(t *testing.T) {
	c := &Card{Name: "a: b\n- c", Space: "mbv3-w1.0", Judged: &Judgement{Data: "p40\n---\n# x", MAPE: Estimate{Value: 1.23456789}}}
	_, rest, _ := strings.Cut(markdown(t, c), "---\n")
	head, _, ended := strings.Cut(rest, "\n---\n")
	var m metadata
	if err := yaml.UnmarshalWithOptions([]byte(head), &m, yaml.Strict()); err != nil || !ended {
		t.Fatalf("%v\n%s", err, head)
	}
	r := m.Index[0].Results[0]
	if m.Index[0].Name != c.Name || r.Dataset.Name != c.Judged.Data || r.Metrics[0].Value != .012346 || m.Library != "ofalat" {
		t.Errorf("%+v", m)
	}
}

// A predictor is judged on rows that it has not seen, or not at all, and the page says which.
func TestJudged(t *testing.T) {
	set, err := dataset.Open("rtx2080ti-b64")
	if err != nil {
		t.Fatal(err)
	}
	rows := make([]int, 400)
	for i := range rows {
		rows[i] = i
	}
	mine := set.Subset(rows)
	mine.Name = "/home/me/mine.csv"
	p, err := additive.FitLinear(mine) // of all of them
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "mine.latpred")
	if err := modelfile.Save(file, p); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		set  *dataset.Set
		says string
	}{
		"nothing to judge it by": {nil, "no measurements were given"},
		"its own rows":           {mine, "Not judged"},
		"another set":            {set, "Judged on 10000 rows of rtx2080ti-b64"},
	} {
		got, err := New(t.Context(), file, c.set)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		text := markdown(t, got)
		if !strings.Contains(text, c.says) || (got.Judged == nil) == (got.NotJudged == "") || !strings.Contains(text, got.SHA256) {
			t.Errorf("%s: no %q in\n%s", name, c.says, text)
		}
		if strings.Contains(text, "/home/me") || strings.Contains(text, filepath.Dir(file)) {
			t.Errorf("%s: the page tells folders of this machine:\n%s", name, text)
		}
	}
	foreign, err := dataset.Open("fbnet-1080ti-b1")
	if err != nil {
		t.Fatal(err)
	}
	if c, err := New(t.Context(), file, foreign); err == nil {
		t.Errorf("judged by networks of another family: %+v", c.Judged)
	}
	if _, err := New(t.Context(), "no-such", nil); err == nil {
		t.Error("a card of nothing")
	}
}

// Shares have the intervals that R's binom.test gives.
func TestShare(t *testing.T) {
	for _, c := range []struct {
		hits, of  int
		low, high float64
	}{{9, 10, 55.49839, 99.74714}, {0, 10, 0, 30.84971}, {10, 10, 69.15029, 100}} {
		values := make([]float64, c.of)
		for i := range c.hits {
			values[i] = 1
		}
		e := share(values, func(v float64) bool { return v > 0 })
		if math.Abs(e.Low-c.low) > 1e-4 || math.Abs(e.High-c.high) > 1e-4 || e.Value != 100*float64(c.hits)/float64(c.of) {
			t.Errorf("%d of %d: %+v, want [%v, %v]", c.hits, c.of, e, c.low, c.high)
		}
	}
}

// Rows that get slower while they are measured show as drift, and as a doubt.
func TestDrift(t *testing.T) {
	values := make([]float64, 500)
	for i := range values {
		values[i] = float64(i)/100 + math.Sin(float64(i*i))
	}
	if d := drift(values); d.Probability > 1e-6 || d.LastPercent-d.FirstPercent < 3 || !strings.Contains(driftText(d), "the device changed") {
		t.Errorf("%+v", d)
	}
	if d := drift(values[:1]); d.Autocorrelation != 0 || d.FirstPercent != d.LastPercent {
		t.Errorf("of one row: %+v", d)
	}
}

// Whatever a file says of itself, the page holds no markup of it: no link, no picture, no script,
// no heading.
func FuzzMarkdown(f *testing.F) {
	for _, s := range []string{"p40-b64", "<script>alert(1)</script>", "[x](javascript:1)", "![](http://x/y)", "a\n# b\n\n- c", "`<b>`", "| x | y", "'; rm -rf ~ #", "https://x.example", "```\n<i>", "$x$ *y* _z_ ~~w~~ &lt;", "{{.}}"} {
		f.Add(s)
	}
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	plain := elements(f, md, &Card{Name: "x", Device: "x", Licence: "x", Timing: "x", NotJudged: "x", Space: "mbv3-w1.0", SpaceName: "x", Provenance: provenanceOf("x"), Warnings: []latpred.Warning{{Message: "x"}}})
	f.Fuzz(func(t *testing.T, s string) {
		if text(s) == "" || strings.TrimSpace(s) == "" {
			return // a line less
		}
		c := &Card{Name: s, Device: s, Licence: s, Timing: s, NotJudged: s, Space: "mbv3-w1.0", SpaceName: s, Provenance: provenanceOf(s), Warnings: []latpred.Warning{{Message: s}}}
		for name, n := range elements(t, md, c) {
			if n != plain[name] {
				t.Errorf("%d elements %s, want %d: %q", n, name, plain[name], s)
			}
		}
	})
}

func provenanceOf(s string) latpred.Provenance {
	return latpred.Provenance{Data: s, DataHash: s, Backend: s, Note: s, Recipe: map[string]string{s: s, "expected_error_percent": s}, Versions: map[string]string{s: s}, Sources: []latpred.Source{{Data: s}}}
}

// elements counts those of the page behind its header.
func elements(t testing.TB, md goldmark.Markdown, c *Card) map[string]int {
	t.Helper()
	_, rest, _ := strings.Cut(markdown(t, c), "---\n")
	_, body, _ := strings.Cut(rest, "\n---\n")
	var out bytes.Buffer
	if err := md.Convert([]byte(body), &out); err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for z := nethtml.NewTokenizer(&out); ; {
		switch z.Next() {
		case nethtml.ErrorToken:
			return counts
		case nethtml.StartTagToken, nethtml.SelfClosingTagToken:
			name, _ := z.TagName()
			counts[string(name)]++
		}
	}
}
