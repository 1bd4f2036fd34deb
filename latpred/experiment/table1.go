package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/figure"
	"gonum.org/v1/gonum/stat"
)

// table1 trains the published network on each of the four devices of Table 1.
func table1(r *runner) error {
	s := r.size
	r.of = len(table1Sets()) * (1 + s.seeds)
	var groups []string
	bars := make([][]float64, 4)
	for _, t := range table1Sets() {
		set, err := s.open(t.set)
		if err != nil {
			return err
		}
		mean := stat.Mean(set.LatenciesMs(), nil)
		published, err := r.asPublished(set, t.optimizer, 1)
		if err != nil {
			return err
		}
		r.tick(t.device + ", as published")
		r.result.Timings[t.device] = published.seconds
		var rmse, mae, paperRMSE, share []float64
		for seed := range uint64(s.seeds) {
			o, err := r.corrected(set, splitFor(set, 1+seed), t.optimizer, 1+seed)
			if err != nil {
				return err
			}
			r.tick(fmt.Sprintf("%s, corrected, seed %d", t.device, 1+seed))
			rmse, mae = append(rmse, o.scores.RMSEMs), append(mae, o.scores.MAEMs)
			paperRMSE, share = append(paperRMSE, o.scores.PaperRMSEMs), append(share, 100*o.scores.RMSEMs/mean)
		}
		best, kind, err := r.bestTable(set)
		if err != nil {
			return err
		}

		row := newRow(t.device+": what the paper calls RMSE", "ms")
		row.Paper, row.Checkpoint, row.AsPublished, row.Best = Number(t.paper), Number(t.checkpointPaperRMSE), Number(published.scores.PaperRMSEMs), Number(best.PaperRMSEMs)
		row.correct(paperRMSE)
		row.Note = t.note
		rows := []Row{row}
		row = newRow(t.device+": RMSE", "ms")
		row.Checkpoint, row.AsPublished, row.Best = Number(t.checkpointRMSE), Number(published.scores.RMSEMs), Number(best.RMSEMs)
		row.correct(rmse)
		rows = append(rows, row)
		row = newRow(t.device+": MAE", "ms")
		row.Checkpoint, row.AsPublished, row.Best = Number(t.checkpointMAE), Number(published.scores.MAEMs), Number(best.MAEMs)
		row.correct(mae)
		rows = append(rows, row)
		row = newRow(t.device+": share of the mean latency", "%")
		row.Paper, row.Checkpoint, row.AsPublished = Number(t.paperShare), Number(100*t.checkpointPaperRMSE/mean), Number(100*published.scores.PaperRMSEMs/mean)
		row.Best = Number(100 * best.RMSEMs / mean)
		row.correct(share)
		row.Note = "as published: of what the paper calls RMSE; corrected and best: of the RMSE"
		rows = append(rows, row)
		for i := range rows {
			rows[i].BestKind = kind
			if published.diverged {
				rows[i].Note += " (the training as published diverged)"
			}
		}
		r.result.Rows = append(r.result.Rows, rows...)

		groups = append(groups, t.device)
		for k, v := range []float64{t.checkpointRMSE, published.scores.RMSEMs, stat.Mean(rmse, nil), best.RMSEMs} {
			bars[k] = append(bars[k], 100*v/mean)
		}
		if err := r.lossFigure(t, published); err != nil {
			return err
		}
	}
	r.result.Notes = append(r.result.Notes,
		"What the paper calls RMSE is √(e² + 10⁻⁶) of each sample, averaged: a mean absolute error. The root of the mean squared error is always larger.",
		"ours, best is a table fitted to the same training rows: a time for each choice of kernel and expansion in each slot and resolution. Kind table knows of the launch queue as well, and takes the host's state from the validation rows.",
		"The Xeon's labels ignore the resolution: a network has that of the resolution it was first met at. As published nearly all test rows were trained on, so that a network which remembers does well; corrected, a network never seen can't be predicted, since nobody knows which resolution its label is of.")
	p, err := figure.Bars("RMSE as a share of the mean latency", "RMSE / mean latency (%)", groups,
		[]string{"authors' checkpoint", "as published", "corrected", "ours, best"}, bars)
	if err != nil {
		return err
	}
	r.result.Figures = append([]figure.Named{{Name: "table1", Plot: p}}, r.result.Figures...)
	return nil
}

const bestKind = "closed form"

// lossFigure draws Fig. 3a for one device: losses over epochs, the authors' noisy
// measure beside the whole set's.
func (r *runner) lossFigure(t trainedSet, o outcome) error {
	var epochs, train, validation, last []float64
	for _, e := range o.history {
		epochs, train = append(epochs, float64(e.Epoch)), append(train, e.TrainLoss)
		validation, last = append(validation, e.ValRMSE), append(last, e.ValLast)
	}
	p, err := figure.Curves(t.device+": losses as published", "RMSE (ms)", []figure.Series{
		{Name: "training, mean of batches", X: epochs, Y: train},
		{Name: "validation, whole set", X: epochs, Y: validation},
		{Name: "validation, last batch (the authors')", X: epochs, Y: last},
	}, "paper's test error (Table 1)", t.paper)
	if err != nil {
		return err
	}
	scatter, err := figure.Scatter(t.device+": predicted and measured, as published", o.pred, o.want)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures,
		figure.Named{Name: "losses-" + t.set, Plot: p}, figure.Named{Name: "scatter-" + t.set, Plot: scatter})
	return nil
}
