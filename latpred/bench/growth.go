package bench

import (
	"context"
	"fmt"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

// Curve is the time of a job by its size.
type Curve struct {
	Name    string    `json:"name"`    // of the size: "rows"
	Axis    string    `json:"axis"`    // label of the sizes in a figure: "training rows"
	What    string    `json:"what"`    // the job: "training of 5 epochs"
	Sizes   []float64 `json:"sizes"`   // ascending
	Seconds []float64 `json:"seconds"` // for each size
}

// growth is a curve and the job that it measures.
type growth struct {
	Curve
	run func(ctx context.Context, size int) error
}

// Growth measures how the time of a training grows with rows, width and batch, that of a
// search over hyper-parameters with trials, and that of a search over architectures with
// generations. Each size is measured twice, and the shorter time counts. observe is told
// what begins; it must not be nil. After an error it returns the curves that were
// complete.
func Growth(ctx context.Context, be *backend.Backend, seed uint64, observe func(string)) ([]Curve, error) {
	s, err := newSubject(ctx, Options{Seed: seed}, be)
	if err != nil {
		return nil, err
	}
	network, err := s.trained(ctx, s.set.Name)
	if err != nil {
		return nil, err
	}
	train := func(ctx context.Context, rows, epochs int, change func(*mlp.Config)) error {
		config := mlp.Published()
		config.Epochs = epochs
		change(&config)
		_, err := mlp.Train(ctx, be, mlp.Job{Seed: seed, Train: s.firstRows(rows), Config: config})
		return err
	}
	curves := []growth{
		{Curve{Name: "rows", Axis: "training rows", What: "training of 5 epochs"}.of(500, 1000, 2000, 4000, 7000), func(ctx context.Context, n int) error {
			return train(ctx, n, 5, func(*mlp.Config) {})
		}},
		{Curve{Name: "width", Axis: "width of the three hidden layers", What: "training of 2 epochs, 2,000 rows"}.of(50, 100, 200, 400, 800, 1600), func(ctx context.Context, n int) error {
			return train(ctx, 2000, 2, func(c *mlp.Config) { c.Layers = []int{c.Layers[0], n, n, n, 1} })
		}},
		{Curve{Name: "batch", Axis: "rows a step", What: "training of 2 epochs, 7,000 rows"}.of(8, 16, 32, 64, 128, 256), func(ctx context.Context, n int) error {
			return train(ctx, 7000, 2, func(c *mlp.Config) { c.BatchSize = n })
		}},
		{Curve{Name: "trials", Axis: "trials", What: "search of 2 epochs a trial"}.of(1, 2, 4, 9, 18, 36), func(ctx context.Context, n int) error {
			_, err := neural.Tune(ctx, be, neural.Search{Set: s.set, Split: s.split, Seed: seed, Config: mlp.Published(), Scheduler: hpo.FIFO(hpo.Grid(neural.PublishedAxes())[:n], 2)})
			return err
		}},
		{Curve{Name: "generations", Axis: "generations of 100 networks", What: "search under 25 ms"}.of(10, 30, 100, 300, 1000, 3000), func(ctx context.Context, n int) error {
			config := nas.Published(s.space, 25)
			config.Generations = n
			_, err := nas.Search(ctx, random.Stream(seed, "search 25"), config, cached(network.PredictMs), cached(accuracy.Predict), nil)
			return err
		}},
	}
	var out []Curve
	for _, c := range curves {
		for i, size := range c.Sizes {
			observe(fmt.Sprintf("growth: %s, %g", c.Name, size))
			for again := range 2 {
				seconds, err := timed(func() error { return c.run(ctx, int(size)) })
				if err != nil {
					return out, fmt.Errorf("growth with %s, %g: %w", c.Name, size, err)
				}
				if again == 0 || seconds < c.Seconds[i] {
					c.Seconds[i] = seconds
				}
			}
		}
		out = append(out, c.Curve)
	}
	return out, nil
}

// of is the curve with the given sizes, and with room for their seconds.
func (c Curve) of(sizes ...float64) Curve {
	c.Sizes, c.Seconds = sizes, make([]float64, len(sizes))
	return c
}
