package experiment

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
)

// figure4a draws the losses of the trainings of Table 1. Which device the paper's figure
// is of can't be told from its text, so that all four are drawn.
func figure4a(r *runner) error {
	r.result.Seeds = 1
	r.of = len(table1Sets())
	for _, t := range table1Sets() {
		set, err := r.size.open(t.set)
		if err != nil {
			return err
		}
		o, err := r.asPublished(set, t.optimizer, 1)
		if err != nil {
			return err
		}
		r.tick(t.device)
		if err := r.lossFigure("losses-"+t.set, t.device+": losses as published", o.history, "paper's test error (Table 1)", t.paper); err != nil {
			return err
		}
		last := o.history[len(o.history)-1]
		rows := []Row{newRow(t.device+": validation loss, last batch of the last epoch", "ms"), newRow(t.device+": validation RMSE, last epoch", "ms"),
			newRow(t.device+": validation RMSE, best epoch", "ms"), newRow(t.device+": training loss, last epoch", "ms")}
		for _, c := range claims() {
			if c.Item == r.result.Item && c.Subject == t.set && c.Quantity == "validation_loss" {
				rows[0].Paper, rows[0].Note = c.Value, c.Source
			}
		}
		best := slices.MinFunc(o.history, func(a, b mlp.Epoch) int { return cmp.Compare(a.ValRMSE, b.ValRMSE) })
		for i, v := range []float64{last.ValLast, last.ValRMSE, best.ValRMSE, last.TrainLoss} {
			rows[i].AsPublished = Number(v)
		}
		r.result.Rows = append(r.result.Rows, rows...)
	}
	r.result.Notes = append(r.result.Notes,
		"As published, one seed. Validation rows are 7,000 to 8,499 of the file. The authors' validation loss is that of the last batch alone, 28 rows; their released weights are those of the last epoch, whatever it happens to be.")
	return nil
}

// figure5a draws the losses of the fine-tuning from the Note10 to the RTX 2080 Ti, as
// published and before the last ReLU, beside points of the authors' figure.
func figure5a(r *runner) error {
	source, t := table1Sets()[0], table2Targets()[0]
	set, err := r.size.open(t.set)
	if err != nil {
		return err
	}
	from, err := neural.Released(source.set)
	if err != nil {
		return err
	}
	run, _ := neural.PublishedRunOf(source.set, t.set)
	seeds := min(r.heads(), paperSize.seeds)
	r.of, r.result.Seeds, r.result.Reduced = seeds, seeds, ""
	if seeds < paperSize.seeds {
		r.result.Reduced = fmt.Sprintf("%d of %d seeds", seeds, paperSize.seeds)
	}
	var histories [][]mlp.Epoch
	for seed := range uint64(seeds) {
		h, err := r.fineTuneAsPublished(from, run, set, run.Rows, 1+seed, true)
		if err != nil {
			return err
		}
		histories = append(histories, h.history)
		r.tick(fmt.Sprintf("seed %d", 1+seed))
	}
	paper := paperCurve(r.result.Item, t.set, "validation_loss")
	at := func(epoch int, of func(mlp.Epoch) float64) []float64 {
		return each(histories, func(h []mlp.Epoch) float64 { return of(h[epoch-1]) })
	}
	lastBatch := func(e mlp.Epoch) float64 { return e.ValLast }
	for _, p := range paper {
		row := newRow(fmt.Sprintf("%s → %s, epoch %.0f: validation loss, last batch", source.device, t.device, p.rows), "ms")
		row.Paper = Number(p.value)
		row.publish(at(int(p.rows), lastBatch))
		r.result.Rows = append(r.result.Rows, row)
	}
	curves := map[string][]figure.Interval{}
	order := []string{"training, mean of batches", "validation, whole set", "validation, last batch (the authors')"}
	for i, of := range []func(mlp.Epoch) float64{func(e mlp.Epoch) float64 { return e.TrainLoss }, func(e mlp.Epoch) float64 { return e.ValRMSE }, lastBatch} {
		for epoch := 1; epoch <= run.Config.Epochs; epoch++ {
			curves[order[i]] = append(curves[order[i]], span(float64(epoch), at(epoch, of)))
		}
	}
	p, err := figure.SizeCurve(fmt.Sprintf("%s → %s: losses as published, %s", source.device, t.device, seedsOf(seeds)), "RMSE (ms)", curves, order, paperPoints(paper))
	if err != nil {
		return err
	}
	p.X.Label.Text = "epoch"
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p})
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("As published, %s. Validation rows are 7,000 to 8,499 of the file; the authors' validation loss is that of the last batch, 28 rows. All losses are those before the ReLU that training loses, so that they don't show what the test sees.", seedsOf(seeds)),
		"Epochs are counted from 1. "+readOffNote(r.result.Item))
	return nil
}

// lossFigure draws losses over epochs, the authors' noisy measure beside the whole set's,
// and the paper's error if paperMs is above 0.
func (r *runner) lossFigure(name, title string, history []mlp.Epoch, paperName string, paperMs float64) error {
	var epochs, train, validation, last []float64
	for _, e := range history {
		epochs, train = append(epochs, float64(e.Epoch)), append(train, e.TrainLoss)
		validation, last = append(validation, e.ValRMSE), append(last, e.ValLast)
	}
	p, err := figure.Curves(title, "RMSE (ms)", []figure.Series{
		{Name: "training, mean of batches", X: epochs, Y: train},
		{Name: "validation, whole set", X: epochs, Y: validation},
		{Name: "validation, last batch (the authors')", X: epochs, Y: last},
	}, paperName, paperMs)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: name, Plot: p})
	return nil
}
