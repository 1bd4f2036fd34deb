package pool

import (
	"context"

	"github.com/ofalat/ofalat/latpred/measure"
)

// Instrument measures on one device, for a worker. Its methods are never called at the same
// time, but for Unready, which may be called at any time.
type Instrument interface {
	// Facts are what is known of the device. It errs if the device can't be asked now.
	Facts(ctx context.Context) (Facts, error)
	// Unready says why the device can't measure now; "": it can.
	Unready(ctx context.Context) string
	// Measure measures a task into the journal file of that path, going on from what is in
	// it.
	Measure(ctx context.Context, t *Task, journal string, observe func(measure.Progress)) error
}
