package catalog

import (
	"context"
	"fmt"
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

// IsSource reports whether adapting starts from the entry where nothing else is asked
// for: it is a set of all of a space, measured, or summed, at every resolution.
func (e *Entry) IsSource() bool { return e.isSource }

// SourceNames lists the entries that are sources.
func SourceNames() (names []string) {
	for _, e := range entries() {
		if e.isSource {
			names = append(names, e.Name)
		}
	}
	return names
}

// Source makes the entry ready to be adapted from. A set gives the times of layers that
// are fitted to the first 70 % of its rows, for true passes, once; a table its sums.
func (e *Entry) Source(ctx context.Context) (fewshot.Source, error) {
	if e.isSource {
		m, err := e.model(ctx)
		return fewshot.Source{Name: e.Name, Model: m}, err
	}
	if e.Tied() {
		return fewshot.Source{}, fmt.Errorf("%s can't be adapted from: %s ties choices to each other, so that their times can't be told apart; there are %s",
			e.Name, e.Space.ID, strings.Join(SourceNames(), ", "))
	}
	p, err := e.Predictor(ctx)
	if err != nil {
		return fewshot.Source{}, err
	}
	return adapt.SourceOf(ctx, e.Name, p)
}

// Source makes a predictor of another device ready to be adapted from: an entry, by
// its name, or a file that modelfile.Save wrote.
func Source(ctx context.Context, nameOrFile string) (fewshot.Source, error) {
	if e, err := Find(nameOrFile); err == nil {
		return e.Source(ctx)
	}
	p, err := modelfile.Load(nameOrFile)
	if err != nil {
		return fewshot.Source{}, fmt.Errorf("source %s is neither one of the shipped sets (%s) nor a predictor: %w", nameOrFile, strings.Join(SourceNames(), ", "), err)
	}
	return adapt.SourceOf(ctx, nameOrFile, p)
}

// Sources makes several ready, on all cores; "auto" is all SourceNames. observe,
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

var models sync.Map // by name of the entry: func() (*pass.Model, error)

// model gives the times of layers of an entry's set, as sources have them, fitted
// once.
func (e *Entry) model(ctx context.Context) (*pass.Model, error) {
	once, _ := models.LoadOrStore(e.Name, sync.OnceValues(e.fitModel))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return once.(func() (*pass.Model, error))()
}

func (e *Entry) fitModel() (*pass.Model, error) {
	set, err := dataset.Open(e.set.Name)
	if err != nil {
		return nil, err
	}
	train := set.Subset(set.SplitFileOrder().Train[audit.WarmUpRows:])
	c := withQueue(additive.SourceConfig(pass.ResolutionsOf(train.Archs())), set.Queue)
	m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
	return m, err
}
