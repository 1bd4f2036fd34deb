package neural

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/mlp"
)

// Segment trains the trial of a search with configuration c up to and including epoch to, from
// the checkpoint file that an earlier segment of it left, and leaves one itself. Metrics and
// error are those of hpo.Trainable: the search that trains its trials in one process has the
// same. The scheduler of s is not used.
func Segment(ctx context.Context, be *backend.Backend, s Search, c hpo.Config, to int, checkpoint string) (map[string]float64, error) {
	job, err := s.job()
	if err != nil {
		return nil, err
	}
	if job.Config.Optimizer, err = OptimizerOf(s.Config.Optimizer, c); err != nil {
		return nil, err
	}
	job.Config.Epochs, job.Config.Checkpoint = to, checkpoint
	r, err := mlp.Train(ctx, be, job)
	if err != nil {
		return nil, err
	}
	metrics := map[string]float64{}
	if n := len(r.History); n > 0 {
		metrics = metricsOf(r.History[n-1])
	}
	if r.Diverged {
		return metrics, fmt.Errorf("epoch %d: %w", len(r.History), hpo.ErrDiverged)
	}
	return metrics, nil
}

// elsewhere is a trial that other processes train, segment by segment.
type elsewhere struct {
	Search
	trial  int
	config hpo.Config
}

// Train has the trial trained up to an epoch.
func (e elsewhere) Train(ctx context.Context, to int) (map[string]float64, error) {
	return e.Elsewhere(ctx, e.trial, e.config, to)
}

// Close does nothing: the trial's state is its checkpoint.
func (elsewhere) Close() {}
