package run

import (
	"encoding/base64"
	"net/url"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
)

// pagePolicy is what a page shows of HTML that comes from notebooks and their outputs:
// text, tables, links, pictures, folded parts, formulas, styles that change how these look.
// Nothing of it runs, loads or sends: scripts, handlers of events, frames, forms, style
// sheets and redirections are left out. The page's Content-Security-Policy forbids them
// once more.
var pagePolicy = func() *bluemonday.Policy {
	p := bluemonday.UGCPolicy()
	p.RequireNoFollowOnLinks(false)
	word := regexp.MustCompile(`^[\w :.-]*$`)
	p.AllowAttrs("class", "id", "title", "lang", "dir").Matching(word).Globally()
	p.AllowAttrs("alt").OnElements("img")
	p.AllowAttrs("open").OnElements("details")
	p.AllowAttrs("start", "value").Matching(bluemonday.Integer).OnElements("ol", "li")
	p.AllowAttrs("align").Matching(regexp.MustCompile(`^(left|right|center)$`)).Globally()
	p.AllowAttrs("border", "cellpadding", "cellspacing").Matching(bluemonday.Integer).OnElements("table")
	p.AllowAttrs("value", "max", "min").Matching(bluemonday.Number).OnElements("progress", "meter")
	p.AllowAttrs("color").Matching(regexp.MustCompile(`^[#\w]+$`)).OnElements("font")
	p.AllowAttrs("src", "poster").OnElements("audio", "video")
	p.AllowAttrs("controls").OnElements("audio", "video")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input") // of lists of tasks
	p.AllowAttrs("checked", "disabled").OnElements("input")
	p.AllowNoAttrs().OnElements("math", "mrow", "mi", "mo", "mn", "mtext", "mfrac", "msqrt", "mover", "munder", "munderover", "msub", "msup", "msubsup",
		"figure", "figcaption", "progress", "meter", "center", "mark", "kbd", "samp", "var", "span")
	p.AllowAttrs("display").Matching(regexp.MustCompile(`^block$`)).OnElements("math")
	value := regexp.MustCompile(`^[\w#%.,()\s"'-]+$`) // no URL, which has a colon or a slash
	p.AllowStyles("text-align", "vertical-align", "white-space", "font-weight", "font-style", "font-family", "font-size", "line-height",
		"text-decoration", "color", "background", "background-color", "opacity", "width", "height", "min-width", "max-width", "max-height",
		"margin", "margin-left", "margin-right", "margin-top", "margin-bottom", "padding", "padding-left", "padding-right", "padding-top", "padding-bottom",
		"border", "border-left", "border-right", "border-top", "border-bottom", "border-collapse", "border-radius", "display", "overflow", "gap", "flex").Matching(value).Globally()
	p.AllowURLSchemeWithCustomPolicy("data", func(u *url.URL) bool {
		return strings.HasPrefix(u.Opaque, "image/") || strings.HasPrefix(u.Opaque, "audio/") || strings.HasPrefix(u.Opaque, "video/")
	})
	return p
}()

// clean is HTML as a page shows it. A drawing in SVG becomes a picture, in which nothing
// runs.
func clean(page string) string {
	return pagePolicy.Sanitize(drawing.ReplaceAllStringFunc(page, func(svg string) string {
		if !strings.Contains(svg[:strings.IndexByte(svg, '>')], "xmlns=") {
			svg = svg[:len("<svg")] + ` xmlns="http://www.w3.org/2000/svg"` + svg[len("<svg"):]
		}
		return `<img alt="" src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(svg)) + `">`
	}))
}

// drawing matches an SVG that stands in HTML.
var drawing = regexp.MustCompile(`(?is)<svg[\s>].*?</svg\s*>`)
