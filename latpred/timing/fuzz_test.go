package timing

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// Whatever a program prints is a time above 0 or an error, with a pattern and without.
func FuzzRead(f *testing.F) {
	reports, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(reports) == 0 {
		f.Fatalf("%d reports, %v", len(reports), err)
	}
	for _, name := range reports {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(text), "")
	}
	f.Add("12.5 ms", "")
	f.Add("tensor([1.5e-3, 2], 3us)", "time: ")
	f.Add("latency 1e-400 s", `latency (\d+)`)
	f.Fuzz(func(t *testing.T, text, pattern string) {
		var pick *regexp.Regexp
		if pattern != "" {
			var err error
			if pick, err = Pick(pattern); err != nil {
				return
			}
		}
		r, err := Read(text, pick)
		if err == nil && (!(r.Ms > 0) || math.IsInf(r.Ms, 0)) {
			t.Errorf("%q is read as %v ms", text, r.Ms)
		}
	})
}
