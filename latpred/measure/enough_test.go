package measure_test

import (
	"context"
	"errors"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
)

// Asked to end, a campaign takes all rounds of the group in hand and begins no other.
func TestEnoughEndsWithTheGroup(t *testing.T) {
	m, enough := newMachine(), make(chan struct{})
	m.ms = func(string, int) (float64, error) {
		if m.total == 15 { // the second group's first round
			close(enough)
		}
		return 1, nil
	}
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	c := measure.Campaign{Units: m.units(names(8)...), Journal: j, Config: small, Enough: enough}
	if err := c.Run(t.Context()); !errors.Is(err, measure.ErrEnough) {
		t.Fatalf("asked to end: %v", err)
	}
	if n := len(j.Results()); n != 4 || m.total != 24 {
		t.Errorf("%d results of %d runs, want 4 of 24: two groups", n, m.total)
	}
}

// Asked while it prepares or waits for the device, a campaign runs nothing.
func TestEnoughBeforeRounds(t *testing.T) {
	for _, where := range []string{"prepare", "hold"} {
		m, enough := newMachine(), make(chan struct{})
		j := journal(t, filepath.Join(t.TempDir(), "j"))
		c := measure.Campaign{Units: m.units(names(4)...), Journal: j, Config: small, Enough: enough}
		wait := func(ctx context.Context) error {
			close(enough)
			<-ctx.Done()
			return ctx.Err()
		}
		if where == "prepare" {
			c.Units[0].Prepare = func(ctx context.Context) (measure.Subject, error) { return nil, wait(ctx) }
		} else {
			c.Hold = func(ctx context.Context) (func(), error) { return nil, wait(ctx) }
		}
		if err := c.Run(t.Context()); !errors.Is(err, measure.ErrEnough) || m.total != 0 {
			t.Errorf("asked during %s: %v, %d runs", where, err, m.total)
		}
		j.Close()
	}
}
