package mlp

import (
	"context"
	"errors"
	"fmt"
	"math"
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
func Train(ctx context.Context, be *backend.Backend, seed uint64, start *Params, train, validation Data, config Config, observe func(Progress)) (result *Result, err error) {
	if err := config.validate(train, validation); err != nil {
		return nil, err
	}
	if start == nil {
		start = Init(random.Stream(seed, "init"), config.Layers)
	} else if err := start.Validate(); err != nil || !equalInts(start.Layers, config.Layers) {
		return nil, fmt.Errorf("mlp: start has layers %v, the recipe %v (%w)", start.Layers, config.Layers, err)
	}
	began := time.Now()
	result = &Result{}
	saved, err := loadCheckpoint(config, seed, train, validation)
	if err != nil {
		return nil, err
	}
	t, err := newTrainer(be, config, start, train, validation, saved)
	if err != nil {
		return nil, err
	}
	defer t.close()
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
		order := random.Stream(seed, fmt.Sprint("shuffle ", epoch)).Perm(train.Rows())
		row, err := t.epoch(order)
		if err != nil {
			return nil, err
		}
		row.Epoch = epoch
		if epoch == result.Resumed+1 {
			result.Compile = t.compile
		}
		result.History = append(result.History, row)
		if row.ValRMSE < best {
			best, result.Best = row.ValRMSE, epoch
			if config.KeepBest {
				if result.Params, err = t.params(); err != nil {
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
			if err := t.save(config, seed, train, validation, result); err != nil {
				return nil, err
			}
			lastSave = time.Now()
		}
	}
	if result.Params == nil || !config.KeepBest {
		last, perr := t.params()
		if perr != nil {
			return nil, perr
		}
		result.Params = last
	}
	if config.Checkpoint != "" {
		if err != nil { // interrupted: keep all of it
			err = errors.Join(err, t.save(config, seed, train, validation, result))
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

func equalInts(a, b []int) bool {
	return fmt.Sprint(a) == fmt.Sprint(b)
}
