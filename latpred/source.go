package latpred

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/pass"
)

// sourceRecipes are how the shipped sets are made sources where not as true
// passes: TrainTable found them, on validation rows.
var sourceRecipes = map[string]pass.Config{
	"p40-b64":       {QueueDepth: 920, LaunchMs: .04},
	"rtx2080ti-b64": {QueueDepth: 935, States: 2},
}

// ShippedSources lists the sets that Adapt can start from: all that were measured,
// or summed, at every resolution.
func ShippedSources() []string {
	var names []string
	for _, info := range dataset.Index() {
		if !strings.Contains(info.SpaceID, "compofa") {
			names = append(names, info.Name)
		}
	}
	return names
}

// Source makes a predictor of another device ready to be adapted from: from a
// file that Save wrote, or from a shipped set by its name, of which the first
// 70 % of the rows are learnt.
func Source(ctx context.Context, nameOrFile string) (fewshot.Source, error) {
	if slices.Contains(ShippedSources(), nameOrFile) {
		m, err := shippedSource(ctx, nameOrFile)
		return fewshot.Source{Name: nameOrFile, Model: m}, err
	}
	p, err := Load(nameOrFile)
	if err != nil {
		return fewshot.Source{}, fmt.Errorf("source %s is neither one of the shipped sets (%s) nor a predictor: %w", nameOrFile, strings.Join(ShippedSources(), ", "), err)
	}
	return SourceOf(ctx, nameOrFile, p)
}

// SourceOf makes a source, called name, of a predictor of any kind. What counts of it
// is how long a pass takes: the true one where it tells that from a label. A table is
// its own account of what the time is due to; of others it is a table fitted to what
// they say of random networks.
func SourceOf(ctx context.Context, name string, p Predictor) (fewshot.Source, error) {
	s := fewshot.Source{Name: name}
	if t, ok := p.(*Table); ok {
		if s.Model = t.model; t.correction != nil {
			s.Own = asked{p}
		}
		return s, nil
	}
	s.Own = asked{p}
	var err error
	if s.Model, err = account(ctx, p); err != nil {
		return s, fmt.Errorf("source %s: %w", name, err)
	}
	return s, nil
}

// Sources makes several ready, on all cores; "auto" is all shipped sets. observe,
// which may be nil, is told how many are done.
func Sources(ctx context.Context, names []string, observe func(done, of int)) ([]fewshot.Source, error) {
	if len(names) == 1 && names[0] == "auto" {
		names = ShippedSources()
	}
	out, errs := make([]fewshot.Source, len(names)), make([]error, len(names))
	var group sync.WaitGroup
	var lock sync.Mutex
	done, slots := 0, make(chan struct{}, 2)
	for i, name := range names {
		group.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				out[i], errs[i] = Source(ctx, name)
			}
			lock.Lock()
			defer lock.Unlock()
			if done++; observe != nil {
				observe(done, len(names))
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

var shippedModels sync.Map // by name: func() (*pass.Model, error)

// shippedSource fits a shipped set once.
func shippedSource(ctx context.Context, name string) (*pass.Model, error) {
	once, _ := shippedModels.LoadOrStore(name, sync.OnceValues(func() (*pass.Model, error) { return fitShipped(name) }))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return once.(func() (*pass.Model, error))()
}

func fitShipped(name string) (*pass.Model, error) {
	set, err := dataset.Open(name)
	if err != nil {
		return nil, err
	}
	train := set.Subset(set.SplitFileOrder().Train[warmUpRows:])
	c, shape := sourceRecipes[name], sourceConfig(pass.ResolutionsOf(train.Archs()))
	c.Basis, c.Relative, c.Rounds = shape.Basis, shape.Relative, shape.Rounds
	m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
	return m, err
}

// sourceConfig is how a source's table is fitted, for true passes.
func sourceConfig(resolutions []int) pass.Config {
	if len(resolutions) >= 10 { // too few rows of each
		return pass.Config{Basis: pass.Shape(resolutions, false), Relative: true, Rounds: 4}
	}
	return pass.Config{Basis: pass.Tied(resolutions), Rounds: 4}
}
