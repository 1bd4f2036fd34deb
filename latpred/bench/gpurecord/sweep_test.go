package gpurecord

import (
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
)

// The names of settings, in files and on the command line, read back as the settings.
func TestSettings(t *testing.T) {
	for _, p := range measure.Precisions() {
		seen := map[string]bool{}
		for _, s := range Settings(p) {
			if got, err := ParseSetting(s.String()); err != nil || got != s {
				t.Errorf("%v: %v, %v", s, got, err)
			}
			if seen[s.String()] {
				t.Errorf("%v is tried twice", s)
			}
			seen[s.String()] = true
		}
		if s := Settings(p)[0]; s.Precision != p || s.Autotune != "0" {
			t.Errorf("%s: the first is %v, want a quick one of it", p, s)
		}
	}
	for _, text := range []string{"", "conv-f32", "conv-f32-at9", "conv-f33-at0", "cnn-f32-at0", "conv-f32-0"} {
		if _, err := ParseSetting(text); err == nil || !strings.Contains(err.Error(), "conv-f32-at0") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The fastest setting is chosen of those of the record's precision that compile a network in
// time.
func TestBest(t *testing.T) {
	setting := func(text string) Setting {
		s, err := ParseSetting(text)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	slow := Tried{Setting: setting("dot-f32-at0"), LatencyMs: []float64{4, 5}, FirstS: 1}
	fast := Tried{Setting: setting("conv-f32-at0"), LatencyMs: []float64{2, 3}, FirstS: 9, LaterS: 2}
	lasting := Tried{Setting: setting("conv-f32-atdefault"), LatencyMs: []float64{1, 1}, FirstS: 40}
	other := Tried{Setting: setting("mix-bf16-at0"), LatencyMs: []float64{1, 1}, FirstS: 1}
	failed := Tried{Setting: setting("mix-f32-at0"), Error: "crashed"}
	for _, c := range []struct {
		tried []Tried
		want  string // "": none
	}{
		{[]Tried{slow, fast, lasting, other, failed}, "conv-f32-at0"}, {[]Tried{slow, other, failed}, "dot-f32-at0"},
		{[]Tried{other, failed}, ""}, {nil, ""},
	} {
		r := &recorder{Options: Options{Dir: t.TempDir(), Precision: measure.F32}}
		if err := r.save("sweep.json", c.tried); err != nil {
			t.Fatal(err)
		}
		got, err := r.best()
		if (err == nil) != (c.want != "") || err == nil && got.String() != c.want {
			t.Errorf("%v, %v, want %q", got, err, c.want)
		}
	}
}
