package mlp

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
)

// Train trains a network as job says. Two runs of the same job on the same backend give
// the same weights to the bit.
//
// When ctx ends, Train returns the result so far with ctx's error; with
// Config.Checkpoint the next call continues from there, unless the error is a longer one,
// which says why the state could not be saved. A checkpoint also stays when the
// training is complete, so that a result that could not be stored is had again at once:
// the caller removes it with Config.RemoveCheckpoint. A training that diverges is not an
// error: see Result.Diverged.
func Train(ctx context.Context, be *backend.Backend, job Job) (*Result, error) {
	job, err := job.ready()
	if err != nil {
		return nil, err
	}
	if job.Config.Freeze > 0 {
		return trainTop(ctx, be, job)
	}
	return trainAll(ctx, be, job)
}

// trainTop trains the layers above the frozen ones as a network of its own. The frozen
// layers' outputs for each row are computed once.
func trainTop(ctx context.Context, be *backend.Backend, job Job) (*Result, error) {
	n, whole := job.Config.Freeze, job.Start.Clone()
	job.Train, job.Validation = job.Start.features(n, job.Train), job.Start.features(n, job.Validation)
	job.Config.Layers, job.Config.Freeze = job.Config.Layers[n:], 0
	job.Start = &Params{Layers: job.Config.Layers, Weights: whole.Weights[n:], Biases: whole.Biases[n:]}
	result, err := trainAll(ctx, be, job)
	if result != nil {
		copy(whole.Weights[n:], result.Params.Weights)
		copy(whole.Biases[n:], result.Params.Biases)
		result.Params = whole
	}
	return result, err
}

// trainAll trains all layers, continuing from the checkpoint if there is one.
func trainAll(ctx context.Context, be *backend.Backend, job Job) (*Result, error) {
	now := time.Now()
	r := &run{job: job, result: &Result{}, best: math.Inf(1), began: now, saved: now, id: job.digest()}
	saved, err := loadCheckpoint(r.id, job.Config)
	if err != nil {
		return nil, err
	}
	if r.Training, err = begin(be, job, saved); err != nil {
		return nil, err
	}
	defer r.Close()
	if saved != nil {
		r.resume(saved)
	}
	interrupted, err := r.epochs(ctx)
	if err != nil {
		return nil, err
	}
	return r.finish(interrupted)
}

// run is a training on its way to a Result.
type run struct {
	*Training
	job          Job
	id           string // of the checkpoint
	result       *Result
	best         float64 // validation RMSE
	began, saved time.Time
}

// resume takes over the history and the best epoch from a checkpoint.
func (r *run) resume(saved *checkpoint) {
	r.result.History, r.result.Resumed = saved.History, len(saved.History)
	r.result.Best, r.result.Params = saved.Best, saved.best
	if saved.Best > 0 {
		r.best = saved.History[saved.Best-1].ValRMSE
	}
	if n := len(saved.History); n > 0 {
		r.judge(saved.History[n-1])
	}
}

// epochs runs the remaining epochs; interrupted is ctx's error if ctx ended first.
func (r *run) epochs(ctx context.Context) (interrupted, err error) {
	for len(r.result.History) < r.job.Config.Epochs && !r.result.Diverged && !r.result.Stopped {
		if err := ctx.Err(); err != nil {
			return err, nil
		}
		row, err := r.Epoch()
		if err != nil {
			return nil, err
		}
		if err := r.note(row); err != nil {
			return nil, err
		}
		if r.job.Config.Checkpoint != "" && time.Since(r.saved) >= r.job.Config.saveInterval() {
			if err := r.save(r.id, r.job.Config, r.result); err != nil {
				return nil, err
			}
			r.saved = time.Now()
		}
	}
	return nil, nil
}

// note adds an epoch to the result and calls the observer.
func (r *run) note(row Epoch) (err error) {
	result, config := r.result, r.job.Config
	result.Compile = r.compile
	result.History = append(result.History, row)
	if row.ValRMSE < r.best {
		r.best, result.Best = row.ValRMSE, row.Epoch
		if config.KeepBest {
			if result.Params, err = r.Params(); err != nil {
				return err
			}
		}
	}
	if r.job.Observe != nil {
		elapsed := time.Since(r.began)
		done := time.Duration(row.Epoch - result.Resumed)
		r.job.Observe(Progress{row, config.Epochs, elapsed, elapsed / done * time.Duration(config.Epochs-row.Epoch)})
	}
	r.judge(row)
	return nil
}

// judge notes whether the last epoch ends the training.
func (r *run) judge(last Epoch) {
	result, patience := r.result, r.job.Config.Patience
	result.Diverged = diverged(last, r.job.Validation)
	result.Stopped = !result.Diverged && patience > 0 && last.Epoch-result.Best >= patience
}

// finish completes the result and saves a checkpoint. If the training is complete, not to
// be able to is no error: the checkpoint before it stays, and the result is there.
func (r *run) finish(interrupted error) (_ *Result, err error) {
	config := r.job.Config
	if r.result.Params == nil || !config.KeepBest {
		if r.result.Params, err = r.Params(); err != nil {
			return nil, err
		}
	}
	if config.Checkpoint != "" {
		err = r.save(r.id, config, r.result)
	}
	r.result.Elapsed = time.Since(r.began)
	if interrupted == nil || err == nil {
		return r.result, interrupted
	}
	return r.result, fmt.Errorf("%w; %w", interrupted, err)
}

func diverged(row Epoch, validation Data) bool {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	return bad(row.TrainLoss) || validation.Rows() > 0 && bad(row.ValRMSE)
}
