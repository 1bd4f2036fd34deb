package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

type tuneCmd struct {
	backendFlags
	rowFlags
	Data      string `required:"" help:"Shipped set or CSV file."`
	Space     string `placeholder:"ID" help:"Space, and so width, of the networks, such as mbv3-w1.0 (default: the set's; a file does not tell)."`
	Rule      string `enum:"grid,stopping,promotion,halving" default:"stopping" help:"grid: every trial to the end; stopping: ASHA as in Ray Tune; promotion: ASHA of Li et al.; halving: successive halving, the cheapest where all configurations are known."`
	Searcher  string `enum:"grid,random" default:"random" help:"Order of the configurations: grid, or random."`
	Trials    int    `min:"1" max:"1000000" help:"How many of the 36 configurations (default: all)."`
	Epochs    int    `default:"100" min:"1" max:"1000000" help:"Epochs of a trial that is not stopped."`
	Grace     int    `min:"0" max:"1000000" help:"First epoch at which trials are compared (default: 1; for halving the one from which they come down to a single one)."`
	Factor    int    `default:"2" min:"2" max:"1000" help:"Reduction factor: about one in so many goes on."`
	Finalists int    `default:"2" min:"1" max:"1000" help:"Trials that halving trains to the end at least: as many as there are cores keep all busy."`
	Batch     int    `default:"32" min:"1" max:"1000000" help:"Rows a step."`
	Protocol  string `enum:"published,corrected" default:"corrected" help:"Split: published, in file order; corrected, by architecture."`
	Journal   string `help:"File that keeps every result; the same command goes on from there." type:"path"`
	Seed      uint64 `default:"1" help:"Seed of split, order, weights and shuffles."`
	tuneElsewhere
}

// tunedTrial is a trial in the output of tune --json.
type tunedTrial struct {
	Trial   int                 `json:"trial"`
	Config  map[string]float64  `json:"config"`
	State   hpo.State           `json:"state"`
	Epoch   int                 `json:"epoch"`
	Metrics map[string]*float64 `json:"metrics"` // null: not a number
	Seconds float64             `json:"seconds"`
}

// tuned is the result of tune --json.
type tuned struct {
	Data     string            `json:"data"`
	Rule     string            `json:"rule"`
	Best     *tunedTrial       `json:"best"`
	Epochs   int               `json:"epochs"`
	Seconds  float64           `json:"seconds"`
	Trials   []tunedTrial      `json:"trials"`
	Warnings []latpred.Warning `json:"warnings,omitempty"` // how the file was read, and doubts about the labels
}

// Run searches the published grid and prints the trials, the best first.
func (c *tuneCmd) Run(ctx context.Context, out *output) error {
	if err := errors.Join(c.prepare(&c.Journal), writable(c.Journal)); err != nil {
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
	axes := neural.PublishedAxes()
	configs := hpo.Grid(axes)
	if c.Searcher == "random" {
		configs = hpo.Random(random.Stream(c.Seed, "order"), axes, len(configs))
	}
	if c.Trials > 0 {
		configs = configs[:min(c.Trials, len(configs))]
	}
	scheduler, err := c.scheduler(configs)
	if err != nil {
		return err
	}
	split := splitOf(set, c.Protocol, c.Seed)
	if len(split.Train) == 0 || len(split.Validation) == 0 {
		return fmt.Errorf("%s: %d rows are too few to train and validate: at least 20 are needed", set.Name, set.Rows)
	}
	base := mlp.Published()
	base.BatchSize = c.Batch
	search := neural.Search{Set: set, Split: split, Seed: c.Seed, Config: base, Scheduler: scheduler, Journal: c.Journal}
	var be *backend.Backend
	if search.Elsewhere = c.submits(out); search.Elsewhere != nil {
		search.Workers = c.AtOnce
	} else if be, err = c.open(ctx, out, true); err != nil {
		return err
	}
	if c.SegmentTrial != nil {
		return c.segment(ctx, be, search, configs, out)
	}
	var seconds float64
	bar := out.ProgressOver("tuning", len(configs), liveTrials+1)
	search.Observe = func(e hpo.Event) {
		seconds = e.Elapsed.Seconds()
		ended := 0
		for _, t := range e.Status {
			if t.State == hpo.Stopped || t.State == hpo.Completed || t.State == hpo.Diverged {
				ended++
			}
		}
		bar.Set(ended, fmt.Sprintf("trial %d, epoch %d: validation RMSE %.4g ms", e.Report.Trial, e.Report.Epoch, e.Report.Metrics[neural.MetricValRMSE]))
		now := ranked(e.Status)
		bar.SetBelow(aligned(trialHeader, cellsOf(now[:min(liveTrials, len(now))])))
	}
	trials, err := neural.Tune(ctx, be, search)
	bar.Done()
	if errors.Is(err, context.Canceled) && c.Journal != "" {
		err = fmt.Errorf("%w; the same command goes on from %s", err, c.Journal)
	}
	if err != nil {
		return err
	}
	result := tuned{Data: set.Name, Rule: scheduler.String(), Seconds: seconds, Trials: ranked(trials), Warnings: doubts}
	for _, t := range trials {
		result.Epochs += t.Epoch
	}
	if first := result.Trials[0]; first.State == hpo.Completed {
		result.Best = &first
	}
	if out.JSON() {
		return out.Emit(result)
	}
	c.print(out, result)
	return nil
}

func (c *tuneCmd) scheduler(configs []hpo.Config) (hpo.Scheduler, error) {
	rungs := hpo.Rungs{Grace: cmp.Or(c.Grace, 1), Reduction: c.Factor, Max: c.Epochs}
	if c.Rule == "halving" && c.Grace == 0 {
		rungs = hpo.HalvingRungs(len(configs), c.Factor, c.Epochs)
	}
	watch := hpo.Watch{Metric: neural.MetricValRMSE}
	if err := rungs.Validate(); err != nil {
		return nil, err
	}
	switch c.Rule {
	case "stopping":
		return hpo.Stopping(configs, rungs, watch)
	case "promotion":
		return hpo.Promotion(configs, rungs, watch)
	case "halving":
		return hpo.Halving(configs, rungs, c.Finalists, watch)
	}
	return hpo.FIFO(configs, c.Epochs), nil
}

// liveTrials is how many trials are shown while a search runs.
const liveTrials = 12

// ranked gives the trials that got furthest first, of those the best.
func ranked(trials []hpo.TrialStatus) []tunedTrial {
	list := make([]tunedTrial, len(trials))
	for i, t := range trials {
		list[i] = newTunedTrial(t)
	}
	slices.SortStableFunc(list, func(a, b tunedTrial) int {
		return cmp.Or(cmp.Compare(b.Epoch, a.Epoch), cmp.Compare(a.rmse(), b.rmse()))
	})
	return list
}

func newTunedTrial(t hpo.TrialStatus) tunedTrial {
	metrics := map[string]*float64{}
	for name, v := range t.Last {
		metrics[name] = nil
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			metrics[name] = &v
		}
	}
	return tunedTrial{t.Trial, maps.Clone(t.Config), t.State, t.Epoch, metrics, t.Seconds}
}

// rmse is the validation RMSE, infinite where it isn't known.
func (t tunedTrial) rmse() float64 {
	if v := t.Metrics[neural.MetricValRMSE]; v != nil && t.State != hpo.Diverged {
		return *v
	}
	return math.Inf(1)
}

var trialHeader = []string{"learning rate", "weight decay", "momentum", "state", "epochs", "validation RMSE (ms)", "time (s)"}

func cellsOf(trials []tunedTrial) [][]string {
	var rows [][]string
	for _, t := range trials {
		rmse := "–" // nothing reported yet, or diverged
		if v := t.rmse(); !math.IsInf(v, 0) {
			rmse = fmt.Sprintf("%.4g", v)
		}
		rows = append(rows, []string{
			fmt.Sprintf("%g", t.Config[neural.AxisRate]), fmt.Sprintf("%g", t.Config[neural.AxisDecay]), fmt.Sprintf("%g", t.Config[neural.AxisMomentum]),
			string(t.State), fmt.Sprint(t.Epoch), rmse, fmt.Sprintf("%.1f", t.Seconds),
		})
	}
	return rows
}

func (c *tuneCmd) print(out *output, r tuned) {
	out.Table(trialHeader, cellsOf(r.Trials))
	out.Printf("%d trials, %d epochs in %.1f s\n", len(r.Trials), r.Epochs, r.Seconds)
	if b := r.Best; b != nil {
		out.Printf("train with --rate %g --decay %g --momentum %g --protocol %s --seed %d\n", b.Config[neural.AxisRate], b.Config[neural.AxisDecay], b.Config[neural.AxisMomentum], c.Protocol, c.Seed)
	}
}
