package measure_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
)

// A protocol that measures nothing, or a journal that nothing can be written to, is refused
// before anything runs.
func TestProtocolFaults(t *testing.T) {
	m, dir := newMachine(), t.TempDir()
	for want, spoil := range map[string]func(*measure.Config){
		"-1 runs":              func(c *measure.Config) { c.Runs = -1 },
		"-1 rounds":            func(c *measure.Config) { c.Rounds = -1 },
		"-1 units in a group":  func(c *measure.Config) { c.Group = -1 },
		"-1 compilers":         func(c *measure.Config) { c.Compilers = -1 },
		"-2 warm-up runs":      func(c *measure.Config) { c.WarmUps = -2 },
		"-2 extra rounds":      func(c *measure.Config) { c.Extra = -2 },
		"-2 discarded runs":    func(c *measure.Config) { c.Discard = -2 },
		"a time limit of -1ns": func(c *measure.Config) { c.Limit = -1 },
	} {
		config, path := small, filepath.Join(dir, want)
		spoil(&config)
		j := journal(t, path)
		c := measure.Campaign{Units: m.units("a"), Anchors: m.units("x"), Journal: j, Config: config}
		if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
		j.Close()
		d := device(t, m)
		d.Config = config
		if _, err := d.Nets(t.Context(), nil, 1, path+" of a device", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("a device: %v, want …%s…", err, want)
		}
		if _, err := os.Stat(path + " of a device"); err == nil {
			t.Errorf("%s: a journal was made", want)
		}
	}
	// A protocol of zeros is Default: 5 runs to warm up, then 7 rounds, and up to 7 more while
	// the machine is not quiet, of a run that is discarded and 5 that count.
	zero, j := newMachine(), journal(t, filepath.Join(dir, "zero"))
	if err := (&measure.Campaign{Units: zero.units("a", "b"), Journal: j}).Run(t.Context()); err != nil {
		t.Error(err)
	}
	j.Close()
	if rounds := (zero.ran["a"] - 5) / 6; zero.ran["a"] != 5+6*rounds || rounds < 7 || rounds > 14 || zero.ran["b"] != zero.ran["a"] {
		t.Errorf("by default units ran %v times", zero.ran)
	}
	read, err := measure.ReadJournal(strings.NewReader(`{"header":{"format":"latpred measure 1"}}`+"\n"), "j")
	if err != nil {
		t.Fatal(err)
	}
	c := measure.Campaign{Units: m.units("a"), Journal: read, Config: small}
	if err := c.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "j is not open") {
		t.Errorf("a journal that is only read: %v", err)
	}
	if err := errors.Join(read.Close(), read.Close()); err != nil {
		t.Errorf("closing it: %v", err)
	}
	if m.total > 0 {
		t.Errorf("%d runs", m.total)
	}
	if q, err := measure.Check(t.Context(), newMachine().units("a"), 2, nil); err != nil || len(q.CVs) != 1 {
		t.Errorf("a check of two rounds: %v", err)
	}
	for _, rounds := range []int{-1, 0, 1} {
		if _, err := measure.Check(t.Context(), m.units("a"), rounds, nil); err == nil {
			t.Errorf("a check of %d rounds", rounds)
		}
	}
}
