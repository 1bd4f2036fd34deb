package catalog

import (
	"context"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pass"
)

// fitted has the times of layers that a set tells of.
type fitted struct {
	model *pass.Model
	rows  int            // of the set
	seen  latpred.Source // the rows that the model is made from
}

var models sync.Map // by name of the entry: func() (*fitted, error)

// fitted gives the times of layers of the entry's set: those that ship, or else fitted once.
func (e *Entry) fitted(ctx context.Context) (*fitted, error) {
	once, _ := models.LoadOrStore(e.Name, sync.OnceValues(func() (*fitted, error) {
		if e.isSource {
			sources, err := Shipped(e.Space)
			if err != nil {
				return nil, err
			}
			for _, s := range sources {
				if s.Name == e.Name {
					return &fitted{s.Times, e.set.Rows, s.Seen[0]}, nil
				}
			}
		}
		return e.fit()
	}))
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return once.(func() (*fitted, error))()
}

// fit fits true passes to the first 70 % of the set's rows.
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
