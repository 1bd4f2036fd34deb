package sheet_test

import (
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/sheet"
)

// isNet takes dictionaries with a key "ks" for values.
func isNet(keys []string) bool { return slices.Contains(keys, "ks") }

// dictionaries is rows for a table of dictionaries.
func dictionaries(t *testing.T, text string) ([]string, error) {
	t.Helper()
	in, err := sheet.OpenRecords(strings.NewReader(text), isNet, known)
	if err != nil {
		return nil, err
	}
	return joined(in.Header, in.Next)
}

func TestRecords(t *testing.T) {
	for text, want := range map[string]string{
		`[{"arch": "a", "ms": 1}, {"ms": 2.50, "arch": "b"}]`:                        "arch/ms a/1 b/2.50",
		"{'arch': 'a', 'ms': 1.}\n\n# more\n{'arch': 'b'}\n":                         "arch/ms a/1. b/",
		`[{"arch": {"ks": [3, "x", null, true], "e": {"b": 1}}, "ms": null}]`:        `arch/ms {"ks": [3, "x", null, true], "e": {"b": 1}}/`,
		`[{"arch": "a", "time": {"mean": 1, "of": {"n": 5}}}]`:                       "arch/time.mean/time.of.n a/1/5",
		`{"arch": "a", "ms": 1}`:                                                     "arch/ms a/1",
		`{"arch": ["a", "b"], "ms": [1, 2]}`:                                         "arch/ms a/1 b/2",
		`{"arch": {"5": "a", "9": {"ks": 3}}, "ms": {"5": 1, "9": 2}}`:               `arch/ms a/1 {"ks": 3}/2`,
		`{"columns": ["arch", "ms"], "index": [0, 1], "data": [["a", 1], ["b", 2]]}`: "arch/ms a/1 b/2",
		`{"x": {"arch": "a", "ms": 1}, "y": {"ms": 2, "arch": "b"}}`:                 "/arch/ms x/a/1 y/b/2",
		`{"a": 1, "b": 2}`: "/value a/1 b/2",
		`{"by": "me", "at": {"x": 1}, "rows": [{"arch": "a"}, {"arch": "b"}], "z": []}`: "by/at.x/z/arch me/1/[]/a me/1/[]/b",
		`{"arch": ["a", "b"], "ms": [1]}`:                                               `arch/ms ["a", "b"]/[1]`, // one row, which its reader refuses
	} {
		if got, err := dictionaries(t, text); err != nil || strings.ReplaceAll(strings.Join(got, "|"), "| ", "|") != strings.Join(splitRows(want, len(got)), "|") {
			t.Errorf("%s: %q, %v, want %s", text, got, err, want)
		}
	}
}

// splitRows cuts rows that spaces separate, n of them; the last has the rest.
func splitRows(text string, n int) []string { return strings.SplitN(text, " ", n) }

func TestRecordErrorsSayWhere(t *testing.T) {
	for text, want := range map[string]string{
		"[{\"arch\": 1},\n {\"arch\": 1, \"device\": 2}]":    `2:24: the key "device", which the first row does not have`,
		"[{\"arch\": 1},\n\n  7]":                            "3:3: a number, want a dictionary for each row",
		"{\"arch\": 1}\n{\"arch\": }":                        "2:",
		"[{\"arch\": 1}":                                     "1:1: bracket '[' is not closed",
		"{\"arch\": [" + strings.Repeat("1,", 1<<20) + "1]}": `1:1: a value or a line longer than 1048576 bytes: write a dictionary for each row`,
		"{\"arch\": 1, \"arch\": 2}":                         `the key "arch" is there twice`,
		"{\"a\": {\"arch\": 1}, \"b\": {\"c\": 2}}":          `1:31: the key "c", which the first row does not have`,
		"{\"by\": 1, \"rows\": [{\"arch\": 1}, {\"c\": 2}]}": `the key "c", which the first row does not have`,
	} {
		got, err := dictionaries(t, text)
		var at *sheet.Error
		if !errors.As(err, &at) || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80s: %q, %v, want %s", text, got, err, want)
		}
	}
	if _, err := dictionaries(t, " \n"); !errors.Is(err, io.EOF) {
		t.Errorf("nothing: %v", err)
	}
}

// A place is that in the file, also of a value that begins in the middle of a line.
func TestRecordPlace(t *testing.T) {
	in, err := sheet.OpenRecords(strings.NewReader("[{\"arch\": 1}, {\"arch\": 2},\n {\n\"arch\": 3}]"), isNet, known)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range [][2]int{{1, 11}, {1, 24}, {3, 9}} {
		if _, err := in.Next(); err != nil {
			t.Fatal(err)
		}
		if line, column := in.Place(0); [2]int{line, column} != want {
			t.Errorf("%d:%d, want %v", line, column, want)
		}
	}
}

func FuzzRecords(f *testing.F) {
	f.Add(`[{"arch": {"ks": [3]}, "ms": 1}]`)
	f.Add(`{"arch": {"5": "a"}, "ms": {"5": 1}}`)
	f.Add(`{"by": "me", "rows": [{"arch": "a"}]}`)
	f.Fuzz(func(t *testing.T, text string) {
		in, err := sheet.OpenRecords(strings.NewReader(text), isNet, known)
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
