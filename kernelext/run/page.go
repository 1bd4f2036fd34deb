package run

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"regexp"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

//go:embed page.css
var pageCSS string

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Markdown of notebooks may hold HTML: folded solutions, for one.
var markdown = goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))

var highlighter = chromahtml.New(chromahtml.WithClasses(true))

// css is the page's style with the colours of code, light and dark.
var css = func() template.CSS {
	var light, dark bytes.Buffer
	if err := highlighter.WriteCSS(&light, styles.Get("github")); err != nil {
		panic("run: " + err.Error())
	}
	if err := highlighter.WriteCSS(&dark, styles.Get("github-dark")); err != nil {
		panic("run: " + err.Error())
	}
	// Each in a medium of its own: a style that leaves names to the page's colour
	// must not inherit the other's.
	return template.CSS(pageCSS + "@media not (prefers-color-scheme: dark) {\n" + light.String() +
		"}\n@media (prefers-color-scheme: dark) {\n" + dark.String() + "}\n")
}()

// pageCell is a cell as the page shows it.
type pageCell struct {
	Markdown template.HTML // of a markdown cell
	Code     template.HTML // of a code cell
	Count    int
	Outputs  []template.HTML
}

// Page makes a page of an executed notebook that needs nothing else: styles and
// figures are inside, and it runs no script. failure, which may be nil, is shown
// at the top.
func Page(nb *Notebook, failure error) []byte {
	var cells []pageCell
	for _, c := range nb.Cells {
		switch c.Type {
		case "markdown":
			cells = append(cells, pageCell{Markdown: renderMarkdown(c.Source)})
		case "code":
			if strings.TrimSpace(c.Source) == "" {
				continue
			}
			cell := pageCell{Code: highlight(c.Source), Count: c.ExecutionCount}
			for _, o := range c.Outputs {
				cell.Outputs = append(cell.Outputs, renderOutput(o))
			}
			cells = append(cells, cell)
		}
	}
	return render(map[string]any{"Title": nb.Title(), "CSS": css, "Cells": cells, "Failure": failure})
}

// Index makes the page that lists all others.
func Index(reports []Report) []byte {
	return render(map[string]any{"Title": "ofalat: notebooks", "CSS": css, "Reports": reports})
}

func render(data any) []byte {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		panic("run: " + err.Error()) // the template and its data are ours
	}
	return b.Bytes()
}

func renderMarkdown(source string) template.HTML {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(source) + "</pre>")
	}
	return template.HTML(b.String())
}

func highlight(source string) template.HTML {
	tokens, err := chroma.Coalesce(lexers.Get("go")).Tokenise(nil, source)
	if err == nil {
		var b bytes.Buffer
		if err = highlighter.Format(&b, styles.Get("github"), tokens); err == nil {
			return template.HTML(b.String())
		}
	}
	return template.HTML("<pre>" + template.HTMLEscapeString(source) + "</pre>")
}

// ansi matches the escapes that terminals colour text by.
var ansi = regexp.MustCompile("\x1b\\[[0-9;?]*[A-Za-z]")

func renderOutput(o *Output) template.HTML {
	pre := func(class, text string) template.HTML {
		text = ansi.ReplaceAllString(text, "")
		return template.HTML(`<pre class="` + class + `">` + template.HTMLEscapeString(text) + "</pre>")
	}
	switch o.Type {
	case "stream":
		return pre(o.Name, o.Text)
	case "error":
		return pre("error", o.Error+": "+o.Value+"\n"+strings.Join(o.Trace, "\n"))
	}
	text := o.textOf("text/plain")
	switch svg, page := o.textOf("image/svg+xml"), o.textOf("text/html"); {
	case svg != "":
		return figure("image/svg+xml", base64.StdEncoding.EncodeToString([]byte(svg)), text)
	case o.textOf("image/png") != "":
		return figure("image/png", strings.TrimSpace(o.textOf("image/png")), text)
	case page != "":
		return template.HTML(page)
	case o.textOf("text/markdown") != "":
		return renderMarkdown(o.textOf("text/markdown"))
	}
	return pre("stdout", text)
}

func figure(mime, content, alt string) template.HTML {
	return template.HTML(fmt.Sprintf(`<figure><img alt="%s" src="data:%s;base64,%s"></figure>`, template.HTMLEscapeString(alt), mime, content))
}
