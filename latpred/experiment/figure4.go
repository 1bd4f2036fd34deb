package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/random"
)

func figure4a(r *runner) error {
	return r.sizeCurve(table1Sets()[1], paperCurve("figure4a", "rtx2080ti-b64", "test_error"), "Figure 4a: error over the size of the data set, RTX 2080 Ti")
}

func figure4b(r *runner) error {
	return r.sizeCurve(table1Sets()[3], paperCurve("figure4b", "xeon-b64-fixed", "test_error"), "Figure 4b: error over the size of the data set, Intel Xeon")
}

// sizeCurve trains on data sets of growing size. As published, the first n rows
// of the file are the data set, split 70/15/15 in their order. Corrected, the
// whole set is split by architecture once a seed; 0.7 n of its training rows,
// drawn at random, are trained on, and the same test rows judge every size.
func (r *runner) sizeCurve(t trainedSet, paper []sizePoint, title string) error {
	s := r.size
	s.seeds = min(s.seeds, 3)
	r.result.Seeds = s.seeds
	set, err := s.open(t.set)
	if err != nil {
		return err
	}
	points := paper
	if r.profile == Quick {
		points = []sizePoint{paper[0], paper[2], paper[7]}
		r.result.Reduced += ", 3 of 9 sizes"
	}
	for len(points) > 1 && int(points[len(points)-1].rows) > len(set.Samples) {
		points = points[:len(points)-1]
	}
	r.of = len(points) * (1 + s.seeds)
	curves := map[string][]figure.Interval{}
	const (
		publishedName = "as published (the paper's RMSE)"
		correctedName = "corrected (RMSE)"
		bestName      = "closed form (RMSE)"
	)
	for _, point := range points {
		n := int(point.rows)
		published, err := r.asPublished(set.Subset(seqOf(n)), t.optimizer, 1)
		if err != nil {
			return err
		}
		r.tick(fmt.Sprintf("%d rows, as published", n))
		row := newRow(fmt.Sprintf("%s, %d rows", t.device, n), "ms")
		row.Paper, row.AsPublished = Number(point.value), Number(published.scores.PaperRMSEMs)
		var rmse, best []float64
		for seed := range uint64(s.seeds) {
			split := splitFor(set, 1+seed)
			split.Train = some(split.Train, 7*n/10, seed)
			split.Validation = some(split.Validation, 15*n/100, seed)
			o, err := r.corrected(set, split, t.optimizer, 1+seed)
			if err != nil {
				return err
			}
			r.tick(fmt.Sprintf("%d rows, corrected, seed %d", n, 1+seed))
			rmse = append(rmse, o.scores.RMSEMs)
			b, err := closedForm(set, split)
			if err != nil {
				return err
			}
			best = append(best, b.RMSEMs)
		}
		row.correct(rmse)
		m := overSplits(best)
		row.Best, row.BestKind = Number(m.Value), bestKind
		row.Note = "as published: what the paper calls RMSE; corrected and best: the RMSE on the corrected split's test rows"
		r.result.Rows = append(r.result.Rows, row)
		x := point.rows
		curves[publishedName] = append(curves[publishedName], band(x, []float64{published.scores.PaperRMSEMs}))
		curves[correctedName] = append(curves[correctedName], splitBand(x, rmse))
		curves[bestName] = append(curves[bestName], splitBand(x, best))
	}
	var read []figure.Interval
	for _, p := range paper {
		read = append(read, figure.Interval{X: p.rows, Value: p.value})
	}
	p, err := figure.SizeCurve(title, "test error (ms)", curves, []string{publishedName, correctedName, bestName}, read)
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p})
	r.result.Notes = append(r.result.Notes,
		"The size is that of the whole data set: 70 % of it are trained on.",
		"The paper's values were read off its figure and are good to a few percent.")
	return nil
}

// some draws n of rows at random, all where there are fewer.
func some(rows []int, n int, seed uint64) []int {
	order := random.Stream(seed, "size").Perm(len(rows))
	picked := make([]int, 0, n)
	for _, i := range order[:min(n, len(rows))] {
		picked = append(picked, rows[i])
	}
	return picked
}
