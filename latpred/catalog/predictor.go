package catalog

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/modelfile"
	_ "github.com/ofalat/ofalat/latpred/neural" // so that Load knows its kind
	"github.com/ofalat/ofalat/latpred/pass"
)

// Load makes the predictor of the entry with a name or alias, or reads a file of any kind
// that modelfile.Save wrote.
func Load(ctx context.Context, nameOrFile string) (latpred.Predictor, error) {
	if e, err := Find(nameOrFile); err == nil {
		return e.Predictor(ctx)
	}
	p, err := modelfile.Load(nameOrFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a predictor's file nor one of what ships: %s", nameOrFile, shippedEntries())
	}
	return p, err
}

// Predictor makes the entry's predictor. Fitting a table can take seconds; ctx can end it
// between fits.
func (e *Entry) Predictor(ctx context.Context) (latpred.Predictor, error) {
	if e.Kind == latpred.KindLookup {
		t, err := e.Table()
		if err != nil {
			return nil, err
		}
		return additive.NewLookup(t, e.Space)
	}
	set, err := e.Set()
	if err != nil {
		return nil, err
	}
	if e.Kind == latpred.KindLinear {
		return additive.FitLinear(set)
	}
	if e.Kind == latpred.KindAdapted {
		return adaptedTo(ctx, set)
	}
	return bestTable(ctx, set)
}

// adaptedRows is the number of rows that adaptedTo takes.
const adaptedRows = 700

// adaptedTo adapts to rows that are spread evenly over the training rows of a set, without
// sources.
func adaptedTo(ctx context.Context, set *dataset.Set) (latpred.Predictor, error) {
	split := set.SplitFileOrder()
	n := min(adaptedRows, len(split.Train))
	rows := make([]int, n)
	for i := range rows {
		rows[i] = split.Train[i*len(split.Train)/n]
	}
	split.Train, split.Validation = rows, nil
	p, _, err := adapt.AdaptPart(ctx, nil, set, split, adapt.Config{})
	return p, err
}

// bestTable makes the table of a set that is best on its validation rows, among a few
// recipes that are quick to try: one with the launch queue if its labels are known to show
// one, else every basis for which it has enough rows. It does not use the test rows.
func bestTable(ctx context.Context, set *dataset.Set) (*additive.Table, error) {
	split := set.SplitFileOrder()
	var best *additive.Table
	var least float64
	for _, recipe := range quickRecipes(set.Info, pass.ResolutionsOf(set.Subset(split.Train).Archs())) {
		t, result, err := additive.Train(ctx, set, split, additive.Config{Recipe: recipe})
		if err != nil {
			return nil, err
		}
		if mae := result.Tried[0].MAEMs; best == nil || mae < least {
			best, least = t, mae
		}
	}
	return best, nil
}

// quickRecipes are the recipes that bestTable tries. Separate times for each size of
// feature map would improve the clean sets of HELP by up to half a per cent, but would
// cost seconds and hundreds of megabytes for each set. Of benchmarks, all of whose networks
// have one resolution, absolute errors are tried as well.
func quickRecipes(of dataset.Info, resolutions []int) []pass.Config {
	if of.Queue.Depth > 0 {
		return []pass.Config{withQueue(pass.Config{Basis: pass.Tied(resolutions)}, of.Queue)}
	}
	if of.Column != "" {
		return []pass.Config{{Basis: pass.Tied(resolutions), Relative: true}, {Basis: pass.Tied(resolutions)}}
	}
	list := []pass.Config{{Basis: pass.Shape(resolutions, false), Relative: true}}
	if len(resolutions) < 10 { // enough rows of each
		list = append(list, pass.Config{Basis: pass.Tied(resolutions), Relative: true})
	}
	return list
}

// withQueue adds to a recipe the launch queue that a set is known to show.
func withQueue(c pass.Config, q dataset.Queue) pass.Config {
	c.QueueDepth, c.LaunchMs, c.States = q.Depth, q.LaunchMs, q.States
	return c
}
