package lut_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/lut"
)

// keys are so many rows of a table.
func keys(row string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, row, i)
	}
	return b.String()
}

// What would take the parser minutes or all memory is refused at once, and what is as large as
// a table may be is read in seconds.
func TestHostileYAML(t *testing.T) {
	for name, c := range map[string]struct{ text, want string }{
		"brackets":     {"a: " + strings.Repeat("[", 97_000), "deep"},
		"maps":         {keys("%[1]*[1]d:\n", 2000), "deep"},
		"dashes":       {strings.Repeat("- ", 50_000) + "1", "deep"},
		"questions":    {strings.Repeat("? ", 50_000) + "1", "deep"},
		"flat keys":    {keys("k%d: 1\n", 100_000), "a map of more than 2048 keys"},
		"nested keys":  {"m:\n" + keys("  k%d: 1\n", 100_000), "a map of more than 2048 keys"},
		"asked keys":   {keys("? k%d\n: 1\n", 50_000), "a map of more than 2048 keys"},
		"two texts":    {"{}\n---\n" + keys("k%d: 1\n", 100_000), "a map of more than 2048 keys"},
		"too large":    {keys("m%d: {mean: 1, std: 1}\n", 100_000), "larger than the 2 MB"},
		"many maps":    {keys("m%03d:\n"+strings.ReplaceAll(keys("  k%d: 1\n", 2000), "%", "%%"), 10), "unknown field"},
		"JSON":         {`{"x": 1` + keys(",\n"+`"k%d": 1`, 20_000) + "}", ""},
		"a plain list": {"a:\n" + strings.Repeat("- 1\n", 60_000), "is no number"},
		"lists":        {"a: [" + strings.Repeat("1,", 60_000) + "1]", "is no number"},
		"laughs": {"a: &a [1,1]\n" + keys("b%03[1]d: &b%03[1]d [*a,*a]\n", 1) +
			keys("c%[1]d: [*b000,*b000,*b000]\n", 1000), "is no number"},
	} {
		start := time.Now()
		_, err := lut.ReadYAML(strings.NewReader(c.text), "f.yaml")
		if took := time.Since(start); took > time.Minute {
			t.Errorf("%s: %v", name, took)
		}
		switch {
		case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %.200v, want %q", name, err, c.want)
		}
	}
}

// Neither a table of header alone, nor one larger than memory, nor what is no file, is a table.
func TestNoTable(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	header := "resolution,layer,count,mean_ms,std_ms\n"
	for path, want := range map[string]string{
		write("header.csv", header):                                          "no rows",
		write("large.csv", header+keys("160,k%d,,1,\n", 1<<21)):              "larger than the 16 MB",
		write("quote.csv", header+"160,\""+strings.Repeat("\n", 17<<20)):     "larger than the 16 MB",
		write("large.yaml", "a: 1\n"+strings.Repeat("# comment\n", 300_000)): "larger than the 2 MB",
		"/dev/zero": "a device",
	} {
		if _, err := lut.Open(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
