package lut_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
)

// The layers of the small tables in testdata, in the order of their means.
var threeLayers = []string{
	"Conv-input:160x160x3-output:80x80x16",
	"expanded_conv-input:80x80x16-output:80x80x16-expand:16-kernel:3-stride:1-idskip:1-se:0-hs:0",
	"Logits-input:1x1x1280-output:1000",
}

// want3 checks a table of the three layers: means of .06, .12, .18 ms; count and std 0: not
// known.
func want3(t *testing.T, name string, table *lut.Table, count int, std float64) {
	t.Helper()
	if len(table.Rows) != 1 || len(table.Rows[160]) != 3 {
		t.Errorf("%s: resolutions %v, %d rows at 160, want 3", name, table.Resolutions(), len(table.Rows[160]))
	}
	for i, key := range threeLayers {
		e := table.Rows[160][key]
		if known := !math.IsNaN(e.StdMs); e.MeanMs != []float64{.06, .12, .18}[i] || e.Count != count || known != (std > 0) || known && e.StdMs != std {
			t.Errorf("%s: %s: %+v, want a mean of .%02d, count %d, std %v (0: not known)", name, key, e, 6*i+6, count, std)
		}
	}
}

// Tables that Python wrote, with NumPy's numbers, ordered and default dicts, as YAML of
// lines and of braces, JSON and pickles, all say the same.
func TestTablesOfPython(t *testing.T) {
	files, err := filepath.Glob("testdata/python/python*")
	if err != nil || len(files) != 2*(7*3+3) {
		t.Fatalf("%d files, %v, want 48", len(files), err)
	}
	for _, file := range files {
		table, err := lut.Open(file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if strings.Contains(file, "-std") {
			want3(t, file, table, 498, .5)
		} else {
			want3(t, file, table, 0, 0)
		}
	}
}

// A table without spreads or counts is read, known as such, and written again the same.
func TestUnknown(t *testing.T) {
	for name, text := range map[string]string{
		"means":    "%s:\n  mean: 0.0600\n%s:\n  mean: 0.1200\n%s:\n  mean: 0.1800\n",
		"bare":     "%s: .06\n%s: .12\n%s: .18\n",
		"runs":     "%s: {mean: .06, std: .nan}\n%s: {mean: .12, std: null}\n%s: {mean: .18, count: }\n",
		"texts":    "%s: {mean: '.06', std: 'nan'}\n%s: {mean: \"0.12\", std: NaN}\n%s: {mean: !!float '.18'}\n",
		"json":     "{%q: {\"mean\": 0.06, \"std\": NaN}, %q: {\"mean\": 1.2e-1}, %q: 18e-2}",
		"windows":  "\ufeff%s:\r\n  mean: 0.06\r\n%s:\r\n  mean: 0.12\r\n%s:\r\n  mean: 0.18\r\n",
		"csv":      "layer,mean_ms\n%s,.06\n%s,.12\n%s,.18\n",
		"csv more": "mean,resolution,std,name,count\n.06,160,,%s,\n.12,160,,%s,\n.18,160,,%s,\n",
	} {
		var keys []any
		for _, k := range threeLayers {
			keys = append(keys, k)
		}
		path := filepath.Join(t.TempDir(), "160_table.yaml")
		if err := os.WriteFile(path, fmt.Appendf(nil, text, keys...), 0o644); err != nil {
			t.Fatal(err)
		}
		table, err := lut.Open(path)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want3(t, name, table, 0, 0)
		if counts, stds := table.Unknown(160); counts != 3 || stds != 3 || !math.IsNaN(table.Cost()) {
			t.Errorf("%s: %d counts, %d stds not known, a cost of %v, want 3, 3 and none", name, counts, stds, table.Cost())
		}
		again := writtenAgain(t, table)
		want3(t, name+", YAML", again, 0, 0)
		var b bytes.Buffer
		back := &lut.Table{}
		if err := lut.WriteCSV(&b, table); err != nil {
			t.Fatal(err)
		}
		if err := back.ReadCSV(&b, "t.csv"); err != nil {
			t.Fatal(err)
		}
		want3(t, name+", CSV", back, 0, 0)
		if n := len(again.CopiedFrom(table)[160]); n != 3 {
			t.Errorf("%s: %d rows are those of the table, want all 3", name, n)
		}
	}
	one, err := lut.ReadYAML(strings.NewReader("a: {count: 1, mean: .06, std: .nan}"), "t")
	if e := one["a"]; err != nil || e.Count != 1 || !math.IsNaN(e.StdMs) {
		t.Errorf("a single run: %+v, %v", e, err)
	}
}

func writtenAgain(t *testing.T, table *lut.Table) *lut.Table {
	t.Helper()
	dir := t.TempDir()
	if _, err := lut.WriteDir(dir, table); err != nil {
		t.Fatal(err)
	}
	again, err := lut.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return again
}

// Tags that would run code, or build what is no number, are named; nothing hangs.
func TestTagsAreNotRun(t *testing.T) {
	for text, want := range map[string]string{
		"a: !!python/object/apply:os.system ['ls']":                   "t.yaml: line 1: would run code where Python loads it (os.system)",
		"a: 1\nb: !!python/object/new:subprocess.Popen\n  args: [ls]": "line 2: would run code where Python loads it (subprocess.Popen)",
		"a: {mean: !!python/name:os.system ''}":                       "would run code",
		"!!python/object:mine.Table\nrows: 3":                         "class mine.Table",
		"a: !!python/object/apply:pandas.Series [1]":                  "a table of pandas",
		"a: !mine 3":             "the tag !mine is not understood",
		"a: !!python/complex 3j": "the tag !!python/complex is not understood",
		"a: !!binary 'x?'":       "illegal base64",
		"a: !!python/object/apply:numpy.core.multiarray.scalar [1]": "whose bytes are not those of its type",
		"a: !!python/object/apply:numpy.dtype [M8]":                 "NumPy values of type M8",
		"a: &x [*x]":                             "nothing is named &x",
		"a: " + strings.Repeat("[", 100000):      "more than 64 deep",
		strings.Repeat("{a: ", 100000):           "more than 64 deep",
		strings.Repeat("- ", 100000):             "more than 64 deep",
		strings.Repeat("? ", 100000):             "more than 64 deep",
		"a: " + strings.Repeat("!!seq ", 100000): "more than 64 deep",
		laughs():                                 "more than 1048576 values",
		"<<: {a: 1}\nb: 2":                       "",
	} {
		if _, err := lut.ReadYAML(strings.NewReader(text), "t.yaml"); err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 1000 {
			t.Errorf("%.60q: %.300v, want …%s…", text, err, want)
		}
	}
}

// laughs is a text of few lines that stands for 9¹⁵ values.
func laughs() string {
	text := "x0: &x0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
	for i := range 15 {
		text += fmt.Sprintf("x%d: &x%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*x%d, ", i), 9), ", "))
	}
	return text
}

// A name that is no table says which there are, and how to make one.
func TestNoSuchTable(t *testing.T) {
	for name, want := range map[string][]string{
		"pixel1":    {"shipped tables: epyc-zen4-b1, note10", "latpred measure table --out", "latpred lut fit --data"},
		"Note-10":   {"Is note10 meant?"},
		"p40-b64":   {"a set of measured networks", "latpred lut fit --data p40-b64 --out"},
		"no/such.y": {"neither a file or folder", "latpred measure table"},
	} {
		_, err := lut.Open(name)
		for _, w := range want {
			if err == nil || !strings.Contains(err.Error(), w) {
				t.Errorf("%s: %v, want …%s…", name, err, w)
			}
		}
	}
}

// What is another kind of file is named.
func TestOtherFiles(t *testing.T) {
	for text, want := range map[string]string{
		"arch,latency_ms\nx,1\n":                          "measurements of whole networks",
		"layer,latency_us\na,1\n":                         `column "latency_us"`,
		"layer,mean_ms\na,1\na,2\n":                       ":3: layer a has another row already",
		"layer,mean_ms\n":                                 "no rows",
		"layer,mean_ms,count\nConv-input:160x160x3,1,0\n": "count is 0",
		`[{"arch": {"ks": 3}, "latency": 5}]`:             "no lookup table: want a map",
		"cos\nsystem\n(S'ls'\ntR.":                        "would run code",
		"PAR1 and so on":                                  "a Parquet file",
		"a: {mean_us: 3}":                                 `unknown field "mean_us"`,
	} {
		path := filepath.Join(t.TempDir(), "160.txt")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := lut.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", text, err, want)
		}
	}
}
