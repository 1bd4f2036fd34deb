package adapt

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// AdaptPart is Adapt with the training rows of a split of set, which the predictor's
// provenance records, so that it can be judged on the others.
func AdaptPart(ctx context.Context, sources []*transfer.Source, set *dataset.Set, split dataset.Split, config Config) (*Predictor, *Report, error) {
	p, r, err := Adapt(ctx, sources, set.Subset(split.Train), config)
	if err != nil {
		return nil, nil, fmt.Errorf("training rows: %w", err)
	}
	p.provenance.DataHash, p.provenance.Split = set.Hash(), split.Record(len(set.Samples))
	return p, r, nil
}
