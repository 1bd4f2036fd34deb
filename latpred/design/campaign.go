package design

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Campaign measures networks in batches until they are enough.
type Campaign struct {
	Sources []*transfer.Source // see package adapt; may be none
	Most    int                // networks to measure at most
	Goal    float64            // mean relative error, percent; above 0
	// Measure measures the first n networks of the campaign's order that are not measured
	// yet, and returns all that are measured. There may be fewer than n, where some can't be.
	Measure func(ctx context.Context, n int) (*dataset.Set, error)
	Observe func(Verdict) // told of each batch; nil: nobody is
}

// Run measures until a batch is enough, or all are measured, and returns the last verdict; its
// Rows are 0 if nothing could be judged. The first batch brings the networks to Least, and each
// later one adds a quarter, but 8 at least. Run errs if Measure or Judge does, with the verdict
// before that.
func (c *Campaign) Run(ctx context.Context) (last Verdict, err error) {
	if !(c.Goal > 0) {
		return last, fmt.Errorf("design: a goal of %v %%: want more than 0", c.Goal)
	}
	for n := min(Least, c.Most); ; n = min(after(n), c.Most) {
		set, err := c.Measure(ctx, n)
		if err != nil {
			return last, err
		}
		if set.Rows >= min(Least, c.Most) || n == c.Most {
			v, err := Judge(ctx, c.Sources, set, c.Goal)
			if err != nil {
				return last, err
			}
			last = v
			if c.Observe != nil {
				c.Observe(v)
			}
		}
		if last.Enough || n >= c.Most {
			return last, nil
		}
	}
}

// after is the number of networks after the batch that ends at n.
func after(n int) int { return n + max(8, n/4) }
