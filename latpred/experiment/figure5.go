package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/neural"
	"gonum.org/v1/gonum/stat"
)

func figure5a(r *runner) error {
	return r.fineTuneCurve(table1Sets()[0], table2Targets()[0], paperCurve("figure5a", "rtx2080ti-b64", "test_error"))
}
func figure5b(r *runner) error { return r.fineTuneCurve(table1Sets()[0], table2Targets()[1], nil) }

// fineTuneCurve spends more and more labels of the new device.
func (r *runner) fineTuneCurve(source trainedSet, t target, paper []sizePoint) error {
	r.size.seeds = min(r.size.seeds, 3)
	s := r.size
	r.result.Seeds = s.seeds
	from, err := s.open(source.set)
	if err != nil {
		return err
	}
	set, err := s.open(t.set)
	if err != nil {
		return err
	}
	sizes := []int{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000, 1300, 1600, 1900}
	if r.profile == Quick {
		r.result.Reduced += fmt.Sprintf(", 3 of %d sizes", len(sizes))
		sizes = []int{100, fineTuneRows, 1900}
	}
	transfers := []neural.Transfer{neural.LastLayer, neural.AllLayers, neural.Scratch}
	r.of = 1 + s.seeds + len(sizes)*s.seeds
	published, sources, err := r.sources(source, from)
	if err != nil {
		return err
	}
	const publishedName = "as published (the paper's RMSE)"
	curves := map[string][]figure.Interval{}
	add := func(name string, n int, values []float64) {
		curves[name] = append(curves[name], band(float64(n), values))
	}
	order := []string{publishedName}
	for _, transfer := range transfers {
		order = append(order, fmt.Sprintf("corrected, %s (RMSE)", transfer))
	}
	for _, n := range sizes {
		row := newRow(fmt.Sprintf("%s → %s, %d labels", source.device, t.device, n), "ms")
		row.Note = "as published: what the paper calls RMSE; corrected: the RMSE, last layer; best: the RMSE, all layers"
		for _, p := range paper {
			if int(p.rows) == n {
				row.Paper = Number(p.value)
			}
		}
		var last []float64
		corrected := make([][]float64, len(transfers))
		for seed := range uint64(s.seeds) {
			scores, diverged, err := r.fineTuneAsPublished(published, set, n, 1+seed)
			if err != nil {
				return err
			}
			if !diverged {
				last = append(last, scores.PaperRMSEMs)
			}
			for k, transfer := range transfers {
				scores, err := r.fineTuneCorrected(sources[seed], transfer, set, n, 1+seed)
				if err != nil {
					return err
				}
				corrected[k] = append(corrected[k], scores.RMSEMs)
			}
			r.tick(fmt.Sprintf("%d labels, seed %d", n, 1+seed))
		}
		if len(last) > 0 {
			row.AsPublished = Number(stat.Mean(last, nil))
			add(publishedName, n, last)
		}
		row.correct(corrected[0])
		row.Best, row.BestKind = Number(stat.Mean(corrected[1], nil)), "all layers"
		for k := range transfers {
			curves[order[k+1]] = append(curves[order[k+1]], splitBand(float64(n), corrected[k]))
		}
		r.result.Rows = append(r.result.Rows, row)
	}
	var read []figure.Interval
	for _, p := range paper {
		read = append(read, figure.Interval{X: p.rows, Value: p.value})
	}
	p, err := figure.SizeCurve(fmt.Sprintf("%s → %s: error over the number of labels", source.device, t.device), "test error (ms)", curves, order, read)
	if err != nil {
		return err
	}
	p.X.Label.Text = "labels of the new device"
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p})
	return nil
}
