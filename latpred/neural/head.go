package neural

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/sparse"
)

// Head is a last layer of one output, as the paper's authors fine-tuned it: on the last
// hidden layer's values before its ReLU, which their training program cuts off together
// with the old output layer. Their test puts the ReLU back, so that a head makes two
// predictors, AsTested and AsTrained.
type Head struct {
	Weights []float32 // one for each unit of the last hidden layer
	Bias    float32
}

// FineTuneHead trains a head for source's frozen hidden layers on a job's rows. It starts
// from fresh weights drawn with the job's seed; the losses are those before the ReLU, as
// in the authors' logs. Config.Layers and Config.Freeze are ignored. It errs if source has
// no hidden layer or reads another encoding than the set's. Everything else is as in Train.
func FineTuneHead(ctx context.Context, be *backend.Backend, source *Predictor, job Job) (*Head, *mlp.Result, error) {
	trunk, err := source.trunk()
	if err != nil {
		return nil, nil, err
	}
	if e := source.Encoder(); e.Name() != job.Set.Encoding {
		return nil, nil, encodingError(source, job)
	}
	train, err1 := source.headRows(trunk, job, job.Split.Train)
	validation, err2 := source.headRows(trunk, job, job.Split.Validation)
	if err := errors.Join(err1, err2); err != nil {
		return nil, nil, err
	}
	job.Config.Layers, job.Config.Freeze = []int{train.X.Cols, 1}, 0
	result, err := mlp.Train(ctx, be, mlp.Job{
		Seed: job.Seed, Train: train, Validation: validation, Config: job.Config, Observe: job.Observe,
	})
	if result == nil {
		return nil, nil, err
	}
	return &Head{Weights: result.Params.Weights[0], Bias: result.Params.Biases[0][0]}, result, err
}

// trunk is source without its output layer; its outputs are before the last ReLU.
func (m *Predictor) trunk() (*mlp.Params, error) {
	n := len(m.params.Weights) - 1
	if n < 1 {
		return nil, errors.New("a network without hidden layers has none to keep")
	}
	return &mlp.Params{Layers: m.params.Layers[:n+1], Weights: m.params.Weights[:n], Biases: m.params.Biases[:n]}, nil
}

// headRows are rows of a job's set as a head sees them.
func (m *Predictor) headRows(trunk *mlp.Params, job Job, rows []int) (mlp.Data, error) {
	d, err := Rows(m.encoder, job.Set.Subset(rows))
	if err != nil {
		return mlp.Data{}, fmt.Errorf("%s: %w", job.Set.Name, err)
	}
	width := trunk.Layers[len(trunk.Layers)-1]
	return mlp.Data{X: sparse.FromDense(width, trunk.Outputs(d.X)), Y: d.Y}, nil
}

// AsTested joins source's hidden layers, the ReLU of the last one included, and a head:
// the predictor that the authors judged, printed and used. It errs if the head does not
// have a weight for each unit of the last hidden layer. from describes the predictor.
func AsTested(source *Predictor, head *Head, from latpred.Provenance) (*Predictor, error) {
	if _, err := source.fits(head); err != nil {
		return nil, err
	}
	p := source.params.Clone()
	last := len(p.Weights) - 1
	p.Weights[last], p.Biases[last] = slices.Clone(head.Weights), []float32{head.Bias}
	return New(source.encoder, p, from)
}

// AsTrained joins source's hidden layers and a head without the last ReLU: the predictor
// that the authors trained and validated. Two linear layers without a ReLU between them
// are one, so that the result has a layer less than source. It errs as AsTested does.
func AsTrained(source *Predictor, head *Head, from latpred.Provenance) (*Predictor, error) {
	trunk, err := source.fits(head)
	if err != nil {
		return nil, err
	}
	n := len(trunk.Weights) - 1 // the layer that the head is folded into
	in, width := trunk.Layers[n], trunk.Layers[n+1]
	weights := make([]float32, in)
	for i := range weights {
		weights[i] = float32(head.dot(trunk.Weights[n][i*width:][:width]))
	}
	p := (&mlp.Params{Layers: trunk.Layers[:n+1], Weights: trunk.Weights[:n], Biases: trunk.Biases[:n]}).Clone()
	p.Layers, p.Weights = append(p.Layers, 1), append(p.Weights, weights)
	p.Biases = append(p.Biases, []float32{float32(head.dot(trunk.Biases[n]) + float64(head.Bias))})
	return New(source.encoder, p, from)
}

// dot is the product of the head's weights and the values of its inputs.
func (h *Head) dot(values []float32) (sum float64) {
	for i, v := range values {
		sum += float64(v) * float64(h.Weights[i])
	}
	return sum
}

// fits returns source's trunk if the head is as wide as its output.
func (m *Predictor) fits(head *Head) (*mlp.Params, error) {
	trunk, err := m.trunk()
	if err != nil {
		return nil, err
	}
	if width := trunk.Layers[len(trunk.Layers)-1]; len(head.Weights) != width {
		return nil, fmt.Errorf("a head of %d weights on %d hidden units", len(head.Weights), width)
	}
	return trunk, nil
}
