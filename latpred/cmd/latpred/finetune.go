package main

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

type finetuneCmd struct {
	backendFlags
	rowFlags
	checkpointFlags
	From     predictorName   `required:"" help:"Predictor of another device, that train wrote." predictor:"name"`
	Data     string          `required:"" help:"Measurements of the new device: shipped set or CSV file." predictor:"name"`
	Out      string          `required:"" help:"File for the predictor." type:"path"`
	Space    string          `placeholder:"ID" help:"Space, and so width, of the networks, such as mbv3-w1.0: the predictor keeps it (default: the set's; a file does not tell)." predictor:"space"`
	Transfer neural.Transfer `enum:"last-layer,freeze-two,all-layers,scratch,published" default:"all-layers" help:"What is trained: last-layer, freeze-two (as the paper's text says), all-layers, scratch, or published: the last layer as the authors' code does it, without the last ReLU in training and with it in the predictor."`
	Protocol string          `enum:"published,corrected" default:"corrected" help:"published: the file's first rows, last epoch; corrected: random rows, best epoch."`
	Rows     int             `default:"700" min:"0" max:"1000000" help:"Labels to use; 0: all for training and validation."`
	Epochs   int             `default:"100" min:"1" max:"1000000" help:"Passes over the rows."`
	Batch    int             `default:"32" min:"1" max:"1000000" help:"Rows a step."`
	Rate     float64         `above:"0" max:"1e6" help:"Learning rate (default: 0.001; with --protocol published the authors' of this source and set, or else 0.1)."`
	Seed     uint64          `default:"1" help:"Seed of split, new weights and shuffles."`
}

// Run fine-tunes a predictor and judges it on the test rows.
func (c *finetuneCmd) Run(ctx context.Context, out *output) error {
	if err := c.check(c.Out, c.Data, string(c.From)); err != nil {
		return err
	}
	p, err := c.From.load(ctx)
	if err != nil {
		return err
	}
	source, ok := p.(*neural.Predictor)
	if !ok {
		return fmt.Errorf("%s: a predictor of kind %s has no layers to fine-tune", c.From, p.Kind())
	}
	set, err := c.openSet(out, c.Data, c.Space)
	if err != nil {
		return err
	}
	doubts, err := learnable(out, set, c.Space)
	if err != nil {
		return err
	}
	config, split := c.recipe(source, set), c.split(set)
	if len(split.Train) == 0 || len(split.Validation) == 0 || len(split.Test) == 0 {
		return fmt.Errorf("%s: %d rows are too few to train, validate and test: at least 20 are needed", set.Name, set.Rows)
	}
	be, err := c.open(ctx, out, true)
	if err != nil {
		return err
	}
	bar := out.Progress("fine-tuning", c.Epochs)
	tuned, result, err := neural.FineTune(ctx, be, source, c.Transfer, neural.Job{Set: set, Split: split, Seed: c.Seed, Config: config, Observe: func(e mlp.Progress) {
		bar.Set(e.Epoch.Epoch, fmt.Sprintf("validation RMSE %.4g ms", e.ValRMSE))
	}})
	bar.Done()
	if tuned == nil {
		return err
	}
	if err := keep(ctx, c.Out, tuned, result, config, err); err != nil {
		return err
	}
	return judge(out, c.Out, tuned, result, set, split.Test, doubts)
}

// recipe is how source is fine-tuned to a set.
func (c *finetuneCmd) recipe(source *neural.Predictor, set *dataset.Set) mlp.Config {
	config := neural.PublishedFineTuning()
	if run, ok := neural.PublishedRunOf(source.Provenance().Data, set.Name); ok && c.Protocol == "published" {
		config = run.Config
	}
	config.Epochs, config.BatchSize = c.Epochs, c.Batch
	if c.Protocol == corrected {
		config.KeepBest, config.Optimizer.LearningRate = true, 1e-3
	}
	if c.Rate > 0 {
		config.Optimizer.LearningRate = c.Rate
	}
	c.into(&config, c.Out)
	return config
}

// split divides a set, of which only c.Rows labels are used. Of these, corrected leaves a fifth
// to choose the epoch.
func (c *finetuneCmd) split(set *dataset.Set) dataset.Split {
	split := splitOf(set, c.Protocol, c.Seed)
	if c.Protocol != corrected {
		if c.Rows > 0 {
			split.Train = split.Train[:min(c.Rows, len(split.Train))]
		}
		return split
	}
	rng := random.Stream(c.Seed, "split")
	set.SplitByArch(rng) // the order of labels goes on from the split's numbers
	rng.Shuffle(len(split.Train), func(i, j int) { split.Train[i], split.Train[j] = split.Train[j], split.Train[i] })
	if c.Rows > 0 {
		labelled := split.Train[:min(c.Rows, len(split.Train))]
		split.Train, split.Validation = labelled[:len(labelled)*4/5], labelled[len(labelled)*4/5:]
	}
	return split
}
