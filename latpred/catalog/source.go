package catalog

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/pass"
)

// IsSource reports whether the entry is one of the default sources for adapting: a set,
// of measurements or of sums over a lookup table, whose space ties no choices.
func (e *Entry) IsSource() bool { return e.isSource }

// SourceNames lists the names of the entries that are sources; see Entry.IsSource.
func SourceNames() (names []string) {
	for _, e := range entries() {
		if e.isSource {
			names = append(names, e.Name)
		}
	}
	return names
}

// Source makes a source for adapting from the entry. Of a set it is times of layers, for
// true passes, fitted to the first 70 % of its rows; the fit is made once for each entry.
// Of a lookup table it is the table's sums. It errs if the entry is Tied.
func (e *Entry) Source(ctx context.Context) (fewshot.Source, error) {
	if e.isSource {
		f, err := e.fitted(ctx)
		if err != nil {
			return fewshot.Source{}, err
		}
		return fewshot.Source{Name: e.Name, Model: f.model, Seen: []latpred.Source{f.seen}}, nil
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

// Source makes a source for adapting from a predictor of another device: an entry, by its
// name or alias, or a file that modelfile.Save wrote.
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

// Sources makes several sources, two at a time; the result is in the order of names. The
// single name "auto" stands for all SourceNames. observe, which may be nil, is told how
// many are done, from several goroutines but never concurrently.
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

var models sync.Map // by name of the entry: func() (*fitted, error)

// fitted is what an entry's set gives for Source.
type fitted struct {
	model *pass.Model
	rows  int            // of the set
	seen  latpred.Source // the rows that the model is made from
}

// fitted gives the times of layers of the entry's set, for Source. They are fitted once.
func (e *Entry) fitted(ctx context.Context) (*fitted, error) {
	once, _ := models.LoadOrStore(e.Name, sync.OnceValues(e.fit))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return once.(func() (*fitted, error))()
}

func (e *Entry) fit() (*fitted, error) {
	set, err := dataset.Open(e.set.Name)
	if err != nil {
		return nil, err
	}
	split := set.SplitFileOrder()
	split.Train = split.Train[audit.WarmUpRows:]
	train := set.Subset(split.Train)
	c := withQueue(additive.SourceConfig(pass.ResolutionsOf(train.Archs())), set.Queue)
	m, _, err := pass.Fit(train.Archs(), train.LatenciesMs(), c)
	if err != nil {
		return nil, err
	}
	return &fitted{m, set.Rows, latpred.Source{Data: set.Name, DataHash: set.Hash(), Split: split.Record(set.Rows)}}, nil
}
