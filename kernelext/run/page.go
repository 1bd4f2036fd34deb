package run

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

//go:embed page.css
var pageCSS string

//go:embed fonts/*.woff2
var fonts embed.FS

//go:embed page.html
var pageHTML string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Markdown of notebooks may hold HTML, folded solutions, for one; clean goes over it.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.GFM),
	goldmark.WithRendererOptions(html.WithUnsafe(), renderer.WithNodeRenderers(util.Prioritized(formulas{}, 500))),
	goldmark.WithParserOptions(parser.WithAutoHeadingID(), parser.WithInlineParsers(util.Prioritized(formulas{}, 150))),
)

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
	return template.CSS(faces + pageCSS + "@media not (prefers-color-scheme: dark) {\n" + light.String() +
		"}\n@media (prefers-color-scheme: dark) {\n" + dark.String() + "}\n")
}()

// face declares a font that lies inside the page.
func face(family, file, weight, style string) string {
	content, err := fonts.ReadFile("fonts/" + file + ".woff2")
	if err != nil {
		panic("run: " + err.Error())
	}
	return fmt.Sprintf("@font-face { font-family: %q; font-weight: %s; font-style: %s; src: url(data:font/woff2;base64,%s) format(\"woff2\"); }\n",
		family, weight, style, base64.StdEncoding.EncodeToString(content))
}

// faces are the page's fonts; figureFace is that of figures, which as images of
// their own see no font of the page.
var (
	faces = face("Page Text", "text-regular", "400", "normal") + face("Page Text", "text-bold", "600", "normal") +
		face("Page Text", "text-italic", "400", "italic") + face("Page Code", "code", "400", "normal")
	figureFace = "<style>" + face("Liberation Sans", "figure", "400", "normal") + "</style>"
)

// pageCell is a cell as the page shows it.
type pageCell struct {
	Markdown template.HTML // of a markdown cell
	Code     template.HTML // of a code cell
	Folded   bool          // its code is folded, as the notebook asks
	Count    int
	Outputs  []template.HTML
}

// Page returns the HTML page of an executed notebook. It is self-contained: styles, figures
// and the pictures of texts are inside; it runs no script and loads nothing, see pagePolicy. failure, which may be nil, is shown
// at the top.
func Page(nb *Notebook, failure error) []byte {
	var cells []pageCell
	for _, c := range nb.Cells {
		switch c.Type {
		case "markdown":
			cells = append(cells, pageCell{Markdown: template.HTML(clean(withImages(string(c.page()), nb.folder)))})
		case "code":
			if strings.TrimSpace(c.Source) == "" {
				continue
			}
			cell := pageCell{Code: highlight(c.Source), Folded: c.hidden(), Count: c.ExecutionCount}
			for _, o := range c.Outputs {
				cell.Outputs = append(cell.Outputs, renderOutput(o))
			}
			cells = append(cells, cell)
		}
	}
	return render(map[string]any{"Title": nb.Title(), "CSS": css, "Cells": cells, "Failure": failure})
}

// page is the HTML of a markdown cell, with its attachments inside.
func (c *Cell) page() template.HTML {
	return template.HTML(c.withAttachments(string(renderMarkdown(c.Source))))
}

func render(data any) []byte {
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, data); err != nil {
		panic("run: " + err.Error()) // the template and its data are ours
	}
	return b.Bytes()
}

// Links to other notebooks lead to their pages, that to the course to the index.
var (
	notebookLink = regexp.MustCompile(`href="([\w.\-]+)\.ipynb(#[^"]*)?"`)
	courseLink   = regexp.MustCompile(`href="README\.md(#[^"]*)?"`)
)

func renderMarkdown(source string) template.HTML {
	var b bytes.Buffer
	if err := markdown.Convert([]byte(source), &b); err != nil {
		return template.HTML("<pre>" + template.HTMLEscapeString(source) + "</pre>")
	}
	page := notebookLink.ReplaceAllString(b.String(), `href="$1.html$2"`)
	return template.HTML(courseLink.ReplaceAllString(page, `href="index.html"`))
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
	switch o.Type {
	case "stream":
		return printed(o.Name, o.Text)
	case "error":
		return printed("error", strings.Trim(o.Error+": "+o.Value, ": ")+"\n"+strings.Join(o.Trace, "\n"))
	}
	text := o.textOf("text/plain")
	svg, png := o.textOf("image/svg+xml"), strings.TrimSpace(o.textOf("image/png"))
	switch page := o.textOf("text/html"); {
	case svg != "" && (len(svg) <= maxSVG || png == ""):
		return figure("image/svg+xml", base64.StdEncoding.EncodeToString([]byte(withFont(svg))), text)
	case png != "":
		return figure("image/png", png, text)
	case page != "":
		return template.HTML(clean(withFonts(page)))
	case o.textOf("text/markdown") != "":
		return template.HTML(clean(string(renderMarkdown(o.textOf("text/markdown")))))
	}
	return renderOther(o, text)
}

// renderOther shows an output of a type that this project doesn't make: another picture, or
// its text. One without text is named, so that its place is not empty.
func renderOther(o *Output, text string) template.HTML {
	types := slices.Sorted(maps.Keys(o.Data))
	for _, mime := range types {
		if strings.HasPrefix(mime, "image/") {
			return figure(mime, strings.Join(strings.Fields(o.textOf(mime)), ""), text)
		}
	}
	if latex := o.textOf("text/latex"); latex != "" {
		return template.HTML(clean(string(renderMarkdown(latex))))
	}
	if text == "" && o.Data["application/json"] != nil {
		text = jsonText(o.Data["application/json"])
	}
	if text == "" && len(types) > 0 {
		text = "[an output that this page can't show: " + strings.Join(types, ", ") + "]"
	}
	return printed("stdout", text)
}

// maxSVG is the size, bytes, from which on a figure's PNG is smaller and faster to
// show.
const maxSVG = 300 << 10

var svgTag = regexp.MustCompile(`<svg[^>]*>`)

// withFont puts the font of figures into an SVG.
func withFont(svg string) string {
	at := svgTag.FindStringIndex(svg)
	if at == nil || !strings.Contains(svg, "Liberation Sans") {
		return svg
	}
	return svg[:at[1]] + figureFace + svg[at[1]:]
}

// inlineSVG matches an SVG that HTML carries in itself.
var inlineSVG = regexp.MustCompile(`"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)"`)

// withFonts puts the font of figures into the SVGs of an output in HTML, such as a live
// curve. One that can't be decoded stays as it is.
func withFonts(page string) string {
	return inlineSVG.ReplaceAllStringFunc(page, func(quoted string) string {
		encoded := inlineSVG.FindStringSubmatch(quoted)[1]
		svg, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			return quoted
		}
		return strings.Replace(quoted, encoded, base64.StdEncoding.EncodeToString([]byte(withFont(string(svg)))), 1)
	})
}

// stackStart is where a goroutine's stack begins.
var stackStart = regexp.MustCompile(`(?m)^goroutine \d+ `)

// printed is text as it was printed. A stack is folded away: the reason stands
// before it.
func printed(class, text string) template.HTML {
	text = overwritten(ansi.ReplaceAllString(text, ""))
	stack := ""
	if at := stackStart.FindStringIndex(text); at != nil && class != "stdout" {
		text, stack = strings.TrimRight(text[:at[0]], "\n")+"\n", text[at[0]:]
	}
	out := `<pre class="` + template.HTMLEscapeString(class) + `">` + template.HTMLEscapeString(text) + "</pre>"
	if stack != "" {
		out += `<details class="stack"><summary>stack</summary><pre>` + template.HTMLEscapeString(stack) + "</pre></details>"
	}
	return template.HTML(out)
}

// overwritten is a text as a terminal shows it in which lines go back to their begin, as
// progress does.
func overwritten(text string) string {
	if !strings.Contains(text, "\r") {
		return text
	}
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, line := range lines {
		var shown []rune
		for part := range strings.SplitSeq(line, "\r") {
			if over := []rune(part); len(over) >= len(shown) {
				shown = over
			} else {
				copy(shown, over)
			}
		}
		lines[i] = string(shown)
	}
	return strings.Join(lines, "\n")
}

func figure(mime, content, alt string) template.HTML {
	return template.HTML(fmt.Sprintf(`<figure><img alt="%s" src="data:%s;base64,%s"></figure>`, template.HTMLEscapeString(alt), template.HTMLEscapeString(mime), template.HTMLEscapeString(content)))
}
