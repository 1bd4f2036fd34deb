package run

import (
	"os"
	"strings"
	"testing"
	"time"
)

// Two runs can't write to one folder at once; one after the other they can.
func TestOneRunInAFolder(t *testing.T) {
	out := t.TempDir()
	path := notebook(t, "%%\nhang")
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 {
		t.Fatal(err)
	}
	began, first := make(chan struct{}), make(chan error, 1)
	var once bool
	go func() {
		_, err := All(t.Context(), []string{path}, Options{Launch: fake(), Jobs: 1, Limit: 500 * time.Millisecond, Out: out, Event: func(Event) {
			if !once {
				once = true
				close(began)
			}
		}})
		first <- err
	}()
	<-began
	if _, err := All(t.Context(), []string{path}, Options{Launch: fake(), Jobs: 1, Limit: time.Second, Out: out}); err == nil || !strings.Contains(err.Error(), "another run writes to") {
		t.Errorf("the second of two runs: %v", err)
	}
	<-first
	if reports, err := All(t.Context(), []string{notebook(t, "%%\nfine")}, Options{Launch: fake(), Jobs: 1, Limit: time.Minute, Out: out}); err != nil || len(reports) != 1 {
		t.Errorf("a run after others: %v", err)
	}
}
