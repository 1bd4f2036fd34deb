package adapt

import (
	"context"
	"fmt"
	"math"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/mat"
)

// moreTransferRows is moreRows of Transfer.
func moreTransferRows(ctx context.Context, l *transfer.Learner, rows *mat.Dense, y []float64, expected float64) (int, error) {
	_, p := rows.Dims()
	return forecast(len(y), expected, func(fit, judge []int) (float64, error) {
		part, ms := mat.NewDense(len(fit), p, nil), make([]float64, len(fit))
		for k, i := range fit {
			part.SetRow(k, rows.RawRowView(i))
			ms[k] = y[i]
		}
		m, err := l.Fit(part, ms)
		if err != nil { // all are equal
			return math.NaN(), ctx.Err()
		}
		var sum float64
		var pred [1]float64
		for _, i := range judge {
			m.Means(pred[:], rows.Slice(i, i+1, 0, p).(*mat.Dense))
			sum += math.Abs(pred[0]-y[i]) / y[i] / float64(len(judge))
		}
		return sum, ctx.Err()
	})
}

// TransferPart is Transfer with the training rows of a split of set, which the predictor's
// provenance records, so that it can be judged on the others.
func TransferPart(ctx context.Context, sources []*transfer.Source, s *space.Space, set *dataset.Set, split dataset.Split) (*Transferred, *Report, error) {
	t, r, err := Transfer(ctx, sources, s, set.Subset(split.Train))
	if err != nil {
		return nil, nil, fmt.Errorf("training rows: %w", err)
	}
	t.provenance.DataHash, t.provenance.Split = set.Hash(), split.Record(len(set.Samples))
	return t, r, nil
}
