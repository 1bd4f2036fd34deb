package design

import (
	"context"
	"math"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Verdict is what a predictor adapted with measured networks is worth.
type Verdict struct {
	Rows    int     `json:"rows"`                   // measured networks
	Percent float64 `json:"expected_error_percent"` // expected mean relative error on others, by leaving each out in turn
	Upper   float64 `json:"upper_percent"`          // what is held against the goal: Percent and its standard error, or what the model's intervals say if that is more
	Goal    float64 `json:"goal_percent"`
	Enough  bool    `json:"enough"` // Upper is at most Goal

	// MoreRows further measurements would bring the error to MorePercent, and GoalRows further
	// ones would make it enough; 0: not known, or there are enough.
	MoreRows    int     `json:"more_rows,omitempty"`
	MorePercent float64 `json:"more_percent,omitempty"`
	GoalRows    int     `json:"goal_rows,omitempty"`

	Warnings []latpred.Warning `json:"warnings,omitempty"`
}

// Least is the smallest number of measured networks that can be enough. Of fewer, the expected
// error can be small by chance: with 12, campaigns on a device whose labels are noisy stopped at
// twice their goal.
const Least = 20

// Judge adapts to measured networks and holds the expected error against a goal, both mean
// relative errors in percent. It errs as adapt.Adapt does.
func Judge(ctx context.Context, sources []*transfer.Source, set *dataset.Set, goal float64) (Verdict, error) {
	p, report, err := adapt.Adapt(ctx, sources, set, adapt.Config{})
	if err != nil {
		return Verdict{}, err
	}
	return judge(p, report, set, goal)
}

// judge holds the expected error of an adapted predictor against a goal.
func judge(p *adapt.Predictor, report *adapt.Report, set *dataset.Set, goal float64) (Verdict, error) {
	archs, ms := set.Archs(), set.LatenciesMs()
	left, _, err := p.Model().LeftOut(archs)
	if err != nil {
		return Verdict{}, err
	}
	errors := make([]float64, len(ms))
	for i, y := range ms {
		errors[i] = 100 * math.Abs(left[i]-y) / y
	}
	v := Verdict{Rows: len(ms), Percent: report.ExpectedPercent, Goal: goal, Warnings: report.Warnings}
	v.Upper = v.Percent + stat.StdErr(stat.StdDev(errors, nil), float64(len(errors)))
	wide, err := byIntervals(p)
	if err != nil {
		return Verdict{}, err
	}
	v.Upper = max(v.Upper, wide)
	v.Enough = v.Rows >= Least && v.Upper <= goal
	if report.MoreRows > 0 {
		v.MoreRows, v.MorePercent = report.MoreRows, fifth*v.Percent
		if !v.Enough {
			v.GoalRows = further(v)
		}
	}
	return v, nil
}

// fifth is what Report.MoreRows rows leave of the error.
const fifth = .8

// mostRows bounds what is said of further measurements: an extrapolation says nothing of more.
const mostRows = 100_000

// further is the number of measurements after which the error is the goal, by the power law
// that MoreRows was read from; 0 if that is too many.
func further(v Verdict) int {
	n := float64(v.Rows)
	slope := -math.Log(fifth) / math.Log((n+float64(v.MoreRows))/n)
	rows := n * (math.Pow(max(1, v.Upper/v.Goal), 1/slope) - 1)
	if !(rows < mostRows) {
		return 0
	}
	return max(1, int(math.Ceil(rows)))
}

// byIntervals is the mean relative error, in percent, that a predictor's intervals of random
// networks say, if errors have a normal distribution.
func byIntervals(p *adapt.Predictor) (float64, error) {
	const half, networks = .5, 200
	archs := make([]space.Arch, networks)
	rng := random.Stream(0, "intervals")
	for i := range archs {
		archs[i] = p.Space().Sample(rng)
	}
	low, high, middle := make([]float64, len(archs)), make([]float64, len(archs)), make([]float64, len(archs))
	if err := p.BoundsMs(low, high, archs, half); err != nil {
		return 0, err
	}
	if err := p.PredictMs(middle, archs); err != nil {
		return 0, err
	}
	var sum float64
	for i := range archs {
		sum += (high[i] - low[i]) / 2 / middle[i] / float64(len(archs))
	}
	// The mean of |N(0, 1)| over the quantile that half of it is below.
	return 100 * sum * math.Sqrt(2/math.Pi) / distuv.UnitNormal.Quantile((1+half)/2), nil
}
