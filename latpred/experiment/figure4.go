package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/random"
)

func figure4b(r *runner) error {
	return r.sizeCurve(table1Sets()[3], "Figure 4(b): error over the size of the data set, Intel Xeon")
}

func sizeRTX(r *runner) error {
	return r.sizeCurve(table1Sets()[1], "Error over the size of the data set, RTX 2080 Ti")
}

// sizeCurve trains on data sets of growing size. As published, the first n rows
// of the file are the data set, split 70/15/15 in their order. Corrected, the
// whole set is split by architecture once a seed; 0.7 n of its training rows,
// drawn at random, are trained on, and the same test rows judge every size. All values
// are what the paper calls RMSE.
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
	for len(points) > 1 && int(points[len(points)-1].rows) > len(set.Samples) {
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
		was, err := r.sizePublished(t, set.Subset(seqOf(int(point.rows))), published)
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
		fmt.Sprintf("The size is that of the whole data set: 70 %% of it are trained on. As published: %s, judged on the last 15 %% of so many rows of the file. Corrected and best: the mean of %s, each judged on the test rows of its own split by architecture, the same at every size.", seedsOf(published), seedsOf(s.seeds)),
		readOffNote(r.result.Item))
	return nil
}

// sizePublished trains on a set as published, once a seed; what diverges is left out.
func (r *runner) sizePublished(t trainedSet, set *dataset.Set, seeds int) (errors []float64, err error) {
	for seed := range uint64(seeds) {
		o, err := r.asPublished(set, t.optimizer, 1+seed)
		if err != nil {
			return nil, err
		}
		if !o.diverged {
			errors = append(errors, o.scores.PaperRMSEMs)
		}
		r.tick(fmt.Sprintf("%d rows, as published, seed %d", set.Rows, 1+seed))
	}
	return errors, nil
}

// sizeCorrected trains on a share of a set's training rows as large as that of n rows, once
// a seed; best is the closed form of the same rows.
func (r *runner) sizeCorrected(t trainedSet, set *dataset.Set, n int) (corrected, best []float64, err error) {
	for seed := range uint64(r.size.seeds) {
		split := splitFor(set, 1+seed)
		split.Train = some(split.Train, 7*n/10, seed)
		split.Validation = some(split.Validation, 15*n/100, seed)
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
