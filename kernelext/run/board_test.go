package run

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// shown is what a cell shows, in plain text.
func shown(c *Cell) string {
	var parts []string
	for _, o := range c.Outputs {
		parts = append(parts, o.Text+o.textOf("text/plain"))
	}
	return strings.Join(parts, "|")
}

// As in JupyterLab, a display id belongs to the session: every output of that id changes,
// in all cells; a message that only updates adds none.
func TestDisplaysOfTheSession(t *testing.T) {
	for _, c := range []struct {
		cells string
		want  []string
	}{
		{"show,change,two", []string{"change", "", "did two"}},
		{"show,one,change,two", []string{"change", "did one", "", "did two"}},
		{"show,again", []string{"again", "again"}},
		{"show,again,change", []string{"change", "change", ""}},
		{"change,show", []string{"", "show"}}, // of what nothing shows yet
		{"live,show,change", []string{"state 2", "change", ""}},
		{"clear", []string{""}},
		{"clear later", []string{"before"}}, // nothing came to take its place
		{"clear later and print", []string{"after"}},
		{"chatter,one", []string{"", "did one"}},
		{"late,one", []string{"late", "did one"}},
	} {
		nb, _, err := executed(t, t.Context(), time.Minute, strings.Split(c.cells, ",")...)
		if err != nil {
			t.Errorf("%s: %v", c.cells, err)
			continue
		}
		for i, want := range c.want {
			if got := shown(nb.Cells[i+1]); got != want {
				t.Errorf("%s: cell %d shows %q, want %q", c.cells, i+1, got, want)
			}
		}
	}
}

// A cell keeps the begin and the end of what it prints; the note between says how much is
// missing, so that the three together are all of it.
func TestFloodIsBounded(t *testing.T) {
	nb, _, err := executed(t, t.Context(), time.Minute, "flood", "many")
	if err != nil {
		t.Fatal(err)
	}
	text := nb.Cells[1].Outputs[0].Text
	begin, rest, ok := strings.Cut(text, "\n… ")
	note, end, _ := strings.Cut(rest, "\n")
	var kB int
	if _, err := fmt.Sscanf(note, "%d kB of what the cell printed are left out here …", &kB); err != nil || !ok {
		t.Fatalf("note %q: %v", note, err)
	}
	const all = 40*16*4096 + len("the end\n")
	if len(begin) != firstPrinted || !strings.HasSuffix(end, "e\nthe end\n") || !strings.HasPrefix(end, "0123") || (all-len(begin)-len(end))>>10 != kB {
		t.Errorf("%d bytes, %d kB left out, %d bytes at the end that begin with %.20q", len(begin), kB, len(end), end)
	}
	if o := nb.Cells[2].Outputs; len(o) != maxOutputs+1 || !strings.Contains(o[maxOutputs].Text, "7 outputs more are left out") {
		t.Errorf("%d outputs, the last %+v", len(o), o[len(o)-1])
	}
}

// When a cell has printed too much to two streams in turn, each keeps its own end.
func TestFloodOfTwoStreams(t *testing.T) {
	c := &Cell{Type: "code"}
	line := strings.Repeat("x", 1023) + "\n"
	for range 3000 {
		c.stream("stdout", line)
		c.stream("stderr", line)
	}
	c.stream("stderr", "why it failed\n")
	c.settle()
	total := 0
	for _, o := range c.Outputs {
		total += len(o.Text)
	}
	if total > firstPrinted+4*lastPrinted+1000 || !strings.HasSuffix(c.stderr(), "why it failed") {
		t.Errorf("%d bytes kept in %d outputs, the errors end in %.40q", total, len(c.Outputs), c.stderr()[max(0, len(c.stderr())-40):])
	}
}

// Text of several bytes a character is not cut within one.
func TestPrintedIsCutBetweenCharacters(t *testing.T) {
	c := &Cell{Type: "code"}
	for range 9 {
		c.stream("stdout", strings.Repeat("é", firstPrinted/4)+"x")
	}
	c.settle()
	if text := c.Outputs[0].Text; strings.ContainsRune(text, '\uFFFD') || !strings.Contains(text, "left out") {
		t.Error("a character was cut in two")
	}
	if _, err := marshal(c.Outputs); err != nil {
		t.Error(err)
	}
}

func TestFlushed(t *testing.T) {
	for source, want := range map[string]string{
		"%%\nfmt.Println(1)":                          "%%\nfmt.Println(1)",
		"func f() { gonbui.DisplayHTML(\"\") }":       "func f() { gonbui.DisplayHTML(\"\") }",
		"%%\ngonbui.UpdateHTML(id, s)":                "%%\n@gonbui.UpdateHTML(id, s)",
		"import \"x\"\n\n%% -v\n\ngonbui.Sync()":      "import \"x\"\n\n%% -v\n@\ngonbui.Sync()",
		"%main\n!ls\n%env A b\n\tgonbui.Sync()":       "%main\n!ls\n%env A b\n@\tgonbui.Sync()",
		"//gonb:%%\n// say\ngonbui.Sync()":            "//gonb:%%\n@// say\ngonbui.Sync()",
		"func main() {\n\tgonbui.Sync()\n}":           "func main() { @\n\tgonbui.Sync()\n}",
		"%wasm\n%%\ngonbui.Sync()":                    "%wasm\n%%\ngonbui.Sync()",
		"%%\nkernelext.Text(\"gonbui is a package\")": "%%\nkernelext.Text(\"gonbui is a package\")",
	} {
		if got := flushed(source); got != strings.Replace(want, "@", flush, 1) {
			t.Errorf("%q became %q, want %q", source, got, want)
		}
	}
}

// An error message quotes the cell as its author wrote it.
func TestUnflushed(t *testing.T) {
	cell := "%%\ngonbui.DisplayHTML(x)\nfmt.Println(1)"
	_, quoted, _ := strings.Cut(flushed(cell), "\n")
	first, rest, _ := strings.Cut(quoted, "\n")
	message := "./main.go:12:9: undefined: x\n" + first + "\n" + strings.Repeat(" ", len(first)-2) + "^\n" + rest
	want := "./main.go:12:9: undefined: x\ngonbui.DisplayHTML(x)\n                   ^\nfmt.Println(1)"
	if got := unflushed(message); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if got := unflushed("nothing of ours\n ^"); got != "nothing of ours\n ^" {
		t.Errorf("%q", got)
	}
}
