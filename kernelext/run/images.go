package run

import (
	"encoding/base64"
	"html"
	"mime"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// imageRef matches what a tag of HTML shows from a file.
var imageRef = regexp.MustCompile(`(?i)(\ssrc\s*=\s*)(?:"([^"]*)"|'([^']*)'|([^\s>"']+))`)

// maxImage bounds a picture that a page takes in, bytes.
const maxImage = 16 << 20

// withImages puts pictures that lie in files into the HTML of a text, since a page may lie
// elsewhere than its notebook. Their paths are relative to the notebook's folder, which is
// "" where it isn't known. What is no such picture stays as it is.
func withImages(page, folder string) string {
	if folder == "" {
		return page
	}
	return htmlTag.ReplaceAllStringFunc(page, func(tag string) string {
		return imageRef.ReplaceAllStringFunc(tag, func(ref string) string {
			part := imageRef.FindStringSubmatch(ref)
			content, ok := image64(folder, html.UnescapeString(part[2]+part[3]+part[4]))
			if !ok {
				return ref
			}
			return part[1] + `"` + content + `"`
		})
	})
}

// image64 is the picture of a relative path as a data URL.
func image64(folder, ref string) (string, bool) {
	u, err := url.Parse(ref)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Path == "" || strings.HasPrefix(u.Path, "/") {
		return "", false
	}
	kind, _, _ := strings.Cut(mime.TypeByExtension(filepath.Ext(u.Path)), ";")
	if !strings.HasPrefix(kind, "image/") {
		return "", false
	}
	file := filepath.Join(folder, filepath.FromSlash(u.Path))
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() || info.Size() > maxImage {
		return "", false
	}
	content, err := os.ReadFile(file)
	if err != nil {
		return "", false
	}
	return "data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(content), true
}
