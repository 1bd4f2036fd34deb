package experiment

import (
	"fmt"
	"math"
	"strings"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/stat"
)

// table1 trains the published network on each of the four devices of Table 1.
func table1(r *runner) error {
	s := r.size
	r.of = len(table1Sets()) * 2 * s.seeds
	var groups []string
	bars := make([][]float64, 4)
	for _, t := range table1Sets() {
		set, err := s.open(t.set)
		if err != nil {
			return err
		}
		mean := stat.Mean(set.LatenciesMs(), nil)
		var published, corrected []metric.Scores
		var first outcome
		for seed := range uint64(s.seeds) {
			o, err := r.asPublished(set, t.optimizer, 1+seed)
			if err != nil {
				return err
			}
			r.tick(fmt.Sprintf("%s, as published, seed %d", t.device, 1+seed))
			if seed == 0 {
				first = o
				r.result.Timings[t.device] = o.seconds
			}
			if !o.diverged {
				published = append(published, o.scores)
			}
		}
		for seed := range uint64(s.seeds) {
			o, err := r.corrected(set, splitFor(set, 1+seed), t.optimizer, 1+seed)
			if err != nil {
				return err
			}
			r.tick(fmt.Sprintf("%s, corrected, seed %d", t.device, 1+seed))
			corrected = append(corrected, o.scores)
		}
		best, kind, err := r.bestTable(set)
		if err != nil {
			return err
		}

		share := func(s metric.Scores) float64 { return 100 * s.PaperRMSEMs / mean }
		var rows []Row
		for _, q := range []struct {
			name, unit        string
			paper, checkpoint float64
			of                func(metric.Scores) float64
		}{
			{"what the paper calls RMSE", "ms", t.paper, t.checkpointPaperRMSE, paperRMSEOf},
			{"RMSE", "ms", math.NaN(), t.checkpointRMSE, rmseOf},
			{"MAE", "ms", math.NaN(), t.checkpointMAE, maeOf},
			{"share of the mean latency", "%", t.paperShare, 100 * t.checkpointPaperRMSE / mean, share},
		} {
			row := newRow(t.device+": "+q.name, q.unit)
			row.Paper, row.Checkpoint = Number(q.paper), Number(q.checkpoint)
			row.publish(each(published, q.of))
			row.correct(each(corrected, q.of))
			row.Best, row.BestKind, row.Seen = Number(q.of(best)), kind, formSeen
			if n := s.seeds - len(published); n > 0 {
				row.Note = fmt.Sprintf("%d trainings as published diverged", n)
			}
			rows = append(rows, row)
		}
		rows[0].Note = strings.TrimPrefix(rows[0].Note+"; "+t.note, "; ")
		rows[3].Note = strings.TrimPrefix(rows[3].Note+"; of what the paper calls RMSE, a mean absolute error", "; ")
		r.result.Rows = append(r.result.Rows, rows...)

		groups = append(groups, t.device)
		for k, v := range []float64{t.checkpointRMSE, float64(rows[1].AsPublished), float64(rows[1].Corrected), best.RMSEMs} {
			bars[k] = append(bars[k], 100*v/mean)
		}
		if err := r.lossFigure("losses-"+t.set, t.device+": losses as published", first.history, "paper's test error (Table 1)", t.paper); err != nil {
			return err
		}
		scatter, err := figure.Scatter(t.device+": predicted and measured, as published", first.pred, first.want)
		if err != nil {
			return err
		}
		r.result.Figures = append(r.result.Figures, figure.Named{Name: "scatter-" + t.set, Plot: scatter})
	}
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("As published: %s, the last epoch, judged on the last 1,500 rows of the file, as are the checkpoint and the best. Corrected: %s, each with a split by architecture of its own, judged on its test rows.", seedsOf(s.seeds), seedsOf(s.seeds)),
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

func maeOf(s metric.Scores) float64 { return s.MAEMs }
