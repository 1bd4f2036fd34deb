package experiment

import (
	"cmp"
	"errors"
	"maps"
	"slices"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"gonum.org/v1/gonum/floats"
)

// tableRecipes are what the search finds on the file-order splits; sets that are not listed
// have no queue. Quick takes them as they are, so that its random splits are judged on rows
// that helped to choose them.
var tableRecipes = map[string]pass.Config{
	"p40-b64":       {QueueDepth: 914, States: 2, LaunchMs: .04},
	"rtx2080ti-b64": {QueueDepth: 929, States: 2},
}

// judged is a table on the rows of a split.
type judged struct {
	table    *additive.Table
	set      *dataset.Set
	split    dataset.Split
	fixed    metric.Scores // with the host state of the validation rows
	unknown  metric.Scores // without a known host state: states as frequent as in the training rows
	online   metric.Scores // with the host state inferred from the preceding rows
	coverage [2]float64    // of the 90 % interval: fixed, online
	width    [2]float64    // median width of it, ms
	worst    [2]float64    // … in the worst fifth of the predictions
	pred     []float64
}

// table trains a table on a set: with search, the recipe is chosen by validation;
// without, it is that of tableRecipes.
func (b *betterRun) table(set *dataset.Set, split dataset.Split, config additive.Config, search bool) (*additive.Table, error) {
	if !search {
		config.Recipe = tableRecipes[set.Name]
		config.Recipe.Basis = pass.Tied(pass.ResolutionsOf(set.Archs()))
	}
	t, _, err := additive.Train(b.ctx, set, split, config)
	return t, err
}

func (b *betterRun) judge(t *additive.Table, set *dataset.Set, split dataset.Split) (judged, error) {
	test := set.Subset(split.Test)
	j := judged{table: t, set: set, split: split, pred: make([]float64, test.Rows)}
	low, high, want := make([]float64, test.Rows), make([]float64, test.Rows), test.LatenciesMs()
	if err := errors.Join(t.PredictMs(j.pred, test.Archs()), t.BoundsMs(low, high, test.Archs(), .9)); err != nil {
		return j, err
	}
	j.fixed = metric.Evaluate(j.pred, want)
	j.coverage[0], j.worst[0] = coverages(j.pred, low, high, want)
	j.width[0] = medianWidth(low, high)
	pred := make([]float64, test.Rows)
	if err := t.FollowMs(pred, low, high, test, .9); err != nil {
		return j, err
	}
	j.online = metric.Evaluate(pred, want)
	j.coverage[1], j.worst[1] = coverages(pred, low, high, want)
	j.width[1] = medianWidth(low, high)
	var err error
	j.unknown, err = unknownState(t.Model(), set.Subset(split.Train), test)
	return j, err
}

// unknownState evaluates predictions without knowledge of the host's state: the mean over
// the states, weighted by their frequency among the training rows.
func unknownState(m *pass.Model, train, test *dataset.Set) (metric.Scores, error) {
	states, err := m.States(train.Archs(), train.LatenciesMs())
	if err != nil {
		return metric.Scores{}, err
	}
	count := map[int]float64{}
	for _, s := range states {
		count[s] += 1 / float64(len(states))
	}
	one, mean := make([]float64, test.Rows), make([]float64, test.Rows)
	for _, s := range slices.Sorted(maps.Keys(count)) {
		if err := m.LabelsMs(one, test.Archs(), constant(s, test.Rows)); err != nil {
			return metric.Scores{}, err
		}
		floats.AddScaled(mean, count[s], one)
	}
	return metric.Evaluate(mean, test.LatenciesMs()), nil
}

func constant(v, n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = v
	}
	return out
}

// medianWidth is the median width of intervals, of which single ones may have no end.
func medianWidth(low, high []float64) float64 {
	width := slices.Clone(high)
	floats.Sub(width, low)
	return metric.Median(width)
}

// coverages returns the share of rows within their intervals: over all rows, and in the
// worst fifth of the rows sorted by prediction.
func coverages(pred, low, high, want []float64) (all, worst float64) {
	all, _ = metric.Coverage(low, high, want)
	order := seqOf(len(pred))
	slices.SortFunc(order, func(a, c int) int { return cmp.Compare(pred[a], pred[c]) })
	worst = 1
	for f := range 5 {
		held, n := 0.0, 0.0
		for _, i := range order[f*len(order)/5 : (f+1)*len(order)/5] {
			if n++; low[i] <= want[i] && want[i] <= high[i] {
				held++
			}
		}
		worst = min(worst, held/n)
	}
	return all, worst
}
