package measure

import (
	"io"
	"math"
	"strings"
	"testing"
)

// A journal of two groups with an anchor, as campaigns write it.
const twoGroups = `{"header":{"format":"latpred measure 1","what":"nets","space":"mbv3-w1.2","device":"here","batch":1,"rounds":1,"extra":1,"runs":1,"statistic":"","machine":null}}
{"begin":{"group":0,"anchors":["a"],"units":["r160 d22222 k33-33-33-33-33 e33-33-33-33-33"],"session":"2026-01-01T00:00:00Z"}}
{"round":{"group":0,"round":0,"at":"2026-01-01T00:00:01Z","load":-1,"others":0,"min_ms":[1,2],"median_ms":[1.5,2.5]}}
{"begin":{"group":1,"anchors":["a"],"units":["r176 d22222 k33-33-33-33-33 e33-33-33-33-33"],"session":"2026-01-01T00:00:00Z"}}
{"round":{"group":1,"round":0,"at":"2026-01-01T00:00:02Z","load":-1,"others":0,"min_ms":[1,2],"median_ms":[1.5,2.5]}}
{"failed":{"unit":"x","how":"crashed","at":"2026-01-01T00:00:03Z"}}
`

// What no campaign writes is an error with its line, not a panic of who asks for results.
func TestHostileJournal(t *testing.T) {
	for change, want := range map[[2]string]string{
		{`"rounds":1`, `"rounds":0`}:                   "j:2: a group, where the header has 0 rounds",
		{`"rounds":1`, `"rounds":-1`}:                  "j:1: a negative number",
		{`"extra":1`, `"extra":-1`}:                    "j:1: a negative number",
		{`"runs":1`, `"runs":-3`}:                      "j:1: a negative number",
		{`measure 1`, `measure 9`}:                     `j:1: format "latpred measure 9"`,
		{`"min_ms":[1,2]`, `"min_ms":[1,-2]`}:          "j:3: round 0 of group 0: -2 is no time",
		{`"min_ms":[1,2]`, `"min_ms":[0,2]`}:           "j:3: round 0 of group 0: 0 is no time",
		{`"min_ms":[1,2]`, `"min_ms":[1e300,2]`}:       "j:3: round 0 of group 0: 1e+300 is no time",
		{`"min_ms":[1,2]`, `"min_ms":[]`}:              "j:3: round 0 of group 0 doesn't follow",
		{`"group":1,"anchors"`, `"group":7,"anchors"`}: "j:4: neither",
	} {
		text := strings.Replace(twoGroups, change[0], change[1], 1)
		if text == twoGroups {
			t.Fatalf("%s is not in the journal", change[0])
		}
		if _, err := ReadJournal(strings.NewReader(text), "j"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", change[1], err, want)
		}
	}
	j, err := ReadJournal(strings.NewReader(twoGroups), "j")
	if err != nil || len(j.Results()) != 2 {
		t.Errorf("%d results, %v: the journal itself can be read", len(j.Results()), err)
	}
}

// No journal that can be read makes anything panic that is computed from it, and times are
// times.
func FuzzReadJournal(f *testing.F) {
	f.Add(twoGroups)
	f.Add(strings.Replace(twoGroups, `"rounds":1`, `"rounds":0`, 1))
	f.Add(strings.ReplaceAll(twoGroups, `"anchors":["a"],`, ""))
	f.Fuzz(func(t *testing.T, text string) {
		j, err := ReadJournal(strings.NewReader(text), "j")
		if err != nil {
			return
		}
		for _, j := range []*Journal{j, j.Normalised(nil)} {
			for _, r := range j.Results() {
				if !(r.LatencyMs > 0) || math.IsInf(r.LatencyMs, 0) || math.IsNaN(r.StdMs) {
					t.Errorf("%s: %v ± %v ms", r.Key, r.LatencyMs, r.StdMs)
				}
			}
			j.Noise()
			j.Rows()
			j.PerUnit()
			j.LeftOut()
			_ = WriteSet(io.Discard, j) // keys that are no architectures
		}
	})
}
