package run

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write golden files anew")

// lesson is the text of a notebook that lacks nothing.
const lesson = "# A title\n\n**Question.** What is asked?\n\n*What you need to know first:* nothing. *Reading time:* a minute; it runs at once. *Paper:* Fig. 1.\n\n" +
	"## What to take away\n\n## Try yourself\n\n1. One?\n\n<details><summary>Solution</summary>\n\nYes.\n\n</details>"

// notebook writes a notebook of code cells.
func notebook(t testing.TB, sources ...string) string {
	t.Helper()
	nb := &Notebook{Format: 4, FormatMinor: 5, Metadata: map[string]any{"kernelspec": map[string]any{"name": KernelspecName}}}
	nb.Cells = append(nb.Cells, &Cell{ID: "title", Type: "markdown", Source: lesson})
	for i, s := range sources {
		nb.Cells = append(nb.Cells, &Cell{ID: fmt.Sprint("c", i), Type: "code", Source: s})
	}
	content, err := nb.Content()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "n.ipynb")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// execute runs cells against the fake Jupyter kernel and gives the executed notebook.
func executed(t *testing.T, ctx context.Context, limit time.Duration, sources ...string) (*Notebook, []Report, error) {
	t.Helper()
	out := t.TempDir()
	reports, err := All(ctx, []string{notebook(t, sources...)}, Options{Launch: fake(), Jobs: 1, Limit: limit, Out: out})
	nb, rerr := ReadNotebook(filepath.Join(out, "n.ipynb"))
	if rerr != nil {
		t.Fatal(rerr)
	}
	for _, f := range []string{"n.html", "index.html", "report.json"} {
		if _, err := os.Stat(filepath.Join(out, f)); err != nil {
			t.Error(err)
		}
	}
	return nb, reports, err
}

func TestExecute(t *testing.T) {
	nb, reports, err := executed(t, t.Context(), time.Minute, "one", "live", "", "two")
	if err != nil {
		t.Fatal(err)
	}
	if o := nb.Cells[1].Outputs; len(o) != 1 || o[0].Text != "did one" || nb.Cells[1].ExecutionCount != 1 {
		t.Errorf("first cell: %+v, count %d", o, nb.Cells[1].ExecutionCount)
	}
	if o := nb.Cells[2].Outputs; len(o) != 1 || o[0].textOf("text/plain") != "state 2" {
		t.Errorf("a display that was replaced: %+v", o)
	}
	if r := reports[0]; !r.OK || len(r.Cells) != 3 || r.Title != "A title" || r.Cells[2].Cell != 5 {
		t.Errorf("report %+v", r)
	}
}

func TestExecuteStopsAtTheFirstFailure(t *testing.T) {
	for source, want := range map[string]string{
		"error":       "cell 3 (error): ERROR: undefined: x\ncell 1, line 2",
		"!ls nowhere": "cell 3 (!ls nowhere): a command failed\nls: nowhere: exit status 2",
		"crash":       "cell 3 (crash): the kernel died\nsegmentation fault",
	} {
		nb, reports, err := executed(t, t.Context(), time.Minute, "one", source, "two")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", source, err, want)
		}
		if nb.Cells[1].Outputs[0].Text != "did one" || len(nb.Cells[3].Outputs) > 0 || reports[0].OK || reports[0].Error == "" {
			t.Errorf("%s: kept %+v, went on to %+v, report %+v", source, nb.Cells[1].Outputs, nb.Cells[3].Outputs, reports[0])
		}
	}
}

func TestTimeLimitInterrupts(t *testing.T) {
	nb, _, err := executed(t, t.Context(), 300*time.Millisecond, "hang")
	if err == nil || !strings.Contains(err.Error(), "not done within 300ms, interrupted") {
		t.Errorf("%v", err)
	}
	if o := nb.Cells[1].Outputs; len(o) != 1 || o[0].Text != "before" {
		t.Errorf("what it showed before is lost: %+v", o)
	}
}

func TestInterruptKeepsWhatWasShown(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Second, cancel)
	nb, _, err := executed(t, ctx, time.Minute, "hang")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if o := nb.Cells[1].Outputs; len(o) != 1 || o[0].Text != "before" {
		t.Errorf("what it showed before is lost: %+v", o)
	}
}

func TestDeafKernelIsKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("takes as long as an interrupted cell may")
	}
	_, _, err := executed(t, t.Context(), 100*time.Millisecond, "deaf")
	if err == nil || !strings.Contains(err.Error(), "did not end within") {
		t.Errorf("%v", err)
	}
}

func TestKernelThatDoesNotStart(t *testing.T) {
	_, err := Start(t.Context(), fake("FAKE_KERNEL=dies"), t.TempDir())
	if err == nil || !strings.Contains(err.Error(), "no such module") {
		t.Errorf("%v, want the kernel's own words", err)
	}
	if _, err := Start(t.Context(), Launch{Path: "/nowhere/kernel"}, t.TempDir()); err == nil {
		t.Error("a kernel that is not there started")
	}
}

func TestNotebooksInParallel(t *testing.T) {
	paths := []string{notebook(t, "a"), notebook(t, "error"), notebook(t, "b")}
	for i, p := range paths {
		to := filepath.Join(t.TempDir(), fmt.Sprintf("n%d.ipynb", i))
		if err := os.Rename(p, to); err != nil {
			t.Fatal(err)
		}
		paths[i] = to
	}
	out := t.TempDir()
	done := 0
	reports, err := All(t.Context(), paths, Options{Launch: fake(), Jobs: 3, Limit: time.Minute, Out: out, Event: func(e Event) {
		if e.Done {
			done++
		}
	}})
	var failed *NotebookError
	if !errors.As(err, &failed) || failed.Path != paths[1] || !reports[0].OK || reports[1].OK || !reports[2].OK || done != 3 {
		t.Errorf("%v, %+v, %d done", err, reports, done)
	}
	index, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil || !bytes.Contains(index, []byte(`href="n2.html"`)) || !bytes.Contains(index, []byte("failed")) {
		t.Errorf("index: %v\n%s", err, index)
	}
}

// A kernel that finds a port taken, since another program was faster, is started again.
func TestPortTaken(t *testing.T) {
	k, err := Start(t.Context(), fake("FAKE_PORT_TAKEN="+filepath.Join(t.TempDir(), "once")), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	k.Close()
}

// A notebook that times something begins when the others are done, although it is
// the first.
func TestAlone(t *testing.T) {
	var paths []string
	for i := range 3 {
		nb, err := ReadNotebook(notebook(t, "a"))
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			nb.Metadata["kernelext"] = map[string]any{"alone": true}
		}
		content, err := nb.Content()
		path := filepath.Join(t.TempDir(), fmt.Sprintf("n%d.ipynb", i))
		if err = errors.Join(err, os.WriteFile(path, content, 0o644)); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	others := 0
	_, err := All(t.Context(), paths, Options{Launch: fake(), Jobs: 3, Limit: time.Minute, Out: t.TempDir(), Event: func(e Event) {
		switch {
		case e.Notebook == 0 && others < 2:
			t.Errorf("%+v while others ran", e)
		case e.Notebook > 0 && e.Done:
			others++
		}
	}})
	if err != nil || others != 2 {
		t.Errorf("%v, %d others done", err, others)
	}
}

func TestSignatures(t *testing.T) {
	s := signer{[]byte("secret")}
	_, frames, err := s.encode("session", "kernel_info_request", map[string]int{"a": 1})
	if err != nil {
		t.Fatal(err)
	}
	if m, err := s.decode(append([][]byte{[]byte("route"), []byte("route 2")}, frames...)); err != nil || m.Header.Type != "kernel_info_request" || string(m.Content) != `{"a":1}` {
		t.Errorf("%+v, %v", m, err)
	}
	for i := range frames[1:] {
		bad := append([][]byte{}, frames...)
		bad[i+1] = append([]byte("x"), bad[i+1]...)
		if _, err := s.decode(bad); err == nil {
			t.Errorf("frame %d was altered and accepted", i+1)
		}
	}
	if _, err := s.decode(frames[:4]); err == nil {
		t.Error("a message of four frames was accepted")
	}
}

func TestNotebookRoundTrip(t *testing.T) {
	text := `{"cells":[{"cell_type":"code","execution_count":3,"id":"a","metadata":{"tags":["x"]},"outputs":[` +
		`{"output_type":"stream","name":"stdout","text":["one\n","two"]},` +
		`{"output_type":"display_data","data":{"text/html":["<b>"],"image/png":"AA=="},"metadata":{"image/png":{"width":3}}},` +
		`{"output_type":"error","ename":"E","evalue":"v","traceback":["t"]}],"source":["a := 1\n","b"]},` +
		`{"cell_type":"markdown","id":"b","metadata":{},"source":"# T & <i>"}],"metadata":{"kernelspec":{"name":"latpred"}},"nbformat":4,"nbformat_minor":5}`
	nb, err := ParseNotebook([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	if nb.Cells[0].Source != "a := 1\nb" || nb.Cells[0].Outputs[0].Text != "one\ntwo" || nb.Title() != "T & <i>" || nb.Cells[0].Outputs[1].textOf("text/html") != "<b>" {
		t.Errorf("%+v", nb.Cells[0])
	}
	content, err := nb.Content()
	if err != nil {
		t.Fatal(err)
	}
	back, err := ParseNotebook(content)
	if err != nil {
		t.Fatal(err)
	}
	again, err := back.Content()
	if err != nil || !bytes.Equal(content, again) || !bytes.Contains(content, []byte("# T & <i>")) {
		t.Errorf("a second writing differs (%v):\n%s\n%s", err, content, again)
	}
	for want, text := range map[string]string{
		"format 3": `{"nbformat":3}`, "no notebook": `[`, "cell 1 is neither": `{"nbformat":4,"cells":[{"cell_type":"graph"}]}`,
		"output that is null": `{"nbformat":4,"cells":[{"cell_type":"code","outputs":[null]}]}`,
	} {
		if _, err := ParseNotebook([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", text, err, want)
		}
	}
}

func FuzzParseNotebook(f *testing.F) {
	f.Add([]byte(`{"nbformat":4,"cells":[{"cell_type":"code","source":["a"],"outputs":[{"output_type":"stream","text":"x"}]}]}`))
	f.Add([]byte(oddlyWritten))
	f.Add([]byte(`{"nbformat":4,"nbformat_minor":5,"metadata":null,"cells":[{"id":"a","cell_type":"code"},{"id":"a","cell_type":"raw","outputs":[]}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		nb, err := ParseNotebook(content)
		if err != nil {
			return
		}
		Page(nb, nil)
		nb.mend()
		written, err := nb.Content()
		if err != nil {
			t.Fatalf("a notebook that was read can't be written: %v", err)
		}
		again, err := ParseNotebook(written)
		if err != nil {
			t.Fatalf("what was written can't be read: %v\n%s", err, written)
		}
		if notes := again.mend(); len(notes) > 0 {
			t.Errorf("what was mended is mended again: %q", notes)
		}
		if twice, err := again.Content(); err != nil || !bytes.Equal(twice, written) {
			t.Errorf("a second writing differs (%v):\n%s\n%s", err, written, twice)
		}
	})
}

func TestPageGolden(t *testing.T) {
	nb := &Notebook{Format: 4, Cells: []*Cell{
		{Type: "markdown", Source: "# Title & more\n\n**Bold**, a table:\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n"},
		{Type: "code", Source: "fmt.Println(\"<hi>\")", ExecutionCount: 1, Outputs: []*Output{
			{Type: "stream", Name: "stdout", Text: "\x1b[1m<hi>\x1b[0m\n"},
			{Type: "display_data", Data: map[string]any{"image/svg+xml": "<svg/>", "image/png": "AA==", "text/plain": "[figure: A \"B\"]"}},
			{Type: "display_data", Data: map[string]any{"text/html": "<table></table>", "text/plain": "t"}},
			{Type: "display_data", Data: map[string]any{"text/markdown": "*m*"}},
			{Type: "error", Error: "E", Value: "<v>", Trace: []string{"t"}},
		}},
		{Type: "code", Source: "  "},
	}}
	got := Page(nb, errors.New("cell 2: <broken>"))
	// The style is long and of no interest here.
	style := bytes.Index(got, []byte("<style>"))
	end := bytes.Index(got, []byte("</style>"))
	got = append(append([]byte{}, got[:style]...), got[end+len("</style>\n"):]...)
	golden := filepath.Join("testdata", "page.html")
	if *update {
		if err := writeFile(golden, got); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the page differs from %s (-update writes it anew): %v\n%s", golden, err, got)
	}
	for _, bad := range []string{"<script", "http://", "https://"} {
		if bytes.Contains(Page(nb, nil), []byte(bad)) {
			t.Errorf("the page has %s: it must need nothing else", bad)
		}
	}
}

// A live curve is an SVG within HTML: on a page it has the figures' font with it, as
// figures have; what is no SVG stays as it is.
func TestFontOfInlineSVG(t *testing.T) {
	html := func(svg string) string {
		return `<p>x</p><img src="data:image/svg+xml;base64,` + base64.StdEncoding.EncodeToString([]byte(svg)) + `" alt="a">`
	}
	svg := `<svg width="9"><text style="font-family:Liberation Sans">1</text></svg>`
	if got, want := withFonts(html(svg)), html(withFont(svg)); got != want || want == html(svg) {
		t.Errorf("%.200s…", got)
	}
	for _, same := range []string{html("<svg/>"), `<img src="data:image/svg+xml;base64,abc">`, "plain"} {
		if got := withFonts(same); got != same {
			t.Errorf("%s became %s", same, got)
		}
	}
}

func TestLint(t *testing.T) {
	path := notebook(t, "fmt.Println(1)")
	if found, err := Lint(path); err != nil || len(found) != 0 {
		t.Errorf("a good notebook: %v, %v", found, err)
	}
	for want, spoil := range map[string]func(*Notebook){
		"cell 2: stored output":           func(nb *Notebook) { nb.Cells[1].ExecutionCount = 1 },
		"cell 2: path of one machine":     func(nb *Notebook) { nb.Cells[1].Source = `os.Open("/home/ann/x.csv")` },
		"its kernel is gonb":              func(nb *Notebook) { nb.Metadata["kernelspec"] = map[string]any{"name": "gonb"} },
		"no title":                        func(nb *Notebook) { nb.Cells[0].Source = strings.TrimPrefix(lesson, "# A title") },
		"no \"*Reading time:*\"":          func(nb *Notebook) { nb.Cells[0].Source = strings.Replace(lesson, "*Reading time:*", "", 1) },
		"2 exercises, but 1 solution":     func(nb *Notebook) { nb.Cells[0].Source = lesson + "\n\n2. Two?" },
		"cell 1: a link to no.ipynb":      func(nb *Notebook) { nb.Cells[0].Source = lesson + "\n[on](no.ipynb)" },
		"cell 1: mathematics":             func(nb *Notebook) { nb.Cells[0].Source = lesson + "\n\n$\\odd$" },
		"cell 2: its id \"title\" is mis": func(nb *Notebook) { nb.Cells[1].ID = "title" },
		"kB, want at most":                func(nb *Notebook) { nb.Cells[1].Source = strings.Repeat("x", 300<<10) },
	} {
		nb, err := ReadNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		spoil(nb)
		content, err := nb.Content()
		if err != nil {
			t.Fatal(err)
		}
		bad := filepath.Join(t.TempDir(), "bad.ipynb")
		if err := os.WriteFile(bad, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if found, err := Lint(bad); err != nil || len(found) != 1 || !strings.Contains(found[0], want) {
			t.Errorf("found %q, %v, want …%s…", found, err, want)
		}
	}
}

func TestIndexTable(t *testing.T) {
	dir := filepath.Dir(notebook(t, "x"))
	readme := filepath.Join(dir, "README.md")
	if err := os.WriteFile(readme, []byte("before\n"+string(tableStart)+"old\n"+string(tableEnd)+"after\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	content, changed, err := IndexTable(dir)
	if err != nil || !changed || !strings.Contains(string(content), "| n.ipynb · [A title](n.ipynb) | What is asked? | a minute | Fig. 1 |\n") || !strings.HasSuffix(string(content), "after\n") {
		t.Errorf("%v, changed %v:\n%s", err, changed, content)
	}
	if err := os.WriteFile(readme, content, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, changed, err := IndexTable(dir); changed || err != nil {
		t.Errorf("the new table is out of date: %v", err)
	}
}

func TestImports(t *testing.T) {
	nb := &Notebook{Cells: []*Cell{{Type: "code", Source: "import (\n\t\"fmt\"\n\tp \"gonum.org/v1/plot\"\n)\nimport \"os\"\n%%\nfmt.Println(\"not/this\", 1)"}, {Type: "markdown", Source: "import \"no\""}}}
	if got := strings.Join(Imports([]*Notebook{nb}), " "); got != "fmt gonum.org/v1/plot os" {
		t.Errorf("imports %s", got)
	}
}
