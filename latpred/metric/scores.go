package metric

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"
)

// Scores are all metrics of a set of predictions, in milliseconds or percent.
type Scores struct {
	N               int     `json:"n"` // number of predictions
	RMSEMs          float64 `json:"rmse_ms"`
	MAEMs           float64 `json:"mae_ms"`
	PaperRMSEMs     float64 `json:"paper_rmse_ms"` // see PaperRMSE
	MAPEPercent     float64 `json:"mape_percent"`
	Within1Percent  float64 `json:"within_1_percent"` // percent of predictions within 1 %
	Within5Percent  float64 `json:"within_5_percent"`
	Within10Percent float64 `json:"within_10_percent"`
	BiasMs          float64 `json:"bias_ms"`
	Spearman        float64 `json:"spearman"` // 0 where it is not defined, as Kendall
	Kendall         float64 `json:"kendall_tau_b"`
}

// Evaluate computes all metrics of predictions and measurements, in milliseconds. Rank
// correlations that are not defined, because all predictions or all measurements are
// equal, are 0.
func Evaluate(predMs, wantMs []float64) Scores {
	defined := func(v float64) float64 {
		if math.IsNaN(v) {
			return 0
		}
		return v
	}
	return Scores{
		N: len(predMs), RMSEMs: RMSE(predMs, wantMs), MAEMs: MAE(predMs, wantMs), PaperRMSEMs: PaperRMSE(predMs, wantMs),
		MAPEPercent: 100 * MAPE(predMs, wantMs), BiasMs: Bias(predMs, wantMs),
		Within1Percent: Percent(Within(predMs, wantMs, 0.01)), Within5Percent: Percent(Within(predMs, wantMs, 0.05)),
		Within10Percent: Percent(Within(predMs, wantMs, 0.10)),
		Spearman:        defined(Spearman(predMs, wantMs)), Kendall: defined(Kendall(predMs, wantMs)),
	}
}

// Percent is a share in percent, without the last digit that floating point adds: 91.21, not
// 91.21000000000001.
func Percent(share float64) float64 { return math.Round(share*1e12) / 1e10 }

// Mean is a mean over repeated experiments with its 95 % confidence interval.
type Mean struct {
	Value     float64 `json:"value"`      // the mean
	Low, High float64 `json:"-"`          // ends of the interval
	HalfWidth float64 `json:"half_width"` // half the width of the interval; 0 with one value
	N         int     `json:"n"`          // number of values
}

// Interval returns the mean of independent values with its 95 % confidence interval by
// Student's t. With one value the interval is not known and its width is given as 0. It
// panics without values. Results on random splits of one data set are not independent: see
// NadeauBengioInterval.
func Interval(values []float64) Mean { return NadeauBengioInterval(values, 0) }

// NadeauBengioInterval is Interval for the results of J trainings and tests on random
// splits of one data set. Splits have rows in common, so that their results vary less than
// those on new data would: the variance of the mean is taken as (1/J + testPerTrain) times
// the sample variance, where testPerTrain is the number of test rows over that of training
// rows, 0 or above. It panics without values, and if testPerTrain is below 0 or NaN.
//
// Source: Nadeau and Bengio, "Inference for the Generalization Error", Machine Learning 52,
// 2003, the corrected resampled t-test.
func NadeauBengioInterval(values []float64, testPerTrain float64) Mean {
	if len(values) == 0 || !(testPerTrain >= 0) {
		panic(fmt.Sprintf("metric: an interval of %d values with %v test rows for each training row", len(values), testPerTrain))
	}
	mean, sd := stat.MeanStdDev(values, nil)
	m := Mean{Value: mean, Low: mean, High: mean, N: len(values)}
	if n := float64(len(values)); n > 1 {
		m.HalfWidth = distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Quantile(0.975) * sd * math.Sqrt(1/n+testPerTrain)
		m.Low, m.High = mean-m.HalfWidth, mean+m.HalfWidth
	}
	return m
}

// String gives "0.385 ± 0.012", or the value alone where there is only one.
func (m Mean) String() string {
	if m.N < 2 {
		return fmt.Sprintf("%.4g", m.Value)
	}
	return fmt.Sprintf("%.4g ± %.2g", m.Value, m.HalfWidth)
}
