package main

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
)

type trainCmd struct {
	backendFlags
	rowFlags
	checkpointFlags
	Data      string  `required:"" help:"Shipped set or CSV file." predictor:"name"`
	Out       string  `required:"" help:"File for the predictor." type:"path"`
	Space     string  `placeholder:"ID" help:"Space, and so width, of the networks, such as mbv3-w1.0: the predictor keeps it (default: the set's; a file does not tell)." predictor:"space"`
	Kind      string  `enum:"paper,table,hybrid" default:"paper" help:"Kind of predictor: paper, the published network; table, times of layers in closed form; hybrid, a table and a learned correction."`
	Protocol  string  `enum:"published,corrected" default:"corrected" help:"published: file order, last epoch; corrected: split by architecture, best epoch. The file records it, for evaluate --rows test."`
	Layers    string  `default:"400-400-400" help:"Hidden layers; the paper's text has 400-400."`
	Epochs    int     `default:"100" min:"1" max:"1000000" help:"Passes over the training rows."`
	Batch     int     `default:"32" min:"1" max:"1000000" help:"Rows a step."`
	Optimizer string  `enum:"sgd,adam" default:"sgd" help:"sgd or adam."`
	Rate      float64 `default:"0.001" above:"0" max:"1e6" help:"Learning rate."`
	Momentum  float64 `default:"0.9" min:"0" below:"1" help:"Momentum of sgd."`
	Decay     float64 `default:"0.0001" min:"0" max:"1e6" help:"Weight decay."`
	Patience  int     `min:"0" max:"1000000" help:"Stop after so many epochs without a better validation RMSE (default: never)."`
	Seed      uint64  `default:"1" help:"Seed of split, weights and shuffles."`
}

// trained is the result of train --json and finetune --json.
type trained struct {
	Out      string            `json:"out"`
	Seconds  float64           `json:"seconds"`
	Epochs   int               `json:"epochs"`
	Best     int               `json:"best_epoch"`
	Diverged bool              `json:"diverged"`
	Resumed  int               `json:"resumed_epochs"`
	Judged   *judged           `json:"judged"`
	Test     metric.Scores     `json:"test"`
	Warnings []latpred.Warning `json:"warnings,omitempty"` // how the file was read, and doubts about the labels
}

// Run trains a predictor and judges it on the test rows.
func (c *trainCmd) Run(ctx context.Context, out *output) error {
	config, err := c.config()
	if err != nil {
		return err
	}
	if err := c.check(c.Out, c.Data); err != nil {
		return err
	}
	set, err := c.openSet(out, c.Data, c.Space)
	if err != nil {
		return err
	}
	doubts, err := learnable(out, set, c.Space)
	if err != nil {
		return err
	}
	split := splitOf(set, c.Protocol, c.Seed)
	config.KeepBest = config.KeepBest || c.Protocol == corrected
	if len(split.Validation) == 0 || len(split.Test) == 0 {
		return fmt.Errorf("%s: %d rows are too few to train, validate and test: at least 20 are needed", set.Name, set.Rows)
	}
	if c.Kind != latpred.KindPaper {
		return c.table(ctx, out, set, split, doubts)
	}
	be, err := c.open(ctx, out, true)
	if err != nil {
		return err
	}
	bar := out.Progress("training", c.Epochs)
	p, result, err := neural.Train(ctx, be, neural.Job{Set: set, Split: split, Seed: c.Seed, Config: config, Observe: func(e mlp.Progress) {
		bar.Set(e.Epoch.Epoch, fmt.Sprintf("validation RMSE %.4g ms", e.ValRMSE))
	}})
	bar.Done()
	if p == nil {
		return err
	}
	if err := keep(ctx, c.Out, p, result, config, err); err != nil {
		return err
	}
	return judge(out, c.Out, p, result, set, split.Test, doubts)
}

// judge prints the scores of a trained predictor on the test rows, with doubts about the
// labels under --json.
func judge(out *output, path string, p latpred.Predictor, result *mlp.Result, set *dataset.Set, test []int, doubts []latpred.Warning) error {
	j, scores, err := judgeTest(p, set, test)
	if err != nil {
		return err
	}
	r := trained{
		Out: path, Seconds: result.Elapsed.Seconds(), Epochs: len(result.History), Best: result.Best,
		Resumed: result.Resumed, Judged: j, Test: scores, Warnings: doubts,
	}
	if out.JSON() {
		return out.Emit(r)
	}
	out.Printf("%s: %d epochs in %.1f s (best: %d); on %s:\n", path, r.Epochs, r.Seconds, r.Best, r.Judged)
	printScores(out, r.Test)
	return nil
}

func (c *trainCmd) config() (mlp.Config, error) {
	config := mlp.Config{
		Layers: []int{0}, Epochs: c.Epochs, BatchSize: c.Batch, Patience: c.Patience, KeepBest: c.Patience > 0,
		Optimizer: mlp.Optimizer{Kind: mlp.OptimizerKind(c.Optimizer), LearningRate: c.Rate, Momentum: c.Momentum, WeightDecay: c.Decay},
	}
	c.into(&config, c.Out)
	for _, text := range strings.Split(c.Layers, "-") {
		n, err := strconv.Atoi(text)
		if err != nil || n <= 0 {
			return config, fmt.Errorf("--layers %q: want widths of hidden layers like 400-400-400", c.Layers)
		}
		config.Layers = append(config.Layers, n)
	}
	config.Layers = append(config.Layers, 1)
	return config, nil
}

// printScores prints metrics as two columns.
func printScores(out *output, s metric.Scores) {
	line := func(name, format string, v float64) []string { return []string{name, fmt.Sprintf(format, v)} }
	out.Table([]string{"metric", "value"}, [][]string{
		line("RMSE, ms", "%.4f", s.RMSEMs), line("MAE, ms", "%.4f", s.MAEMs), line("what the paper calls RMSE, ms", "%.4f", s.PaperRMSEMs),
		line("MAPE, %", "%.2f", s.MAPEPercent), line("within 1 %, % of rows", "%.1f", s.Within1Percent),
		line("within 5 %, % of rows", "%.1f", s.Within5Percent), line("within 10 %, % of rows", "%.1f", s.Within10Percent),
		line("bias, ms", "%+.4f", s.BiasMs), line("Spearman ρ", "%.4f", s.Spearman), line("Kendall τ-b", "%.4f", s.Kendall),
	})
}
