package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
)

// recipes are how the shipped sets are made sources where not as true
// passes: additive.Train found them, on validation rows.
var recipes = map[string]pass.Config{
	"p40-b64":       {QueueDepth: 920, LaunchMs: .04},
	"rtx2080ti-b64": {QueueDepth: 935, States: 2},
}

// SourceNames lists the sets that adapt.Adapt can start from: all that were measured,
// or summed, at every resolution.
func SourceNames() []string {
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
	if slices.Contains(SourceNames(), nameOrFile) {
		m, err := Model(ctx, nameOrFile)
		return fewshot.Source{Name: nameOrFile, Model: m}, err
	}
	p, err := modelfile.Load(nameOrFile)
	if err != nil {
		return fewshot.Source{}, fmt.Errorf("source %s is neither one of the shipped sets (%s) nor a predictor: %w", nameOrFile, strings.Join(SourceNames(), ", "), err)
	}
	return adapt.SourceOf(ctx, nameOrFile, p)
}

// Sources makes several ready, on all cores; "auto" is all shipped sets. observe,
// which may be nil, is told how many are done.
func Sources(ctx context.Context, names []string, observe func(done, of int)) ([]fewshot.Source, error) {
	if len(names) == 1 && names[0] == "auto" {
		names = SourceNames()
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

// Model gives the times of layers of a shipped set, as sources have them: of the
// first 70 % of the rows, fitted once.
func Model(ctx context.Context, name string) (*pass.Model, error) {
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
	train := set.Subset(set.SplitFileOrder().Train[audit.WarmUpRows:])
	c, shape := recipes[name], additive.SourceConfig(pass.ResolutionsOf(train.Archs()))
	c.Basis, c.Relative, c.Rounds = shape.Basis, shape.Relative, shape.Rounds
	m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
	return m, err
}
