package experiment

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/neural"
	"gonum.org/v1/gonum/stat"
)

func figure5b(r *runner) error {
	return r.fineTuneCurve(table1Sets()[0], table2Targets()[0])
}

func sizeP40(r *runner) error {
	return r.fineTuneCurve(table1Sets()[0], table2Targets()[1])
}

// labelCounts are the numbers of labels of the authors' curve, and those at which the
// corrected protocol, whose trainings are no heads, is run as well.
func (r *runner) labelCounts() (published, corrected []int) {
	for n := 100; n <= 1900; n += 100 {
		published = append(published, n)
	}
	corrected = []int{100, 200, 300, 500, fineTuneRows, 1000, 1300, 1600, 1900}
	if r.profile == Quick {
		r.result.Reduced += fmt.Sprintf(", 4 of %d sizes", len(published))
		published, corrected = []int{100, 300, fineTuneRows, 1900}, []int{100, fineTuneRows, 1900}
	}
	return published, corrected
}

// curveTransfers are drawn corrected.
var curveTransfers = []neural.Transfer{neural.LastLayer, neural.AllLayers, neural.Scratch}

// fineTuneCurve spends more and more labels of the new device. All its values are what the
// paper calls RMSE.
func (r *runner) fineTuneCurve(source trainedSet, t target) error {
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
	sizes, correctedAt := r.labelCounts()
	r.of = s.seeds + len(sizes) + len(correctedAt)*s.seeds
	_, sources, err := r.sources(source, from, 0)
	if err != nil {
		return err
	}
	released, err := neural.Released(source.set)
	if err != nil {
		return err
	}
	run, _ := neural.PublishedRunOf(source.set, t.set)
	seeds := min(r.heads(), paperSize.seeds)
	paper := paperCurve(r.result.Item, t.set, "test_error")
	curves := map[string][]figure.Interval{}
	const publishedName = "as published (range over seeds)"
	order := []string{publishedName}
	for _, transfer := range curveTransfers {
		order = append(order, "corrected, "+string(transfer))
	}
	for _, n := range sizes {
		row := newRow(fmt.Sprintf("%s → %s, %d labels: what the paper calls RMSE", source.device, t.device, n), "ms")
		for _, p := range paper {
			if int(p.rows) == n {
				row.Paper = Number(p.value)
			}
		}
		heads, err := r.headSeeds(released, run, set, n, seeds)
		if err != nil {
			return err
		}
		row.publish(heads.values(false, paperRMSEOf))
		r.tick(fmt.Sprintf("%d labels, as published", n))
		curves[publishedName] = append(curves[publishedName], span(float64(n), heads.values(false, paperRMSEOf)))
		r.result.Rows = append(r.result.Rows, row)
	}
	for _, n := range correctedAt {
		corrected := make([][]float64, len(curveTransfers))
		for seed := range uint64(s.seeds) {
			for k, transfer := range curveTransfers {
				scores, err := r.fineTuneCorrected(sources[seed], transfer, set, n, 1+seed)
				if err != nil {
					return err
				}
				corrected[k] = append(corrected[k], scores.PaperRMSEMs)
			}
			r.tick(fmt.Sprintf("%d labels, corrected, seed %d", n, 1+seed))
		}
		for i, at := range sizes {
			if row := &r.result.Rows[i]; at == n {
				row.correct(corrected[0])
				row.Best, row.BestKind = Number(stat.Mean(corrected[1], nil)), string(neural.AllLayers)
			}
		}
		for k, name := range order[1:] {
			curves[name] = append(curves[name], band(float64(n), corrected[k]))
		}
	}
	r.result.Notes = append(r.result.Notes,
		fmt.Sprintf("As published: %s of a head on the released source, by the recipe of Table 2, judged on the last 1,500 rows of the file. Corrected, which trains the last layer, and best: the mean of %s, each judged on the test rows of its own split by architecture.", seedsOf(seeds), seedsOf(s.seeds)),
		readOffNote(r.result.Item))
	p, err := figure.SizeCurve(fmt.Sprintf("%s → %s: error over the number of labels", source.device, t.device), "what the paper calls RMSE (ms)", curves, order, paperPoints(paper))
	if err != nil {
		return err
	}
	p.X.Label.Text = "labels of the new device"
	r.result.Figures = append(r.result.Figures, figure.Named{Name: r.result.Item, Plot: p})
	return nil
}

// readOffNote says how good the published values of an item are. Items named size are
// figures in the authors' repository, not in the paper.
func readOffNote(item string) string {
	if strings.HasPrefix(item, "size-") {
		return "The authors' values were read off a figure in their repository and are good to a few percent."
	}
	return "The paper's values were read off its figure and are good to a few percent."
}

// paperPoints are published values for a figure.
func paperPoints(paper []sizePoint) []figure.Interval {
	var points []figure.Interval
	for _, p := range paper {
		points = append(points, figure.Interval{X: p.rows, Value: p.value})
	}
	return points
}
