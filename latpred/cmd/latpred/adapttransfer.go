package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// spaceOf is the space to plan in, or that of the rows.
func (c *adaptCmd) spaceOf(set *dataset.Set) (*space.Space, error) {
	if set == nil {
		return space.ByID(cmp.Or(c.Space, "mbv3-w1.0"))
	}
	return set.Space()
}

// isOFA reports whether the networks of s are those of OFA's families, for which package adapt
// has models of their own.
func isOFA(s *space.Space) bool { return s.Family == space.OFA5 || s.Family == space.OFA6 }

// transfer adapts, or plans, in a space other than OFA's.
func (c *adaptCmd) transfer(ctx context.Context, out *output, s *space.Space, set *dataset.Set) error {
	sources, err := catalog.TransferSources(ctx, s, c.From)
	if err != nil {
		return err
	}
	if set != nil && len(c.From) == 1 && c.From[0] == "auto" {
		sources = withoutSet(sources, set.Hash())
	}
	if c.Plan > 0 {
		archs, err := adapt.PlanTransfer(sources, s, random.Stream(c.Seed, "plan"), c.Plan)
		if err != nil {
			return err
		}
		return c.plan(out, archs)
	}
	p, result, err := adapt.Transfer(ctx, sources, s, set)
	if err != nil {
		return err
	}
	return c.finish(out, set, p, result, fmt.Sprintf("the mean of the measurements: %.2f %%", 100*result.LeaveOneOut["mean"]))
}

// withoutSet leaves out the sources that were made from the very rows with a hash.
func withoutSet(sources []*transfer.Source, hash string) []*transfer.Source {
	return slices.DeleteFunc(sources, func(s *transfer.Source) bool {
		return slices.ContainsFunc(s.Seen, func(seen latpred.Source) bool { return seen.DataHash == hash })
	})
}
