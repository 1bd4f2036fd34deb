package run

import (
	"bytes"
	"encoding/base64"
	"html/template"
	"image"
	"image/png"
	"net/url"
	"strings"

	"golang.org/x/image/draw"
)

// indexEntry is a notebook as the index shows it.
type indexEntry struct {
	Report
	Link      template.URL // to its page: names of files may hold what URLs escape
	Thumbnail template.URL
}

// Index returns the HTML page that lists the pages of all notebooks.
func Index(reports []Report) []byte {
	var entries []indexEntry
	for _, r := range reports {
		e := indexEntry{Report: r, Link: template.URL((&url.URL{Path: r.Page}).String())}
		if r.thumbnail != nil {
			e.Thumbnail = template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(r.thumbnail))
		}
		entries = append(entries, e)
	}
	return render(map[string]any{"Title": "ofalat: notebooks", "CSS": css, "Reports": entries})
}

// thumbnailWidth is in pixels: twice the width at which the index shows it.
const thumbnailWidth = 440

// thumbnail gives a small picture of the first figure of a notebook as PNG, nil
// where it has none.
func thumbnail(nb *Notebook) []byte {
	for _, c := range nb.Cells {
		for _, o := range c.Outputs {
			content, err := base64.StdEncoding.DecodeString(strings.TrimSpace(o.textOf("image/png")))
			if err != nil || len(content) == 0 {
				continue
			}
			if small := shrink(content); small != nil {
				return small
			}
		}
	}
	return nil
}

// shrink scales a PNG to thumbnailWidth; nil where it is none.
func shrink(content []byte) []byte {
	img, err := png.Decode(bytes.NewReader(content))
	if err != nil || img.Bounds().Dx() == 0 {
		return nil
	}
	height := img.Bounds().Dy() * thumbnailWidth / img.Bounds().Dx()
	small := image.NewRGBA(image.Rect(0, 0, thumbnailWidth, height))
	draw.CatmullRom.Scale(small, small.Bounds(), img, img.Bounds(), draw.Src, nil)
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, small); err != nil {
		return nil
	}
	return b.Bytes()
}
