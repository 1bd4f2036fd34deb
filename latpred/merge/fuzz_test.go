package merge_test

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/merge"
)

// small is a journal of two groups of a network, with two anchors.
func small(from string, ms ...string) string {
	text := `{"header":{"format":"latpred measure 1","what":"nets","space":"nasbench201","device":"d","batch":1,"rounds":1,"extra":0,"runs":1,"statistic":"","machine":null}}` + "\n"
	for g, values := range ms {
		begin := strings.NewReplacer("G", string(rune('0'+g)), "FROM", from).Replace(`{"begin":{"group":G,"anchors":["a","b"],"units":["uGFROM"],"session":"2026-01-01T00:00:0FROMZ"}}`)
		text += begin + "\n" + strings.NewReplacer("G", string(rune('0'+g)), "MS", values).Replace(`{"round":{"group":G,"round":0,"at":"2026-01-01T00:00:00Z","load":0,"others":0,"min_ms":[MS],"median_ms":[MS]}}`) + "\n"
	}
	return text
}

// Whatever two files hold, merging ends with an error or with numbers.
func FuzzJoin(f *testing.F) {
	one := small("1", "1,2,3", "1.01,2,3")
	f.Add(one, small("2", "1.1,2.2,3"))
	f.Add(one, one)
	f.Add(one, small("2", "1e12,1e-300,1", "1e-300,1e12,1"))
	f.Add(one, strings.Replace(one, `"anchors":["a","b"],`, `"anchors":["b","b"],`, 1))
	f.Add(one, strings.Replace(one, `"anchors":["a","b"],"units":["u01"]`, `"units":["a","b","c"]`, 1))
	f.Add(strings.Replace(one, "nets", "table 1", 1), strings.Replace(one, "nets", "table 2", 1))
	f.Fuzz(func(t *testing.T, a, b string) {
		var list []*measure.Journal
		for i, text := range []string{a, b} {
			j, err := measure.ReadJournal(strings.NewReader(text), "ab"[i:i+1])
			if err != nil {
				return
			}
			list = append(list, j)
		}
		for _, o := range []merge.Options{{LeaveOut: true}, {LeaveOut: true, Reference: "b"}} {
			m, err := merge.Join(list, o)
			if err != nil {
				continue
			}
			for _, s := range m.Report.Sessions {
				if s.LeftOut == "" && !(s.Scale >= 0 && s.Low <= s.Scale && s.Scale <= s.High && !math.IsNaN(s.Disagree+s.Drift)) {
					t.Errorf("session %+v", s)
				}
			}
			if _, err := m.Set(); err == nil && !m.Nets() {
				t.Error("a table is a set")
			}
			if _, err := m.Table(); err == nil && m.Nets() {
				t.Error("networks are a table")
			}
			var text bytes.Buffer
			if err := m.WriteJournal(&text); err != nil {
				continue
			}
			if _, err := measure.ReadJournal(&text, "merged"); err != nil {
				t.Errorf("what was written is not read: %v", err)
			}
		}
	})
}
