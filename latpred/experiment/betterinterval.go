package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/floats"
)

// laboratories are who measured the shipped sets.
var laboratories = []struct {
	name string
	sets []string
}{
	{"the authors", []string{"note10", "rtx2080ti-b64", "p40-b64"}},
	{"HELP", helpNames()},
	{"this project", []string{measure.Own}},
}

// helpNames are the names of helpSets.
func helpNames() (names []string) {
	for _, s := range helpSets {
		names = append(names, s.name)
	}
	return names
}

// intervalLevels are the levels that intervals are judged at.
var intervalLevels = []float64{.5, .8, .9, .95}

// fewIntervals judges intervals from few rows. How wide they are was chosen on devices of other
// search spaces.
func (b *betterRun) fewIntervals() error {
	sizes, judged := []int{5, 10, 20, 50}, 500
	if b.profile != Full {
		sizes, judged = []int{10}, 200
	}
	for _, n := range sizes {
		all := make([]float64, len(intervalLevels)) // percent, mean over laboratories
		for _, lab := range laboratories {
			if b.tiny {
				lab.sets = lab.sets[:1]
			}
			shares, err := b.laboratory(lab.sets, n, judged)
			if err != nil {
				return err
			}
			mean := meanRow(shares)
			floats.AddScaled(all, 1/float64(len(laboratories)), mean)
			b.reach(fmt.Sprintf("devices of %s, 90 %% interval from %d rows: rows within", lab.name, n), "%", 0, mean[2], "adapted, random rows",
				fmt.Sprintf("mean over %d draws and %d sets, which have %s; %s", b.draws, len(shares), shareRange(shares, 2), otherLevels(mean))).Seen = seenForm
		}
		b.reach(fmt.Sprintf("90 %% interval from %d rows: rows within, mean over laboratories", n), "%", 0, all[2], "adapted, random rows",
			fmt.Sprintf("target 90; width chosen in other search spaces; %s", otherLevels(all))).Seen = seenForm
	}
	return nil
}

// laboratory gives the share of rows within intervals from n rows, percent, by set and
// level.
func (b *betterRun) laboratory(sets []string, n, judged int) (shares [][]float64, err error) {
	for _, name := range sets {
		s, err := b.intervalShot(name, judged)
		if err != nil {
			return nil, err
		}
		s.n = n
		held, err := b.coverage(s, adapt.Config{NoQueue: s.waits, NoForecast: true})
		if err != nil {
			return nil, fmt.Errorf("%s, %d rows: %w", name, n, err)
		}
		floats.Scale(100, held)
		shares = append(shares, held)
	}
	return shares, nil
}

// meanRow is the mean of rows of equal length.
func meanRow(rows [][]float64) []float64 {
	mean := make([]float64, len(rows[0]))
	for _, r := range rows {
		floats.AddScaled(mean, 1/float64(len(rows)), r)
	}
	return mean
}

// shareRange writes the smallest and the largest share of a level.
func shareRange(shares [][]float64, level int) string {
	var one []float64
	for _, held := range shares {
		one = append(one, held[level])
	}
	return fmt.Sprintf("%.0f to %.0f", floats.Min(one), floats.Max(one))
}

// otherLevels writes the shares of the levels beside 90 %.
func otherLevels(held []float64) string {
	return fmt.Sprintf("of 50, 80 and 95 %% intervals: %.0f, %.0f and %.0f %%", held[0], held[1], held[3])
}

// intervalShot prepares adaptations to a set from all other GPUs and laboratories, judged
// on the first test rows.
func (b *betterRun) intervalShot(name string, judged int) (shot, error) {
	from, err := otherGPUs(name)
	if err != nil {
		return shot{}, err
	}
	s, err := b.shot(name, from...)
	if err != nil {
		return shot{}, err
	}
	s.test = s.test[:min(judged, len(s.test))]
	e, err := catalog.Find(name)
	s.waits = err == nil && e.GPU == ""
	return s, err
}

// coverage is the mean over draws of the share of test rows within the intervals of each
// level.
func (b *betterRun) coverage(s shot, config adapt.Config) ([]float64, error) {
	held := make([]float64, len(intervalLevels))
	test := s.set.Subset(s.test)
	low, high := make([]float64, test.Rows), make([]float64, test.Rows)
	for seed := range uint64(s.draws) {
		support, err := s.support(seed)
		if err != nil {
			return nil, err
		}
		p, _, err := adapt.Adapt(b.ctx, s.sources, support, config)
		if err != nil {
			return nil, err
		}
		for k, level := range intervalLevels {
			if err := p.BoundsMs(low, high, test.Archs(), level); err != nil {
				return nil, err
			}
			share, _ := metric.Coverage(low, high, test.LatenciesMs())
			held[k] += share / float64(s.draws)
		}
	}
	return held, nil
}
