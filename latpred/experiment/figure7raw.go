package experiment

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

// generalisedAsPublished joins the authors' two GPU sets, shuffles, and trains on
// 131 inputs: the code and the raw numbers of cores, gigabytes and gigabytes a
// second.
func (r *runner) generalisedAsPublished() error {
	parts, err := r.rawRows()
	if err != nil {
		return err
	}
	// For each GPU the three rows' values over seeds, for both the mean error and the loss.
	values := make([][3][]float64, len(parts))
	var both, losses []float64
	for seed := range uint64(r.size.seeds) {
		g, err := r.trainRaw(parts, 1+seed)
		if err != nil {
			return err
		}
		r.tick(fmt.Sprintf("131 raw inputs, as published, seed %d", 1+seed))
		mean := 0.0
		for i := range parts {
			scores := metric.Evaluate(g.pred[i], g.want[i])
			for k, v := range []float64{scores.PaperRMSEMs, scores.RMSEMs, slices.Max(g.pred[i]) - slices.Min(g.pred[i])} {
				values[i][k] = append(values[i][k], v)
			}
			mean += scores.PaperRMSEMs / float64(len(parts))
		}
		both, losses = append(both, mean), append(losses, g.history[len(g.history)-1].ValLast)
		if seed == 0 {
			r.result.Timings["131 raw inputs"] = g.seconds
			if err := r.rawFigures(g); err != nil {
				return err
			}
		}
	}
	for i, g := range generalised {
		rows := []Row{newRow(g.device+": what the paper calls RMSE", "ms"), newRow(g.device+": RMSE", "ms"), newRow(g.device+": largest less smallest prediction", "ms")}
		for k, quantity := range []string{"paper_rmse", "rmse", "spread"} {
			rows[k].Checkpoint = Number(released("figure7", g.set, quantity))
			rows[k].publish(values[i][k])
		}
		ms := parts[i].set.LatenciesMs()
		rows[2].Note = fmt.Sprintf("the measurements are %.0f ms apart", slices.Max(ms)-slices.Min(ms))
		r.result.Rows = append(r.result.Rows, rows...)
	}
	together, loss := newRow("both GPUs: what the paper calls RMSE", "ms"), newRow("both GPUs: validation loss, last batch of the last epoch", "ms")
	together.publish(both)
	together.Note = "the paper says 7 to 11 ms"
	loss.Paper = Number(Paper("figure7", "both", "validation_loss"))
	loss.publish(losses)
	r.result.Rows = append(r.result.Rows, together, loss)
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("As published: %s, the last epoch, judged on 15 %% of the rows of each set, drawn at random; the checkpoint on 1,500 of all rows, since the authors' shuffle is not known. Corrected: %s, each judged on the test rows of its split by architecture.", seedsOf(r.size.seeds), seedsOf(r.size.seeds)),
		"As published the inputs are thousands beside ones: the hardware's numbers drive the hidden units, and what is left to learn is one latency for each GPU.")
	return nil
}

// rawRows are the authors' two sets with the raw numbers of the data sheet as inputs.
func (r *runner) rawRows() ([]gpuRows, error) {
	var parts []gpuRows
	for _, g := range generalised {
		set, err := r.size.open(g.set)
		if err != nil {
			return nil, err
		}
		gpu, err := gpu.ByID(g.gpu)
		if err != nil {
			return nil, err
		}
		d, err := neural.Rows(encode.Hardware(encode.OFA128, gpu), set)
		if err != nil {
			return nil, err
		}
		parts = append(parts, gpuRows{set, gpu, d.X, d.Y})
	}
	return parts, nil
}

// rawTraining is a training of the generalised network as published, with its predictions
// for the test rows of each set.
type rawTraining struct {
	pred, want [][]float64
	history    []mlp.Epoch
	seconds    float64
}

// trainRaw shuffles and trains under a seed.
func (r *runner) trainRaw(parts []gpuRows, seed uint64) (g rawTraining, err error) {
	var splits []dataset.Split
	for i, p := range parts {
		order := random.Stream(seed, fmt.Sprint("shuffle of set ", i)).Perm(p.set.Rows)
		n := p.set.Rows
		splits = append(splits, dataset.Split{Train: order[:n*70/100], Validation: order[n*70/100 : n*85/100], Test: order[n*85/100:]})
	}
	at := func(p gpuRows) int { return slices.IndexFunc(parts, func(q gpuRows) bool { return q.set == p.set }) }
	config := mlp.Published()
	config.Layers[0], config.Epochs, config.Optimizer = parts[0].x.Cols, r.size.epochs, authorsOptimizer("figure7", "both")
	result, err := mlp.Train(r.ctx, r.be, mlp.Job{
		Seed: seed, Config: config,
		Train:      joined(parts, func(p gpuRows) []int { return splits[at(p)].Train }),
		Validation: joined(parts, func(p gpuRows) []int { return splits[at(p)].Validation }),
	})
	if err != nil {
		return g, err
	}
	g.history, g.seconds = result.History, result.Elapsed.Seconds()
	model := mlp.NewModel(result.Params)
	for i, p := range parts {
		pred := make([]float64, len(splits[i].Test))
		model.Predict(pred, joined(parts[i:i+1], func(gpuRows) []int { return splits[i].Test }).X)
		g.pred, g.want = append(g.pred, pred), append(g.want, p.set.Subset(splits[i].Test).LatenciesMs())
	}
	return g, nil
}

// rawFigures draw a training's predictions and losses.
func (r *runner) rawFigures(g rawTraining) error {
	var series []figure.Series
	for i, of := range generalised {
		series = append(series, figure.Series{Name: of.device, X: g.want[i], Y: g.pred[i]})
	}
	p, err := figure.Relation("One network for two GPUs, as published: a constant for each", "measured latency (ms)", "predicted latency (ms)", series)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: "figure7", Plot: p})
	return r.lossFigure("losses-generalised", "One network for two GPUs: losses as published", g.history, "", 0)
}
