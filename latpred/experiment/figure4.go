package experiment

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/random"
)

func figure4b(r *runner) error {
	return r.sizeCurve(table1Sets()[3], "Figure 4(b): error over the size of the data set, Intel Xeon")
}

func sizeRTX(r *runner) error {
	return r.sizeCurve(table1Sets()[1], "Error over the size of the data set, RTX 2080 Ti")
}

// sizeCurve trains on more and more rows. As published, these are the first n rows of the
// file, and its last 1,500 (of those that are not trained on) judge. Corrected, the whole set
// is split by architecture once a seed; n of its training rows, drawn at random, or all where
// it has no more, are trained on, and the same test rows judge every size. All values are
// what the paper calls RMSE.
func (r *runner) sizeCurve(t trainedSet, title string) error {
	published := r.size.seeds
	r.size.seeds = min(r.size.seeds, 3)
	s := r.size
	r.result.Seeds = s.seeds
	set, err := s.open(t.set)
	if err != nil {
		return err
	}
	paper := paperCurve(r.result.Item, t.set, "test_error")
	points := paper
	if r.profile == Quick {
		points = []sizePoint{paper[0], paper[2], paper[7]}
		r.result.Reduced += ", 3 of 9 sizes"
	}
	for len(points) > 1 && int(points[len(points)-1].rows) >= len(set.Samples) {
		points = points[:len(points)-1]
	}
	r.of = len(points) * (published + s.seeds)
	curves := map[string][]figure.Interval{}
	const (
		publishedName = "as published (range over seeds)"
		correctedName = "corrected"
		bestName      = "closed form"
	)
	for _, point := range points {
		row := newRow(fmt.Sprintf("%s, %.0f rows: what the paper calls RMSE", t.device, point.rows), "ms")
		row.Paper = Number(point.value)
		was, err := r.sizePublished(t, set, int(point.rows), published)
		if err != nil {
			return err
		}
		row.publish(was)
		corrected, best, err := r.sizeCorrected(t, set, int(point.rows))
		if err != nil {
			return err
		}
		row.correct(corrected)
		row.Best, row.BestKind = Number(overSplits(best).Value), bestKind
		r.result.Rows = append(r.result.Rows, row)
		if len(was) > 0 {
			curves[publishedName] = append(curves[publishedName], span(point.rows, was))
		}
		curves[correctedName] = append(curves[correctedName], band(point.rows, corrected))
		curves[bestName] = append(curves[bestName], band(point.rows, best))
	}
	p, err := figure.SizeCurve(title, "what the paper calls RMSE (ms)", curves, []string{publishedName, correctedName, bestName}, paperPoints(paper))
	if err != nil {
		return err
	}
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p})
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("The size is the number of rows that are trained on: of data sets of so many rows in all, split 70/15/15, the curve would fall later than the authors'. As published: %d seeds on the first rows of the file, judged on its last 1,500, at 9,000 on its last 1,000. Corrected and best: the mean of %d seeds, each judged on the test rows of its own split by architecture, the same at every size; from 7,000 on all its training rows are used.", published, s.seeds),
		readOffNote(r.result.Item))
	return nil
}

// firstRows is the split of a file that trains on its first n rows. Its last 15 % are the
// test rows, without those that are trained on; validation rows are the file's.
func firstRows(set *dataset.Set, n int) dataset.Split {
	split := set.SplitFileOrder()
	split.Train = seqOf(n)
	split.Test = slices.DeleteFunc(slices.Clone(split.Test), func(row int) bool { return row < n })
	return split
}

// sizePublished trains on the first n rows as published, once a seed; what diverges is left
// out.
func (r *runner) sizePublished(t trainedSet, set *dataset.Set, n, seeds int) (errors []float64, err error) {
	config := mlp.Published()
	config.Optimizer, config.Epochs = t.optimizer, r.size.epochs
	for seed := range uint64(seeds) {
		o, err := r.train(set, firstRows(set, n), config, 1+seed)
		if err != nil {
			return nil, err
		}
		if !o.diverged {
			errors = append(errors, o.scores.PaperRMSEMs)
		}
		r.tick(fmt.Sprintf("%d rows, as published, seed %d", n, 1+seed))
	}
	return errors, nil
}

// sizeCorrected trains on n of a set's training rows, once a seed; best is the closed form
// of the same rows.
func (r *runner) sizeCorrected(t trainedSet, set *dataset.Set, n int) (corrected, best []float64, err error) {
	for seed := range uint64(r.size.seeds) {
		split := splitFor(set, 1+seed)
		split.Train = some(split.Train, n, seed)
		split.Validation = some(split.Validation, n/5, seed)
		o, err := r.corrected(set, split, t.optimizer, 1+seed)
		if err != nil {
			return nil, nil, err
		}
		b, err := closedForm(set, split)
		if err != nil {
			return nil, nil, err
		}
		corrected, best = append(corrected, o.scores.PaperRMSEMs), append(best, b.PaperRMSEMs)
		r.tick(fmt.Sprintf("%d rows, corrected, seed %d", n, 1+seed))
	}
	return corrected, best, nil
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
