package run

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

const small = "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"source\": \"é\"\n  }\n ],\n \"nbformat\": 4,\n \"nbformat_minor\": 4\n}"

// However the text is encoded, the notebook is the same, and is written as UTF-8.
func TestEncodings(t *testing.T) {
	utf16 := func(e unicode.Endianness, mark unicode.BOMPolicy) []byte {
		text, _, err := transform.Bytes(unicode.UTF16(e, mark).NewEncoder(), []byte(small))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for name, content := range map[string][]byte{
		"UTF-8": []byte(small), "UTF-8 with a mark": []byte("\xef\xbb\xbf" + small),
		"UTF-16LE": utf16(unicode.LittleEndian, unicode.UseBOM), "UTF-16BE": utf16(unicode.BigEndian, unicode.UseBOM),
		"UTF-16LE without a mark": utf16(unicode.LittleEndian, unicode.IgnoreBOM), "UTF-16BE without a mark": utf16(unicode.BigEndian, unicode.IgnoreBOM),
	} {
		nb, err := ParseNotebook(content)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		nb.Cells[0].Outputs = []*Output{{Type: "stream", Name: "stdout", Text: "1"}}
		written, err := nb.Content()
		if err != nil || !strings.Contains(string(written), `"source": "é"`) || nb.Cells[0].Source != "é" {
			t.Errorf("%s: %v\n%s", name, err, written)
		}
	}
}

// A file that is no notebook is refused with what it is and, where it can be told, the
// place or the way out.
func TestNoNotebook(t *testing.T) {
	conflict := strings.Replace(small, "   \"source\"", "<<<<<<< HEAD\n   \"source\"", 1)
	for text, want := range map[string]string{
		"":                                     "the file is empty",
		" \n":                                  "only white space",
		small[:40]:                             "line 4, column 23: no notebook but its begin: the file is cut off here",
		strings.Replace(small, "4,", "4,,", 1): "line 8, column 16: no JSON",
		strings.Replace(small, "\"é\"", "NaN", 1):  "line 5, column 14: NaN and Infinity are no JSON",
		strings.Replace(small, "é", "\xe9", 1):     "line 5, column 15: no UTF-8",
		conflict:                                   "line 5, column 1: a merge conflict (<<<<<<< HEAD)",
		strings.ReplaceAll(conflict, "\n", "\r\n"): "line 5, column 1: a merge conflict (<<<<<<< HEAD)",
		small + "\n>>>>>>> theirs\n":               "line 11, column 1: a merge conflict (>>>>>>> theirs)",
		small + "x":                                "line 10, column 2: no JSON",
		"<<<<<<< HEAD\n" + small + "\n=======\n{}\n>>>>>>> theirs\n": "a merge conflict (<<<<<<<) from the first line on",
		"[1]":                            "a list where an object should be",
		"\"text\"":                       "a text where an object should be",
		"12":                             "a number where",
		"null":                           "null where",
		"{}":                             "JSON without \"nbformat\"",
		`{"name":1,"paragraphs":[]}`:     "looks like a note of Zeppelin",
		`{"version":"1","layers":[]}`:    "it has version, layers",
		`{"cells":[]}`:                   `add "nbformat": 4`,
		`{"nbformat":3,"worksheets":[]}`: "notebook format 3, want 4: jupyter nbconvert --to notebook --nbformat 4 --output NEW OLD",
		`{"nbformat":2}`:                 "notebook format 2, want 4: jupyter nbconvert",
		`{"nbformat":5,"cells":[]}`:      "notebook format 5, want 4: save it as",
		`{"nbformat":"4","cells":[]}`:    `its "nbformat" is "4"`,
		`{"nbformat":4}`:                 `its "cells" are nothing`,
		`{"nbformat":4,"cells":null}`:    `its "cells" are null`,
		`{"nbformat":4,"cells":{}}`:      `its "cells" are an object`,
		`{"nbformat":4,"cells":[3]}`:     "cell 1: a number where an object should be",
		`{"nbformat":4,"cells":[{"cell_type":"heading"}]}`:                       `its "cell_type" is "heading"; make it`,
		`{"nbformat":4,"cells":[{"cell_type":"code","source":3}]}`:               `cell 1: its "source": want a string or a list of strings`,
		`{"nbformat":4,"cells":[{"cell_type":"code","metadata":[]}]}`:            `cell 1: its "metadata": array does not belong there`,
		`{"nbformat":4,"metadata":"x","cells":[]}`:                               `its "metadata": string does not belong there`,
		`{"nbformat":4,"cells":[],"cells":[]}`:                                   `"cells" stands twice`,
		`{"nbformat":4,"cells":[{"cell_type":"raw","source":"a","source":"b"}]}`: `cell 1: "source" stands twice`,
		"\x1f\x8b\x08\x00\x00":                                                   "compressed by gzip",
		"PK\x03\x04\x00":                                                         "zip archive",
		"a\x00\x01":                                                              "a binary file",
		"<!DOCTYPE html>":                                                        "take the raw file",
		"package main\n":                                                         "a Go program",
		"import numpy\n":                                                         "line 1, column 1: no JSON",
		"# %% [markdown]\n":                                                      "jupytext",
		"---\njupyter:\n":                                                        "jupytext",
		"version https://git-lfs.github.com/spec/v1\n":                           "git lfs pull",
	} {
		path := filepath.Join(t.TempDir(), "n.ipynb")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := ReadNotebook(path)
		var wrong *FormatError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), path+": ") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: %v, want …%s…", text, err, want)
		}
	}
}
