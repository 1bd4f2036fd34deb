package card

import (
	"errors"
	"maps"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// levels of the intervals that are judged.
var levels = []float64{.8, .9, .95}

// Estimate is a figure of all networks, estimated from rows, with its 95 % confidence interval.
// The rows vary in it; the training and the device's day do not.
type Estimate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Judgement says how good a predictor is on rows that it has not seen.
type Judgement struct {
	Data     string `json:"data"` // name of the set
	Hash     string `json:"data_hash"`
	Rows     int    `json:"rows"`               // that judge
	Of       int    `json:"of"`                 // rows of the set
	Protocol string `json:"protocol,omitempty"` // that kept them apart; "": the whole set was not trained on
	Seed     uint64 `json:"seed,omitempty"`
	Trained  bool   `json:"trained_on_set"`    // the predictor was made from other rows of this set
	Unknown  string `json:"unknown,omitempty"` // why it may have seen more

	MAPE     Estimate `json:"mape_percent"`
	MAE      Estimate `json:"mae_ms"`
	Within5  Estimate `json:"within_5_percent"` // percent of the rows that are predicted within 5 %
	RMSEMs   float64  `json:"rmse_ms"`
	BiasMs   float64  `json:"bias_ms"`
	Spearman float64  `json:"spearman"`

	Sizes    []Size     `json:"by_resolution"`
	Coverage []Coverage `json:"coverage,omitempty"` // empty: there are no intervals
	Drift    Drift      `json:"drift"`
}

// Size is the error at one resolution.
type Size struct {
	Resolution int      `json:"resolution"`
	Rows       int      `json:"rows"`
	MAPE       Estimate `json:"mape_percent"`
}

// Coverage says whether intervals of a level keep their promise.
type Coverage struct {
	Level       float64  `json:"level"`
	Held        Estimate `json:"held_percent"`            // percent of the rows whose latency lies in its interval
	WidthMs     float64  `json:"mean_width_ms"`           // of the intervals that have an end
	Unbounded   int      `json:"unbounded,omitempty"`     // rows whose interval has none
	Unsupported bool     `json:"unsupported,omitempty"`   // the level is above what the predictor's rows support
	Highest     float64  `json:"highest_level,omitempty"` // that they support
}

// Drift says whether errors follow each other in the order of measuring: then the device changed
// while it was measured.
type Drift struct {
	Autocorrelation float64 `json:"autocorrelation"` // of relative errors, with the row before
	Probability     float64 `json:"probability"`     // of one as high by chance
	FirstPercent    float64 `json:"first_percent"`   // mean relative error of the first fifth: above 0 where networks took longer than predicted
	LastPercent     float64 `json:"last_percent"`    // of the last
}

// unseen lists the rows of a set that a predictor has not seen.
func unseen(p latpred.Predictor, set *dataset.Set) ([]int, *audit.Seen, error) {
	seen, err := audit.SeenBy(p, set)
	if err != nil {
		return nil, nil, err
	}
	rows, err := seen.Rows("test")
	if err != nil {
		return nil, nil, err
	}
	return seen.Unseen(rows), seen, nil
}

// newJudgement judges a predictor by rows.
func newJudgement(p latpred.Predictor, set *dataset.Set) (*Judgement, []latpred.Warning, error) {
	pred, want := make([]float64, len(set.Samples)), set.LatenciesMs()
	if err := latpred.Checked(p)(pred, set.Archs()); err != nil {
		return nil, nil, err
	}
	off, relative := make([]float64, len(pred)), make([]float64, len(pred))
	for i := range pred {
		off[i], relative[i] = math.Abs(pred[i]-want[i]), 100*(want[i]-pred[i])/pred[i]
	}
	percent := percents(pred, want)
	s := metric.Evaluate(pred, want)
	j := &Judgement{
		Rows: len(pred), MAPE: mean(percent), MAE: mean(off), Within5: share(percent, func(v float64) bool { return v <= 5 }),
		RMSEMs: s.RMSEMs, BiasMs: s.BiasMs, Spearman: s.Spearman, Sizes: sizes(set, percent), Drift: drift(relative),
	}
	warnings := slices.Concat(audit.AgainstPredictor(want, pred), audit.FollowEachOther(relative))
	var err error
	j.Coverage, err = coverage(p, set)
	return j, warnings, err
}

// percents are the errors of predictions in percent of the measurements.
func percents(pred, want []float64) []float64 {
	list := make([]float64, len(pred))
	for i := range pred {
		list[i] = 100 * math.Abs(pred[i]-want[i]) / want[i]
	}
	return list
}

// mean estimates the mean of what values were drawn from, by Student's t.
func mean(values []float64) Estimate {
	m := metric.Interval(values)
	return Estimate{m.Value, max(0, m.Low), m.High} // of errors, which are not below 0
}

// share estimates, in percent, how many of what values were drawn from are hits, by Clopper and
// Pearson.
func share(values []float64, hit func(float64) bool) Estimate {
	n, k := float64(len(values)), 0.
	for _, v := range values {
		if hit(v) {
			k++
		}
	}
	e := Estimate{Value: metric.Percent(k / n), High: 100}
	if k > 0 {
		e.Low = 100 * distuv.Beta{Alpha: k, Beta: n - k + 1}.Quantile(.025)
	}
	if k < n {
		e.High = 100 * distuv.Beta{Alpha: k + 1, Beta: n - k}.Quantile(.975)
	}
	return e
}

// sizes gives the error at each resolution.
func sizes(set *dataset.Set, percent []float64) (list []Size) {
	by := map[int][]float64{}
	for i, s := range set.Samples {
		by[s.Arch.Resolution] = append(by[s.Arch.Resolution], percent[i])
	}
	for _, r := range slices.Sorted(maps.Keys(by)) {
		list = append(list, Size{r, len(by[r]), mean(by[r])})
	}
	return list
}

// drift looks at relative errors, in percent, in the order of measuring.
func drift(relative []float64) (d Drift) {
	fifth := max(1, len(relative)/5)
	d.FirstPercent, d.LastPercent = stat.Mean(relative[:fifth], nil), stat.Mean(relative[len(relative)-fifth:], nil)
	if d.Autocorrelation, d.Probability = metric.Autocorrelation(relative); math.IsNaN(d.Autocorrelation) {
		d.Autocorrelation = 0 // too few rows to say
	}
	return d
}

// coverage judges the predictor's intervals, if it has any.
func coverage(p latpred.Predictor, set *dataset.Set) (list []Coverage, err error) {
	bounds, ok := p.(latpred.IntervalPredictor)
	if !ok {
		return nil, nil
	}
	archs, want := set.Archs(), set.LatenciesMs()
	low, high := make([]float64, len(want)), make([]float64, len(want))
	for _, level := range levels {
		err := bounds.BoundsMs(low, high, archs, level)
		if errors.Is(err, latpred.ErrNoInterval) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c := Coverage{Level: level}
		held, widths := make([]float64, len(want)), []float64{}
		for i := range want {
			if want[i] >= low[i] && want[i] <= high[i] {
				held[i] = 1
			}
			if math.IsInf(high[i], 1) {
				c.Unbounded++
			} else {
				widths = append(widths, high[i]-low[i])
			}
		}
		if c.Held = share(held, func(v float64) bool { return v > 0 }); len(widths) > 0 {
			c.WidthMs = stat.Mean(widths, nil)
		}
		if b, ok := p.(latpred.BackedIntervals); ok {
			c.Highest, c.Unsupported = b.Backing().Highest(), !b.Backing().Supports(level)
		}
		list = append(list, c)
	}
	return list, nil
}
