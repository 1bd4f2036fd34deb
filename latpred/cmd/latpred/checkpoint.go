package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/modelfile"
)

// checkpointFlags are those of commands that train one network, and go on where they were
// interrupted.
type checkpointFlags struct {
	Checkpoint      string        `help:"File to save the state to, and to go on from (default: OUT.checkpoint)." type:"path"`
	CheckpointEvery time.Duration `default:"10s" min:"1ns" max:"24h" help:"How often the state is saved."`
}

// file is where the training of the predictor out is saved.
func (f checkpointFlags) file(out string) string { return cmp.Or(f.Checkpoint, out+".checkpoint") }

// check errs if out, the file for the predictor, or that of the checkpoint can't be written,
// or if they are the same or one of the inputs, which may be names of what ships.
func (f checkpointFlags) check(out string, inputs ...string) error {
	file := f.file(out)
	if file == out {
		return errors.New("--checkpoint and --out name the same file")
	}
	return errors.Join(writable(out, file), apart(out, inputs...), apart(file, inputs...))
}

// into notes in a recipe where and how often its training is saved.
func (f checkpointFlags) into(config *mlp.Config, out string) {
	config.Checkpoint, config.CheckpointEvery = f.file(out), f.CheckpointEvery
}

// keep ends a training: it writes the predictor p to the file out and then removes the
// checkpoint. trainErr is the training's error; if the training was interrupted, or p can't be
// written, the error says that the checkpoint is kept. If it diverged, out is left as it is.
func keep(ctx context.Context, out string, p latpred.Predictor, result *mlp.Result, config mlp.Config, trainErr error) error {
	switch {
	case trainErr != nil && trainErr == ctx.Err(): // alone: it is saved
		return fmt.Errorf("%w; %d epochs are kept in %s, the same command goes on from there", trainErr, len(result.History), config.Checkpoint)
	case trainErr != nil:
		return trainErr
	case result.Diverged:
		err := fmt.Errorf("the training diverged at epoch %d: nothing was written to %s; try a lower --rate", len(result.History), out)
		return errors.Join(err, config.RemoveCheckpoint())
	}
	if err := modelfile.Save(out, p); err != nil {
		if _, missing := os.Stat(config.Checkpoint); missing != nil {
			return err // there was no room for it either
		}
		return fmt.Errorf("%w; the training is kept in %s, the same command goes on from there", err, config.Checkpoint)
	}
	return config.RemoveCheckpoint()
}
