package measure_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// A campaign that gets the device while it prepares the next group, which waits to share the
// device with this very process, goes on.
func TestHoldWhilePreparing(t *testing.T) {
	m, ahead := newMachine(), make(chan bool, 1)
	j := journal(t, filepath.Join(t.TempDir(), "j"))
	defer j.Close()
	c := measure.Campaign{Units: m.units(names(4)...), Journal: j, Config: small}
	third, tries := &c.Units[2], 0
	prepare := third.Prepare
	third.Prepare = func(ctx context.Context) (measure.Subject, error) {
		if tries++; tries > 1 {
			return prepare(ctx)
		}
		ahead <- true
		<-ctx.Done() // as a lock that this process holds
		return nil, ctx.Err()
	}
	holds := 0
	c.Hold = func(context.Context) (func(), error) {
		if holds++; holds == 1 {
			<-ahead
		}
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := c.Run(ctx); err != nil || len(j.Results()) != 4 {
		t.Errorf("%v, %d results", err, len(j.Results()))
	}
}
