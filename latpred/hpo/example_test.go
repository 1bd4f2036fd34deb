package hpo_test

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/hpo"
)

func ExampleGrid() {
	for _, c := range hpo.Grid([]hpo.Axis{
		{Name: "lr", Values: []float64{0.001, 0.01}},
		{Name: "momentum", Values: []float64{0.6, 0.9}},
	}) {
		fmt.Println(c)
	}
	// Output:
	// lr=0.001 momentum=0.6
	// lr=0.001 momentum=0.9
	// lr=0.01 momentum=0.6
	// lr=0.01 momentum=0.9
}

// Trials 1 and 2 are worse at epoch 1 than the median of those before.
func ExampleStopping() {
	configs := hpo.Grid([]hpo.Axis{{Name: "level", Values: []float64{4, 9, 7, 2}}})
	s, err := hpo.Stopping(configs, hpo.Rungs{Grace: 1, Reduction: 2, Max: 10}, hpo.Watch{Metric: "val_rmse"})
	if err != nil {
		panic(err)
	}
	for task, ok := s.Next(); ok; task, ok = s.Next() {
		rmse := task.Config["level"] / float64(task.To) // what training would give
		if err := s.Observe(hpo.Report{Trial: task.Trial, Epoch: task.To, Metrics: map[string]float64{"val_rmse": rmse}}); err != nil {
			panic(err)
		}
	}
	for _, t := range s.Status() {
		fmt.Printf("%d  %s  %-9s at %2d  %.2f\n", t.Trial, t.Config, t.State, t.Epoch, t.Last["val_rmse"])
	}
	// Output:
	// 0  level=4  completed at 10  0.40
	// 1  level=9  stopped   at  1  9.00
	// 2  level=7  stopped   at  1  7.00
	// 3  level=2  completed at 10  0.20
}

// curve stands in for a network in training.
type curve struct{ level float64 }

func (c curve) Train(_ context.Context, to int) (map[string]float64, error) {
	return map[string]float64{"val_rmse": c.level / float64(to)}, nil
}

func (curve) Close() {}

func ExampleRun() {
	configs := hpo.Grid([]hpo.Axis{{Name: "level", Values: []float64{4, 9, 7, 2}}})
	s, err := hpo.Promotion(configs, hpo.Rungs{Grace: 1, Reduction: 2, Max: 10}, hpo.Watch{Metric: "val_rmse"})
	if err != nil {
		panic(err)
	}
	start := func(_ context.Context, trial int, c hpo.Config) (hpo.Trainable, error) {
		return curve{c["level"]}, nil
	}
	status, err := hpo.Run(context.Background(), s, start, hpo.Options{})
	if err != nil {
		panic(err)
	}
	for _, t := range status {
		fmt.Printf("%s  %s at %d\n", t.Config, t.State, t.Epoch)
	}
	// Output:
	// level=4  paused at 2
	// level=9  paused at 1
	// level=7  paused at 1
	// level=2  completed at 10
}
