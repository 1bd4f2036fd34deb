package run

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// oddlyWritten is a notebook as another program, or a hand, may have written it.
const oddlyWritten = `{
    "nbformat": 4, "nbformat_minor": 5,
    "metadata": { "kernelspec" : {"display_name":"Go","language":"go","name":"gonb"}, "vendor": {"z": 1, "a": 1.50, "big": 12345678901234567890} },
    "cells": [
        { "id": "t", "cell_type": "markdown", "source": ["# Caf\u00e9 <\/b>\n", "![p](attachment:p.png)"], "metadata": {"b": 1, "a": [ ]},
          "attachments": {"p.png": { "image/png": "iVBORw0K\n" } } },

        { "id": "c", "source": "%%\nfmt.Println(\"\ud83d\ude00\")", "metadata": {"collapsed": false}, "outputs": [], "execution_count": null, "cell_type": "code", "vendor_key": [1,2 ,3] },
        {"cell_type": "raw", "id": "r", "metadata": {"format": "text\/latex"}, "source": "\\x"}
    ],
    "vendor_top": {"kept": true}
}`

// What a run does not touch stays as it was written, byte for byte.
func TestContentKeepsWhatIsUnchanged(t *testing.T) {
	for name, text := range map[string]string{
		"odd": oddlyWritten, "with a last line end": oddlyWritten + "\n",
		"windows": strings.ReplaceAll(oddlyWritten, "\n", "\r\n"), "compact": `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":4}`,
	} {
		nb, err := ParseNotebook([]byte(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := nb.Content(); err != nil || string(got) != text {
			t.Errorf("%s: unchanged, it is written otherwise (%v):\n%s", name, err, got)
		}
		if notes := nb.mend(); len(notes) > 0 {
			t.Errorf("%s: it is valid, but mended: %q", name, notes)
		}
		if got, err := nb.Content(); err != nil || string(got) != text {
			t.Errorf("%s: mended, it is written otherwise (%v):\n%s", name, err, got)
		}
		if len(nb.Cells) == 0 {
			continue
		}
		nb.Cells[1].ExecutionCount = 7
		nb.Cells[1].Outputs = []*Output{{Type: "stream", Name: "stdout", Text: "<\n"}}
		got, err := nb.Content()
		if err != nil {
			t.Fatal(err)
		}
		before, after, _ := strings.Cut(text, `"outputs": [], "execution_count": null`)
		if !bytes.HasPrefix(got, []byte(before)) || !bytes.HasSuffix(got, []byte(strings.TrimPrefix(after, "x"))) ||
			!bytes.Contains(got, []byte(`"execution_count": 7`)) || !bytes.Contains(got, []byte(`"<\n"`)) {
			t.Errorf("%s: executed:\n%s", name, got)
		}
		if name == "windows" && bytes.Contains(bytes.ReplaceAll(got, []byte("\r\n"), nil), []byte("\n")) {
			t.Error("line ends are mixed")
		}
	}
}

// New parts are indented as their neighbours are.
func TestContentFollowsTheIndentation(t *testing.T) {
	text := "{\n  \"cells\": [\n    {\n      \"cell_type\": \"code\"\n    }\n  ],\n  \"nbformat\": 4\n}\n"
	nb, err := ParseNotebook([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	nb.mend()
	nb.Cells[0].Outputs = []*Output{{Type: "stream", Name: "stdout", Text: "1\n"}}
	got, err := nb.Content()
	want := `{
  "cells": [
    {
      "cell_type": "code",
      "metadata": {},
      "source": [],
      "execution_count": null,
      "outputs": [
        {
          "name": "stdout",
          "output_type": "stream",
          "text": [
            "1\n"
          ]
        }
      ]
    }
  ],
  "nbformat": 4,
  "metadata": {},
  "nbformat_minor": 4
}
`
	if err != nil || string(got) != want {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestMend(t *testing.T) {
	for _, c := range []struct{ text, want, note string }{
		{`{"nbformat":4,"nbformat_minor":2,"metadata":{},"cells":[{"cell_type":"raw","id":"a","metadata":{},"source":"x"}]}`,
			`{"nbformat":4,"nbformat_minor":2,"metadata":{},"cells":[{"cell_type":"raw","metadata":{},"source":"x"}]}`, "format 4.2 has no ids"},
		{`{"nbformat":4,"metadata":null,"cells":[{"cell_type":"raw","id":"a","metadata":null,"source":null}]}`,
			`{"nbformat":4,"metadata":{},"cells":[{"cell_type":"raw","id":"a","metadata":{},"source":[]}],"nbformat_minor":5}`, ""},
		{`{"nbformat":4,"nbformat_minor":null,"metadata":{"kernelspec":{},"language_info":{}},"cells":[{"id":"a","cell_type":"markdown","source":"x","outputs":[],"execution_count":1}]}`,
			`{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"display_name":"latpred","name":"latpred"},"language_info":{"name":"go"}},"cells":[{"id":"a","cell_type":"markdown","source":"x","metadata":{}}]}`, ""},
		{`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"id":"a","cell_type":"raw","metadata":{},"source":"x"},{"id":"a","cell_type":"raw","metadata":{},"source":"x"}]}`,
			`{"nbformat":4,"nbformat_minor":5,"metadata":{},"cells":[{"id":"a","cell_type":"raw","metadata":{},"source":"x"},{"id":"ID","cell_type":"raw","metadata":{},"source":"x"}]}`, `cell 2: the id "a" is`},
	} {
		nb, err := ParseNotebook([]byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.text, err)
		}
		notes := strings.Join(nb.mend(), "; ")
		got, err := nb.Content()
		want := c.want
		if len(nb.Cells) > 1 {
			want = strings.Replace(want, "ID", nb.Cells[1].ID, 1)
		}
		if err != nil || string(got) != want || !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
			t.Errorf("%s\nbecame %s\nwant   %s, notes %q, %v", c.text, got, want, notes, err)
		}
	}
}

// nbformat's own schemas accept what is written of notebooks that lack or have too much.
func TestSchemasAccept(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil || exec.Command(python, "-c", "import nbformat").Run() != nil {
		t.Skip("needs Python with nbformat: pip install nbformat")
	}
	out, dir := t.TempDir(), t.TempDir()
	code := func(id string) string { return `{"cell_type":"code",` + id + `"source":["odd"]}` }
	paths := []string{}
	for name, text := range map[string]string{
		"no metadata":  `{"nbformat":4,"nbformat_minor":5,"cells":[` + code(`"id":"a",`) + `]}`,
		"early ids":    `{"nbformat":4,"nbformat_minor":2,"metadata":{"orig_nbformat":2},"cells":[` + code(`"id":"a",`) + `]}`,
		"no minor":     `{"nbformat":4,"metadata":null,"cells":[` + code("") + `]}`,
		"ids missing":  `{"nbformat":4,"nbformat_minor":5,"metadata":{"kernelspec":{"name":"gonb"}},"cells":[` + code("") + "," + code(`"id":"é",`) + "," + code(`"id":"a",`) + "," + code(`"id":"a",`) + `]}`,
		"text":         `{"nbformat":4,"nbformat_minor":0,"metadata":{"language_info":{}},"cells":[{"cell_type":"markdown","source":"![](attachment:x)","attachments":{"x":{"image/png":["AA","=="]}},"outputs":[],"execution_count":null},{"cell_type":"raw"}]}`,
		"wrong counts": `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[{"cell_type":"code","source":"","outputs":null,"execution_count":"2"}]}`,
		"all kinds":    `{"nbformat":4,"nbformat_minor":4,"metadata":{},"cells":[` + code("") + `,{"cell_type":"code","source":"show"},{"cell_type":"code","source":"one"},{"cell_type":"code","source":"error"}]}`,
	} {
		path := filepath.Join(dir, name+".ipynb")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := All(t.Context(), []string{path}, Options{Launch: fake(), Jobs: 1, Limit: time.Minute, Out: out})
		var failed *CellError
		if err != nil && !errors.As(err, &failed) {
			t.Errorf("%s: %v", name, err)
		}
		paths = append(paths, filepath.Join(out, name+".ipynb"))
	}
	const validate = `
import json, sys
from nbformat import validator
for path in sys.argv[1:]:
    nb = json.load(open(path, encoding="utf-8"))
    for e in validator.get_validator(4, nb["nbformat_minor"]).iter_errors(nb):
        print(path, list(e.absolute_path), e.message[:300])
    ids = [c["id"] for c in nb["cells"] if "id" in c]
    if len(set(ids)) != len(ids): print(path, "ids twice", ids)
`
	if found, err := exec.Command(python, append([]string{"-c", validate}, paths...)...).CombinedOutput(); err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, found)
	}
	nb, err := ReadNotebook(filepath.Join(out, "no metadata.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	if o := nb.Cells[0].Outputs; len(o) != 2 || o[0].textOf("text/plain") != "3.5" {
		t.Errorf("%+v", o)
	}
	content, err := os.ReadFile(filepath.Join(out, "no metadata.ipynb"))
	if err != nil || !bytes.Contains(content, []byte("12345678901234567890")) {
		t.Errorf("a long number was rounded: %v\n%s", err, content)
	}
}
