package neural

import (
	"context"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/space"
)

// Predictor is the paper's predictor: a Network whose output is the latency in
// milliseconds.
type Predictor struct {
	*Network
	provenance latpred.Provenance
}

// New joins an encoder and weights to a predictor; see NewNetwork for what it errs on.
// from describes where the weights come from.
func New(e encode.Encoder, p *mlp.Params, from latpred.Provenance) (*Predictor, error) {
	n, err := NewNetwork(e, p)
	if err != nil {
		return nil, err
	}
	return &Predictor{n, from}, nil
}

// Kind returns latpred.KindPaper, "paper".
func (m *Predictor) Kind() string { return latpred.KindPaper }

// Provenance describes where the weights come from.
func (m *Predictor) Provenance() latpred.Provenance { return m.provenance }

// PredictMs implements latpred.Predictor; it is Network.Evaluate.
func (m *Predictor) PredictMs(dst []float64, archs []space.Arch) error { return m.Evaluate(dst, archs) }

// OnBackend returns the same predictor running on a backend. This is for GPUs; on the
// processor PredictMs is faster. The results agree up to float32 rounding. The returned
// function frees the weights on the backend; the predictor must not be used after it.
func (m *Predictor) OnBackend(_ context.Context, be *backend.Backend) (latpred.Predictor, func(), error) {
	batch, err := mlp.NewBatch(be, m.params)
	if err != nil {
		return nil, nil, err
	}
	return &onBackend{Predictor: m, batch: batch}, batch.Close, nil
}

type onBackend struct {
	*Predictor
	batch *mlp.Batch
}

func (m *onBackend) PredictMs(dst []float64, archs []space.Arch) error {
	latpred.MustMatch(dst, archs)
	rows, err := encode.Sparse(m.encoder, archs)
	if err != nil {
		return err
	}
	return m.batch.Predict(dst, rows)
}
