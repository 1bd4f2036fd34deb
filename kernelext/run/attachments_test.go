package run

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Wherever a text shows an attachment, the page has it inside; what only looks like a
// reference stays text.
func TestPageShowsAttachments(t *testing.T) {
	svg := `<svg xmlns="x"/>`
	c := &Cell{Type: "markdown", Attachments: map[string]map[string]any{
		"p.png":         {"image/png": "UE5H\n"},
		"my plot.jpg":   {"image/jpeg": []any{"SlBF\n", "Rw==\n"}},
		"100%.gif":      {"image/gif": "R0lG"},
		"é.webp":        {"image/webp": "V0VCUA=="},
		"a&b.png":       {"image/png": "QSZC"},
		"s.svg":         {"image/svg+xml": svg},
		"t.svg":         {"image/svg+xml": base64.StdEncoding.EncodeToString([]byte(svg))},
		"rows.csv":      {"text/csv": "a,b\n1,2\n"},
		"two.png":       {"application/x-source": "AAAA", "image/png": "VFdP"},
		"b41c-9f.png":   {"image/png": "Qg=="},
		"ref(1).png":    {"image/png": "UkVG"},
		"empty.png":     {},
		"UPPER Név.PNG": {"image/png": "VVA="},
	}}
	data := func(mime, content string) string { return "data:" + mime + ";base64," + content }
	for source, want := range map[string]string{
		"![a](attachment:p.png)":                                          data("image/png", "UE5H"),
		"![a](attachment:my%20plot.jpg)":                                  data("image/jpeg", "SlBFRw=="),
		"![a](<attachment:my plot.jpg>)":                                  data("image/jpeg", "SlBFRw=="),
		"![a](attachment:p.png \"its title\")":                            data("image/png", "UE5H"),
		"![a](attachment:100%25.gif)":                                     data("image/gif", "R0lG"),
		"![a](attachment:100%.gif)":                                       data("image/gif", "R0lG"),
		"![a](attachment:é.webp)":                                         data("image/webp", "V0VCUA=="),
		"![a](attachment:%C3%A9.webp)":                                    data("image/webp", "V0VCUA=="),
		"![a](attachment:a&b.png)":                                        data("image/png", "QSZC"),
		"![a][r]\n\n[r]: <attachment:ref(1).png>":                         data("image/png", "UkVG"),
		"![a](attachment:ref(1).png)":                                     data("image/png", "UkVG"),
		"<img src=\"attachment:p.png\" width=\"64\"/>":                    `<img src="` + data("image/png", "UE5H") + `" width="64"/>`,
		"<img alt='x > y' width=64 src='attachment:p.png'>":               data("image/png", "UE5H") + `"`,
		"<IMG SRC = \"attachment:UPPER%20N%C3%A9v.PNG\">":                 data("image/png", "VVA="),
		"<img src=attachment:b41c-9f.png width=10>":                       `<img src="` + data("image/png", "Qg==") + `" width=10>`,
		"text <img\n src=\"attachment:p.png\"> more":                      data("image/png", "UE5H"),
		"<table><tr><td><img src=\"attachment:s.svg\"></td></tr></table>": data("image/svg+xml", base64.StdEncoding.EncodeToString([]byte(svg))),
		"![a](attachment:t.svg)":                                          data("image/svg+xml", base64.StdEncoding.EncodeToString([]byte(svg))),
		"[the rows](attachment:rows.csv)":                                 `<a href="` + data("text/csv", "YSxiCjEsMgo="),
		"![a](attachment:two.png)":                                        data("image/png", "VFdP"),
	} {
		c.Source = source
		page := string(c.page())
		if !strings.Contains(page, want) || strings.Contains(page, "attachment:") {
			t.Errorf("%s\nbecame %s\nwant …%s…", source, page, want)
		}
		if missing := c.missingAttachments(); len(missing) > 0 {
			t.Errorf("%s: missing %q", source, missing)
		}
	}
	for _, source := range []string{"`<img src=\"attachment:p.png\">`", "    ![a](attachment:p.png)", "write attachment:p.png", "```\n<img src=attachment:p.png>\n```"} {
		c.Source = source
		if page := string(c.page()); strings.Contains(page, "data:") || !strings.Contains(page, "attachment:p.png") {
			t.Errorf("%s became %s", source, page)
		}
	}
	for _, source := range []string{"![a](attachment:no.png)", "<img src='attachment:empty.png'>"} {
		c.Source = source
		if missing := c.missingAttachments(); len(missing) != 1 || !strings.Contains(missing[0], "which it doesn't have") {
			t.Errorf("%s: %q", source, missing)
		}
	}
	// Two cells may each have a picture of the same name.
	other := &Cell{Type: "markdown", Source: "![a](attachment:p.png)", Attachments: map[string]map[string]any{"p.png": {"image/png": "T1RIRVI="}}}
	if page := string(other.page()); !strings.Contains(page, "T1RIRVI=") {
		t.Errorf("another cell's picture: %s", page)
	}
}

// Outputs of types that this project doesn't make have a place on the page.
func TestPageShowsForeignOutputs(t *testing.T) {
	for want, data := range map[string]map[string]any{
		`src="data:image/jpeg;base64,AAAA"`:      {"image/jpeg": "AA\nAA\n", "text/plain": "p"},
		`{&#34;a&#34;:1}`:                        {"application/json": map[string]any{"a": 1}},
		`page can&#39;t show: application/vnd.x`: {"application/vnd.x+json": map[string]any{}},
		`<math`:                                  {"text/latex": "$x^2$"},
		`>the text</pre>`:                        {"application/vnd.x+json": 1, "text/plain": "the text"},
	} {
		if got := string(renderOutput(&Output{Type: "display_data", Data: data})); !strings.Contains(got, want) {
			t.Errorf("%v: %s, want …%s…", data, got, want)
		}
	}
	if got := string(renderOutput(&Output{Type: "stream", Name: "stdout", Text: "10 %\r100 %\rdone\r\nnext\n"})); got != "<pre class=\"stdout\">done%\nnext\n</pre>" {
		t.Errorf("progress on one line: %q", got)
	}
}
