package run

import (
	"encoding/base64"
	"fmt"
	"html"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// Tags of HTML, and what in them refers to an attachment of the cell.
var (
	htmlTag       = regexp.MustCompile(`<[a-zA-Z](?:[^<>"']|"[^"]*"|'[^']*')*>`)
	attachmentRef = regexp.MustCompile(`(?i)(\s(?:src|href|poster|data)\s*=\s*)(?:"\s*attachment:([^"]*)"|'\s*attachment:([^']*)'|attachment:([^\s>"']+))`)
)

// withAttachments puts the attachments of a cell into the HTML that its text has become.
// References to what the cell doesn't have stay.
func (c *Cell) withAttachments(page string) string {
	return htmlTag.ReplaceAllStringFunc(page, func(tag string) string {
		return attachmentRef.ReplaceAllStringFunc(tag, func(ref string) string {
			part := attachmentRef.FindStringSubmatch(ref)
			content, ok := c.attachment(html.UnescapeString(part[2] + part[3] + part[4]))
			if !ok {
				return ref
			}
			return part[1] + `"` + html.EscapeString(content) + `"`
		})
	})
}

// attachment returns the content of an attachment as a data URL. Its name may be escaped
// as in URLs.
func (c *Cell) attachment(name string) (string, bool) {
	bundle, ok := c.Attachments[name]
	if !ok {
		plain, err := url.PathUnescape(name)
		if bundle, ok = c.Attachments[plain]; !ok || err != nil {
			return "", false
		}
	}
	mimes := slices.Sorted(maps.Keys(bundle))
	if len(mimes) == 0 {
		return "", false
	}
	mime := mimes[0]
	for _, m := range mimes { // of several forms, one that browsers show
		if strings.HasPrefix(m, "image/") {
			mime = m
			break
		}
	}
	content := (&Output{Data: bundle}).textOf(mime)
	if strings.HasPrefix(mime, "text/") || strings.Contains(content, "<svg") {
		content = base64.StdEncoding.EncodeToString([]byte(content))
	}
	return "data:" + mime + ";base64," + strings.Join(strings.Fields(content), ""), true
}

// missingAttachments lists the attachments that a text cell shows and hasn't got.
func (c *Cell) missingAttachments() (missing []string) {
	if c.Type != "markdown" {
		return nil
	}
	for _, tag := range htmlTag.FindAllString(string(c.page()), -1) {
		if m := attachmentRef.FindStringSubmatch(tag); m != nil {
			missing = append(missing, fmt.Sprintf("it shows attachment:%s, which it doesn't have", m[2]+m[3]+m[4]))
		}
	}
	return missing
}

// missingAttachments lists those of all cells.
func (nb *Notebook) missingAttachments() (missing []string) {
	for i, c := range nb.Cells {
		for _, m := range c.missingAttachments() {
			missing = append(missing, fmt.Sprintf("cell %d: %s", i+1, m))
		}
	}
	return missing
}
