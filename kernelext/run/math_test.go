package run

import (
	"strings"
	"testing"
)

func TestMathML(t *testing.T) {
	for tex, want := range map[string]string{
		"x":                 "<mi>x</mi>",
		"x_i^2":             "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>",
		"10^{19}":           "<msup><mn>10</mn><mrow><mn>19</mn></mrow></msup>",
		`\frac{a}{b}`:       "<mfrac><mrow><mi>a</mi></mrow><mrow><mi>b</mi></mrow></mfrac>",
		`\sqrt{e_i^2}`:      "<msqrt><mrow><msubsup><mi>e</mi><mi>i</mi><mn>2</mn></msubsup></mrow></msqrt>",
		`\sum_{i=1}^n e_i`:  "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover><msub><mi>e</mi><mi>i</mi></msub>",
		`a \le b - 1.5`:     "<mi>a</mi><mo>≤</mo><mi>b</mi><mo>−</mo><mn>1.5</mn>",
		`\text{mean of } x`: "<mtext>mean\u00a0of\u00a0</mtext><mi>x</mi>",
		`\left(x\right)`:    "<mo>(</mo><mi>x</mi><mo>)</mo>",
		`\hat{y}`:           "<mover><mrow><mi>y</mi></mrow><mo>^</mo></mover>",
		`\rho < \tau`:       "<mi>ρ</mi><mo>&lt;</mo><mi>τ</mi>",
		`\log x`:            "<mi>log</mi><mi>x</mi>",
	} {
		got, err := mathML(tex, false)
		if err != nil || got != "<math><mrow>"+want+"</mrow></math>" {
			t.Errorf("%s: %s (%v), want %s", tex, got, err, want)
		}
	}
	for tex, want := range map[string]string{
		`\frobnicate`: `\frobnicate is not known here`, `{x`: "a brace is not closed", `x}`: `a "}" that closes nothing`,
		`x^`: "an argument is missing", `\text x`: "wants text in braces", `\`: "is not known",
	} {
		if _, err := mathML(tex, false); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", tex, err, want)
		}
	}
}

func TestFormulasInMarkdown(t *testing.T) {
	for source, want := range map[string]string{
		"so $x_1$ and $y_1$":   "<p>so <math><mrow><msub><mi>x</mi><mn>1</mn></msub></mrow></math> and <math><mrow><msub><mi>y</mi><mn>1</mn></msub></mrow></math></p>\n",
		"$$x$$":                "<p><math display=\"block\"><mrow><mi>x</mi></mrow></math></p>\n",
		"it costs $5 or $ 6":   "<p>it costs $5 or $ 6</p>\n",
		"in `code $x$` no":     "<p>in <code>code $x$</code> no</p>\n",
		`unknown $\odd<b>$ it`: "<p>unknown <code>\\odd&lt;b&gt;</code> it</p>\n",
	} {
		if got := string(renderMarkdown(source)); got != want {
			t.Errorf("%s:\n%s, want\n%s", source, got, want)
		}
	}
	if errs := badFormulas(`good $x$, bad $\odd$`); len(errs) != 1 {
		t.Errorf("%v", errs)
	}
}

func TestLinksLeadToPages(t *testing.T) {
	got := string(renderMarkdown("[a](02-test-loss.ipynb#x) [b](README.md) [c](https://go.dev/x.ipynb) [d](notes.md)"))
	want := `<p><a href="02-test-loss.html#x">a</a> <a href="index.html">b</a> <a href="https://go.dev/x.ipynb">c</a> <a href="notes.md">d</a></p>` + "\n"
	if got != want {
		t.Errorf("%s, want\n%s", got, want)
	}
}

func FuzzMathML(f *testing.F) {
	f.Add(`\frac{a}{b}^2_{x}`)
	f.Add(`\text{a}}{`)
	f.Fuzz(func(t *testing.T, tex string) {
		out, err := mathML(tex, true)
		if err == nil && strings.Count(out, "<m") != strings.Count(out, "</m") {
			t.Errorf("%q gives %s", tex, out)
		}
	})
}
