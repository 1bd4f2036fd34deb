package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A page shows the pictures that lie beside the notebook; addresses and missing files stay.
func TestPageShowsFiles(t *testing.T) {
	dir := tree(t, map[string]string{"my set-up.png": "PNG", "in/a.svg": "<svg/>", "secret.txt": "no picture"})
	path := filepath.Join(dir, "in", "n.ipynb")
	for source, want := range map[string]string{
		"![a](<../my set-up.png>)":        "data:image/png;base64,UE5H",
		"![a](../my%20set-up.png)":        "data:image/png;base64,UE5H",
		"<img width=9 src='a.svg'>":       `<img width="9" src="data:image/svg+xml;base64,PHN2Zy8+">`,
		"![a](https://example.com/a.svg)": `src="https://example.com/a.svg"`,
		"![a](/in/a.svg)":                 `src="/in/a.svg"`,
		"![a](no.png)":                    `src="no.png"`,
		"![a](../secret.txt)":             `src="../secret.txt"`,
		"`<img src=\"a.svg\">`":           "&lt;img src=&#34;a.svg&#34;&gt;",
	} {
		content, err := marshal(map[string]any{"nbformat": 4, "nbformat_minor": 4, "metadata": map[string]any{},
			"cells": []any{map[string]any{"cell_type": "markdown", "metadata": map[string]any{}, "source": source}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		nb, err := ReadNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		if page := string(Page(nb, nil)); !strings.Contains(page, want) {
			t.Errorf("%s: not %s", source, want)
		}
	}
}
