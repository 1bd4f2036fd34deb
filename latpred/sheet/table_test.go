package sheet_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/sheet"
)

// known takes lines with a cell "arch" for headers.
func known(names []string) bool { return slices.Contains(names, "arch") }

// rows reads a table whole, cells joined by slashes, header first.
func rows(t *testing.T, text string) ([]string, error) {
	t.Helper()
	in, err := sheet.Open(strings.NewReader(text), known)
	if err != nil {
		return nil, err
	}
	return joined(in.Header, in.Next)
}

// joined reads all rows, cells joined by slashes, after the header.
func joined(header []string, next func() ([]string, error)) ([]string, error) {
	list := []string{strings.Join(header, "/")}
	for {
		row, err := next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, strings.Join(row, "/"))
	}
}

// Each text is the table arch/ms with the rows a, b/1 and c/2,5, or so.
func TestForms(t *testing.T) {
	want := []string{"arch/ms", "a, b/1", "c/2,5"}
	for name, text := range map[string]string{
		"commas":           "arch,ms\n\"a, b\",1\nc,\"2,5\"\n",
		"semicolons":       "arch;ms\r\na, b;1\r\nc;2,5\r\n",
		"tabs":             "arch\tms\na, b\t1\nc\t2,5",
		"bars":             "arch|ms\na, b|1\nc|2,5\n",
		"told":             "sep=;\narch;ms\na, b;1\nc;2,5\n",
		"told in quotes":   "\"sep=;\"\r\narch;ms\r\na, b;1\r\nc;2,5\r\n",
		"Markdown":         "|arch|ms|\n|:---|---:|\n|a, b|1|\n|c|2,5|\n",
		"comments":         "# of today, mine\n\narch;ms\n# first\na, b;1\n\n\nc;2,5\n;;\n",
		"NumPy's header":   "# arch;ms\na, b;1\nc;2,5\n",
		"a title":          "My measurements;\nof, today\n\narch;ms\na, b;1\nc;2,5\n",
		"trailing cells":   "arch;ms\na, b;1;;\nc;2,5;\n;;;;\n",
		"quoted names":     "\"arch\";\"ms\"\n\"a, b\";\"1\"\n\"c\";\"2,5\"\n",
		"spaces in header": " arch ; ms \na, b;1\nc;2,5\n",
	} {
		got, err := rows(t, text)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// Cells with brackets hold commas and quotes without being quoted themselves.
func TestBrackets(t *testing.T) {
	for text, want := range map[string]string{
		"arch,ms\n{'ks': [3, 5], 'e': (3, 4)},1\n":                    "{'ks': [3, 5], 'e': (3, 4)}/1",
		"arch,ms\n{\"ks\": [3, 5], \"e\": 3},1\n":                     "{\"ks\": [3, 5], \"e\": 3}/1",
		"ms,arch\n1, {\"ks\": [3, 5]}\r\n":                            "1/{\"ks\": [3, 5]}",
		"arch,ms\n\"{\"\"ks\"\": [3, 5]}\",1\n":                       "{\"ks\": [3, 5]}/1",
		"arch;ms\n{\"ks\": [3, 5], \"e\": 3};1\n":                     "{\"ks\": [3, 5], \"e\": 3}/1",
		"arch\tms\n{\"ks\": [3, 5]}\t1\n":                             "{\"ks\": [3, 5]}/1",
		"arch\n{\"ks\": [3, 5], \"e\": 3}\n":                          "{\"ks\": [3, 5], \"e\": 3}",
		"arch,ms\n{'name': 'a}, \\'b', 'ks': [3, 5]},1\n":             "{'name': 'a}, \\'b', 'ks': [3, 5]}/1",
		"arch,ms,note\n{'ks': [3, 5]},1,\"two\nlines, {one, cell\"\n": "{'ks': [3, 5]}/1/two\nlines, {one, cell",
	} {
		if got, err := rows(t, text); err != nil || len(got) != 2 || got[1] != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestErrorsSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"arch,ms\na,1\nb,4,9646\n":                        "3:1: 3 cells where the header has 2: a cell with a comma",
		"arch;ms\na;1\nb\n":                               "3:1: 1 cell where the header has 2",
		"# x\n\narch,ms\n\"a,1\n":                         "4:6: extraneous or missing \" in quoted-field",
		"sep=;\narch;ms\na;1\nb;2;3\n":                    "4:1: 3 cells where the header has 2",
		"arch,ms\n{'ks': [3, 5,1\n":                       "2:1: 3 cells where",
		"arch,ms\na,1\n" + strings.Repeat("x", 200_000):   "a line is longer than",
		"arch,ms\na,1\n\"b" + strings.Repeat("\n", 3<<20): "3:1: a row is longer than 1048576 bytes: is a quote never closed?",
		"arch,ms\na,1\n" + strings.Repeat("\n", 3<<20):    "3:1: a row is longer than",
	} {
		if got, err := rows(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %q, %v, want %s", text[:min(len(text), 60)], got, err, want)
		}
	}
	for _, text := range []string{"", "\n\n", "# nothing\n"} {
		if _, err := rows(t, text); !errors.Is(err, io.EOF) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestPlace(t *testing.T) {
	for text, want := range map[string][2]int{
		"arch,ms\na,1\n": {2, 3}, "# of mine\nsep=;\n\narch;ms\nabc;1\n": {5, 5}, "|arch|ms|\n|--|--|\n|a|1|\n": {3, 4},
	} {
		in, err := sheet.Open(strings.NewReader(text), known)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := in.Next(); err != nil {
			t.Fatal(err)
		}
		if line, column := in.Place(1); [2]int{line, column} != want {
			t.Errorf("%q: %d:%d, want %v", text, line, column, want)
		}
	}
}

// endless gives the same text over and over, and counts.
type endless struct {
	text  string
	given int
}

func (e *endless) Read(p []byte) (int, error) {
	n := 0
	for n+len(e.text) <= len(p) {
		n += copy(p[n:], e.text)
	}
	e.given += n
	return n, nil
}

// A table whose row never ends is given up after little of it, and one of many rows isn't.
func TestEndlessRow(t *testing.T) {
	in, err := sheet.Open(io.MultiReader(strings.NewReader("arch,ms\n"), &endless{text: "a,1\n"}), known)
	if err != nil {
		t.Fatal(err)
	}
	for range 1 << 19 { // 2 MB
		if _, err := in.Next(); err != nil {
			t.Fatal(err)
		}
	}
	source := &endless{text: "\n"}
	if in, err = sheet.Open(io.MultiReader(strings.NewReader("arch,ms\n\""), source), known); err == nil {
		_, err = in.Next()
	}
	if err == nil || !strings.Contains(err.Error(), "2:1: a row is longer than") {
		t.Errorf("%v, want that the row is too long", err)
	}
	if source.given > 2<<20 {
		t.Errorf("%d bytes of an endless row were read", source.given)
	}
}

func FuzzTable(f *testing.F) {
	f.Add("arch,ms\n{'ks': [3, 5]},1\n")
	f.Add("|arch|ms|\n|--|--|\n|a|1|\n")
	f.Add("sep=;\n# arch;ms\n\"a\nb\";2,5\n")
	f.Fuzz(func(t *testing.T, text string) {
		in, err := sheet.Open(strings.NewReader(text), known)
		if err != nil {
			return
		}
		for {
			row, err := in.Next()
			if err != nil {
				return
			}
			if len(row) != len(in.Header) {
				t.Fatalf("%q: %d cells under %d names", text, len(row), len(in.Header))
			}
		}
	})
}
