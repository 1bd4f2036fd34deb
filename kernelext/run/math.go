package run

import (
	"fmt"
	"html"
	"strings"
	"unicode"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Mathematics in Markdown stands between $ and $, or $$ and $$ for a line of its
// own. JupyterLab shows it by MathJax; pages, which run no script, by MathML, which
// browsers know themselves. mathML understands the part of TeX that notebooks
// need: letters, numbers, operators, ^, _, {}, \frac, \sqrt, \text, \mathrm,
// \hat, \bar, \left, \right and the symbols below.

var symbols = map[string]string{
	"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "varepsilon": "ε", "eta": "η", "theta": "θ",
	"lambda": "λ", "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "omega": "ω", "Delta": "Δ", "Sigma": "Σ",
	"ell": "ℓ", "infty": "∞", "partial": "∂",
}

var operators = map[string]string{
	"sum": "∑", "prod": "∏", "cdot": "·", "times": "×", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠",
	"approx": "≈", "sim": "∼", "pm": "±", "in": "∈", "to": "→", "rightarrow": "→", "propto": "∝", "dots": "…", "ldots": "…", "cdots": "⋯",
	"mid": "|", "lvert": "|", "rvert": "|", ",": "\u2009", ";": "\u2005", " ": " ", "{": "{", "}": "}", "%": "%", "|": "‖",
}

var functions = map[string]bool{"log": true, "ln": true, "exp": true, "min": true, "max": true, "arg": true}

// tex reads TeX from left to right. The first thing that it doesn't know ends it.
type tex struct {
	rest []rune
	err  error
}

// mathML translates TeX; block is for a line of its own.
func mathML(source string, block bool) (string, error) {
	t := &tex{rest: []rune(strings.TrimSpace(source))}
	row := t.row("")
	if t.err == nil && len(t.rest) > 0 {
		t.err = fmt.Errorf("a %q that closes nothing", string(t.rest[0]))
	}
	if t.err != nil {
		return "", fmt.Errorf("$%s$: %w", source, t.err)
	}
	display := ""
	if block {
		display = ` display="block"`
	}
	return "<math" + display + ">" + row + "</math>", nil
}

func (t *tex) fail(format string, args ...any) string {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
	t.rest = nil
	return ""
}

func (t *tex) skipSpace() {
	for len(t.rest) > 0 && unicode.IsSpace(t.rest[0]) {
		t.rest = t.rest[1:]
	}
}

// row reads terms up to a closing brace, or a sign that ends the row.
func (t *tex) row(end string) string {
	var b strings.Builder
	for t.skipSpace(); len(t.rest) > 0 && t.rest[0] != '}' && (end == "" || string(t.rest[0]) != end); t.skipSpace() {
		b.WriteString(t.scripted())
	}
	return "<mrow>" + b.String() + "</mrow>"
}

// scripted reads a term with what stands at its right, low and high.
func (t *tex) scripted() string {
	base := t.term()
	low, high := "", ""
	for t.skipSpace(); len(t.rest) > 0 && (t.rest[0] == '_' || t.rest[0] == '^'); t.skipSpace() {
		sign := t.rest[0]
		t.rest = t.rest[1:]
		if sign == '_' {
			low = t.argument()
		} else {
			high = t.argument()
		}
	}
	tag := "su"
	if base == operator("∑") || base == operator("∏") {
		tag = "under"
	}
	switch {
	case low != "" && high != "" && tag == "su":
		return "<msubsup>" + base + low + high + "</msubsup>"
	case low != "" && high != "":
		return "<munderover>" + base + low + high + "</munderover>"
	case low != "" && tag == "su":
		return "<msub>" + base + low + "</msub>"
	case low != "":
		return "<munder>" + base + low + "</munder>"
	case high != "":
		return "<msup>" + base + high + "</msup>"
	}
	return base
}

// argument reads one term, or a group in braces.
func (t *tex) argument() string {
	if t.skipSpace(); len(t.rest) == 0 {
		return t.fail("an argument is missing at the end")
	}
	return t.term()
}

func identifier(name string) string { return "<mi>" + html.EscapeString(name) + "</mi>" }
func operator(sign string) string   { return "<mo>" + html.EscapeString(sign) + "</mo>" }

func (t *tex) term() string {
	c := t.rest[0]
	t.rest = t.rest[1:]
	switch {
	case c == '{':
		row := t.row("")
		if len(t.rest) == 0 {
			return t.fail("a brace is not closed")
		}
		t.rest = t.rest[1:]
		return row
	case c == '\\':
		return t.command()
	case unicode.IsDigit(c):
		number := string(c)
		for len(t.rest) > 0 && (unicode.IsDigit(t.rest[0]) || t.rest[0] == '.') {
			number, t.rest = number+string(t.rest[0]), t.rest[1:]
		}
		return "<mn>" + number + "</mn>"
	case unicode.IsLetter(c):
		return identifier(string(c))
	case c == '-':
		return operator("−")
	case strings.ContainsRune("^_&#$", c):
		return t.fail("a %q where a term should be", string(c))
	}
	return operator(string(c))
}

func (t *tex) command() string {
	name := ""
	for len(t.rest) > 0 && unicode.IsLetter(t.rest[0]) {
		name, t.rest = name+string(t.rest[0]), t.rest[1:]
	}
	if name == "" && len(t.rest) > 0 {
		name, t.rest = string(t.rest[0]), t.rest[1:]
	}
	switch {
	case symbols[name] != "":
		return identifier(symbols[name])
	case operators[name] != "":
		return operator(operators[name])
	case functions[name]:
		return identifier(name)
	}
	switch name {
	case "frac":
		return "<mfrac>" + t.argument() + t.argument() + "</mfrac>"
	case "sqrt":
		return "<msqrt>" + t.argument() + "</msqrt>"
	case "hat":
		return "<mover>" + t.argument() + operator("^") + "</mover>"
	case "bar":
		return "<mover>" + t.argument() + operator("¯") + "</mover>"
	case "text", "mathrm":
		return t.words(name)
	case "left", "right":
		if t.skipSpace(); len(t.rest) > 0 {
			return t.term()
		}
	}
	return t.fail(`\%s is not known here`, name)
}

// words reads text in braces as it is.
func (t *tex) words(command string) string {
	if len(t.rest) > 0 && t.rest[0] == '{' {
		if whole := string(t.rest[1:]); strings.Contains(whole, "}") {
			inside, after, _ := strings.Cut(whole, "}")
			t.rest = []rune(after)
			return "<mtext>" + html.EscapeString(strings.ReplaceAll(inside, " ", "\u00a0")) + "</mtext>"
		}
	}
	return t.fail(`\%s wants text in braces`, command)
}

// formula is mathematics in a Markdown tree.
type formula struct {
	ast.BaseInline
	source string
	block  bool
}

var formulaKind = ast.NewNodeKind("Formula")

func (*formula) Kind() ast.NodeKind              { return formulaKind }
func (f *formula) Dump(source []byte, level int) { ast.DumpHelper(f, source, level, nil, nil) }

// formulas is goldmark's parser and renderer of mathematics.
type formulas struct{}

func (formulas) Trigger() []byte { return []byte{'$'} }

// Parse takes what stands between dollars of one line or paragraph. A dollar
// before a space is one.
func (formulas) Parse(_ ast.Node, block text.Reader, _ parser.Context) ast.Node {
	line, _ := block.PeekLine()
	rest := string(line)
	fence := "$"
	if strings.HasPrefix(rest, "$$") {
		fence = "$$"
	}
	inside, _, ok := strings.Cut(rest[len(fence):], fence)
	if !ok || inside == "" || fence == "$" && (unicode.IsSpace(rune(inside[0])) || unicode.IsSpace(rune(inside[len(inside)-1]))) {
		return nil
	}
	block.Advance(len(inside) + 2*len(fence))
	return &formula{source: inside, block: fence == "$$"}
}

func (f formulas) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(formulaKind, f.render)
}

// render writes MathML; what it doesn't understand is shown as it was written.
func (formulas) render(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	f := n.(*formula)
	out, err := mathML(f.source, f.block)
	if err != nil {
		out = "<code>" + html.EscapeString(f.source) + "</code>"
	}
	_, err = w.WriteString(out)
	return ast.WalkContinue, err
}

// badFormulas gives the errors of the mathematics in a Markdown source.
func badFormulas(source string) (errs []error) {
	tree := markdown.Parser().Parse(text.NewReader([]byte(source)))
	_ = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if f, ok := n.(*formula); ok && entering {
			if _, err := mathML(f.source, f.block); err != nil {
				errs = append(errs, err)
			}
		}
		return ast.WalkContinue, nil
	})
	return errs
}
