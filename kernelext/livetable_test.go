package kernelext

import (
	"strings"
	"testing"
)

func TestLiveTable(t *testing.T) {
	var l *LiveTable
	got := printed(t, func() {
		l = NewLiveTable("Trials", 3, []string{"trial", "error (ms)"})
		l.Set(1, [][]any{{"a", 2.5}})
		l.Set(3, [][]any{{"b", 0.5}, {"a", 2.5}})
		l.Done()
		l.Done() // twice is once
	})
	if !strings.HasPrefix(got, "Trials  3 of 3 · ") || !strings.Contains(got, "trial  error (ms)\nb             0.5\na             2.5\n") || strings.Count(got, "Trials") != 1 {
		t.Errorf("printed\n%s", got)
	}
	if b := l.bundle(); b.id == "" || strings.Contains(b.html, "<progress") || !strings.Contains(b.html, "took") {
		t.Errorf("final display %+v", b)
	}
	got = printed(t, func() {
		l := NewLiveTable("Trials", 3, []string{"trial"})
		l.Set(1, [][]any{{"a"}})
		if b := l.bundle(); !strings.Contains(b.html, `<progress style="width:100%" value="1" max="3">`) {
			t.Errorf("while running: %s", b.html)
		}
		showInterrupted()
		l.Done()
	})
	if !strings.Contains(got, "interrupted after") || strings.Count(got, "Trials") != 1 {
		t.Errorf("interrupted, printed\n%s", got)
	}
}
