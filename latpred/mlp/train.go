package mlp

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/random"
)

// Train runs the recipe of config on train, starting from start, or from weights
// drawn under seed where start is nil. The shuffles come from seed as well: two
// runs with the same arguments on one backend give the same bits.
//
// validation may be empty; observe, called after each epoch, may be nil. When ctx
// ends Train returns what it has, with ctx's error; with a checkpoint the next
// call goes on from there. A training that diverges is no error: Result says so.
func Train(ctx context.Context, be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config, observe func(Progress)) (*Result, error) {
	start, err := startOf(seed, start, train, validation, config)
	if err != nil {
		return nil, err
	}
	if config.Freeze > 0 {
		return trainTop(ctx, be, seed, start, train, validation, config, observe)
	}
	return trainAll(ctx, be, seed, start, train, validation, config, observe)
}

// startOf checks the arguments of a training and gives its first weights.
func startOf(seed uint64, start *Params, train, validation Data, config Config) (*Params, error) {
	if err := config.validate(train, validation); err != nil {
		return nil, err
	}
	if start == nil {
		return Init(random.Stream(seed, "init"), config.Layers), nil
	}
	if err := start.Validate(); err != nil || !slices.Equal(start.Layers, config.Layers) {
		return nil, fmt.Errorf("mlp: start has layers %v, the recipe %v (%w)", start.Layers, config.Layers, err)
	}
	return start, nil
}

// trainTop trains the layers above the frozen ones, as a network of its own:
// what the frozen layers make of each row is computed once.
func trainTop(ctx context.Context, be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config, observe func(Progress)) (*Result, error) {
	n := config.Freeze
	features := func(d Data) Data { return Data{X: start.apply(n, d.X), Y: d.Y} }
	config.Layers, config.Freeze = config.Layers[n:], 0
	top := &Params{Layers: config.Layers, Weights: start.Weights[n:], Biases: start.Biases[n:]}
	result, err := trainAll(ctx, be, seed, top, features(train), features(validation), config, observe)
	if result != nil {
		whole := start.Clone()
		copy(whole.Weights[n:], result.Params.Weights)
		copy(whole.Biases[n:], result.Params.Biases)
		result.Params = whole
	}
	return result, err
}

func trainAll(ctx context.Context, be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config, observe func(Progress)) (result *Result, err error) {
	began := time.Now()
	result = &Result{}
	id := digest(config, seed, start, train, validation)
	saved, err := loadCheckpoint(id, config)
	if err != nil {
		return nil, err
	}
	t, err := begin(be, seed, start, train, validation, config, saved)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	best := math.Inf(1)
	if saved != nil {
		result.History, result.Resumed = saved.History, len(saved.History)
		result.Best, result.Params = saved.Best, saved.best
		if saved.Best > 0 {
			best = saved.History[saved.Best-1].ValRMSE
		}
	}
	lastSave := time.Now()
	for epoch := result.Resumed + 1; epoch <= config.Epochs; epoch++ {
		if err = ctx.Err(); err != nil {
			break
		}
		row, err := t.Epoch()
		if err != nil {
			return nil, err
		}
		if epoch == result.Resumed+1 {
			result.Compile = t.compile
		}
		result.History = append(result.History, row)
		if row.ValRMSE < best {
			best, result.Best = row.ValRMSE, epoch
			if config.KeepBest {
				if result.Params, err = t.Params(); err != nil {
					return nil, err
				}
			}
		}
		if observe != nil {
			elapsed := time.Since(began)
			done := epoch - result.Resumed
			observe(Progress{row, config.Epochs, elapsed, elapsed / time.Duration(done) * time.Duration(config.Epochs-epoch)})
		}
		if diverged(row, validation) {
			result.Diverged = true
			break
		}
		if config.Patience > 0 && epoch-result.Best >= config.Patience {
			result.Stopped = true
			break
		}
		if config.Checkpoint != "" && time.Since(lastSave) >= config.every() {
			if err := t.save(id, config, result); err != nil {
				return nil, err
			}
			lastSave = time.Now()
		}
	}
	if result.Params == nil || !config.KeepBest {
		last, perr := t.Params()
		if perr != nil {
			return nil, perr
		}
		result.Params = last
	}
	if config.Checkpoint != "" {
		if err != nil { // interrupted: keep all of it
			err = errors.Join(err, t.save(id, config, result))
		} else {
			err = removeCheckpoint(config)
		}
	}
	result.Elapsed = time.Since(began)
	return result, err
}

func diverged(row Epoch, validation Data) bool {
	bad := func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) }
	return bad(row.TrainLoss) || validation.Rows() > 0 && bad(row.ValRMSE)
}
