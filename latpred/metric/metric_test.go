package metric_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"pgregory.net/rapid"
)

// Two lists with ties; what follows was computed with NumPy and SciPy 1.17.1.
var (
	pred = []float64{1, 2, 2, 3.5, 5, 4.5, 7, 8, 8, 10}
	want = []float64{1.1, 1.9, 2.5, 3, 5.5, 5.5, 6.5, 8.8, 7.7, 9}
)

func near(t *testing.T, name string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*math.Max(1, math.Abs(want)) {
		t.Errorf("%s = %.16g, want %.16g", name, got, want)
	}
}

func TestAgainstSciPy(t *testing.T) {
	s := metric.Evaluate(pred, want)
	near(t, "RMSE", s.RMSEMs, 0.6123724356957946)           // sqrt(mean(e**2))
	near(t, "MAE", s.MAEMs, 0.53)                           // mean(abs(e))
	near(t, "PaperRMSE", s.PaperRMSEMs, 0.5300017291407555) // mean(sqrt(e**2 + 1e-6))
	near(t, "MAPE", s.MAPEPercent, 11.008389271547167)      // mean(abs(e)/w)
	near(t, "within 10 %", s.Within10Percent, 60)           // mean(abs(e) <= .1*w)
	near(t, "bias", s.BiasMs, -0.05)                        // mean(e)
	near(t, "Spearman", s.Spearman, 0.9908303212067718)     // scipy.stats.spearmanr
	near(t, "Kendall", s.Kendall, 0.9655810287305762)       // scipy.stats.kendalltau
	m := metric.Interval([]float64{0.385, 0.39, 0.371, 0.402, 0.379})
	near(t, "mean", m.Value, 0.3854)
	if math.Abs(m.Low-0.3709038719401166) > 1e-9 || math.Abs(m.High-0.39989612805988345) > 1e-9 { // scipy.stats.t.interval
		t.Errorf("interval %v to %v", m.Low, m.High)
	}
}

func TestSingleValueHasNoWidth(t *testing.T) {
	if m := metric.Interval([]float64{2}); m.Low != 2 || m.High != 2 || m.String() != "2" {
		t.Errorf("interval of one value: %+v, %s", m, m)
	}
}

// By hand: of 1, 2 and 3 the variance is 1, and t of two degrees is 4.302652729749464
// (scipy.stats.t.ppf(.975, 2)). With two test rows for each training row the mean has a
// variance of 1/3 + 2.
func TestNadeauBengio(t *testing.T) {
	m := metric.NadeauBengioInterval([]float64{1, 2, 3}, 2)
	want := 4.302652729749464 * math.Sqrt(1./3+2)
	if m.N != 3 || m.Value != 2 || math.Abs(m.HalfWidth-want) > 1e-9 || math.Abs(m.Low-(2-want)) > 1e-9 || math.Abs(m.High-(2+want)) > 1e-9 {
		t.Errorf("%+v, want 2 ± %v", m, want)
	}
	if m = metric.NadeauBengioInterval([]float64{7}, .2); m.Low != 7 || m.High != 7 || m.HalfWidth != 0 {
		t.Errorf("of one value: %+v", m)
	}
}

// Means of a set are estimated on random tenths of it, 15 times: as training is no part of
// it, the results depend on each other by the set alone. The interval holds the true mean
// where it should; that of independent values is far too narrow.
func TestNadeauBengioCovers(t *testing.T) {
	rng := random.Stream(1, "splits")
	const cases, rows, splits = 1000, 100, 15
	var plain, corrected float64
	for range cases {
		set := make([]float64, rows)
		for i := range set {
			set[i] = rng.NormFloat64()
		}
		var values []float64
		for range splits {
			var mean float64
			for _, i := range rng.Perm(rows)[:rows/10] {
				mean += set[i] / (rows / 10)
			}
			values = append(values, mean)
		}
		if m := metric.Interval(values); m.Low <= 0 && 0 <= m.High {
			plain++
		}
		if m := metric.NadeauBengioInterval(values, 1./9); m.Low <= 0 && 0 <= m.High {
			corrected++
		}
	}
	if share := corrected / cases; share < .93 || share > .98 { // standard error .007
		t.Errorf("the interval holds the mean in %v of the cases", share)
	}
	if plain/cases > .85 {
		t.Errorf("uncorrected it holds it in %v: this tests nothing", plain/cases)
	}
}

func TestMistakesPanic(t *testing.T) {
	for name, f := range map[string]func(){
		"lengths": func() { metric.RMSE([]float64{1}, []float64{1, 2}) },
		"empty":   func() { metric.Kendall(nil, nil) },
		"no mean": func() { metric.Interval(nil) },
		"minus":   func() { metric.NadeauBengioInterval([]float64{1, 2}, -.1) },
		"NaN":     func() { metric.NadeauBengioInterval([]float64{1, 2}, math.NaN()) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestNaNAndConstants(t *testing.T) {
	nan := []float64{1, math.NaN(), 3}
	three := []float64{1, 2, 3}
	for name, v := range map[string]float64{
		"RMSE": metric.RMSE(nan, three), "Spearman": metric.Spearman(nan, three), "Kendall": metric.Kendall(nan, three),
		"Spearman of a constant": metric.Spearman([]float64{5, 5, 5}, three),
		"Kendall of a constant":  metric.Kendall([]float64{5, 5, 5}, three),
	} {
		if !math.IsNaN(v) {
			t.Errorf("%s = %v, want NaN", name, v)
		}
	}
	if s := metric.Evaluate([]float64{5, 5, 5}, three); s.Spearman != 0 || s.Kendall != 0 {
		t.Errorf("a constant has rank correlations %v and %v", s.Spearman, s.Kendall)
	}
}

func TestProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(2, 60).Draw(t, "n")
		// Few values, so that ties are common.
		a := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 12), func(i int) float64 { return float64(i) }), n, n).Draw(t, "a")
		b := rapid.SliceOfN(rapid.Map(rapid.IntRange(1, 12), func(i int) float64 { return float64(i) }), n, n).Draw(t, "b")
		if mae, rmse := metric.MAE(a, b), metric.RMSE(a, b); mae > rmse+1e-12 {
			t.Fatalf("MAE %v above RMSE %v", mae, rmse)
		}
		if paper, mae := metric.PaperRMSE(a, b), metric.MAE(a, b); paper < mae || paper > mae+1e-3 {
			t.Fatalf("the paper's RMSE %v is not within 10⁻³ above the MAE %v", paper, mae)
		}
		if got, want := metric.Kendall(a, b), slowKendall(a, b); math.Abs(got-want) > 1e-12 && !(math.IsNaN(got) && math.IsNaN(want)) {
			t.Fatalf("Kendall %v, counting pairs gives %v", got, want)
		}
		for name, f := range map[string]func(a, b []float64) float64{"Spearman": metric.Spearman, "Kendall": metric.Kendall} {
			x, y := f(a, b), f(b, a)
			if math.Abs(x-y) > 1e-12 || math.Abs(x) > 1+1e-12 {
				t.Fatalf("%s is %v one way, %v the other", name, x, y)
			}
		}
	})
}

// slowKendall is the definition of τ-b, over all pairs.
func slowKendall(a, b []float64) float64 {
	var concordant, discordant, onlyA, onlyB float64
	for i := range a {
		for j := range i {
			switch s := (a[i] - a[j]) * (b[i] - b[j]); {
			case s > 0:
				concordant++
			case s < 0:
				discordant++
			case a[i] != a[j]:
				onlyA++
			case b[i] != b[j]:
				onlyB++
			}
		}
	}
	return (concordant - discordant) / math.Sqrt((concordant+discordant+onlyA)*(concordant+discordant+onlyB))
}

// Two errors of 1 ms and one of 4: the paper's "RMSE" is their mean.
func ExamplePaperRMSE() {
	pred, measured := []float64{10, 21, 34}, []float64{11, 20, 30}
	fmt.Printf("%.3f ms, true RMSE %.3f ms\n", metric.PaperRMSE(pred, measured), metric.RMSE(pred, measured))
	// Output: 2.000 ms, true RMSE 2.449 ms
}

func ExampleInterval() {
	fmt.Println(metric.Interval([]float64{0.38, 0.40, 0.39, 0.41, 0.37}))
	// Output: 0.39 ± 0.02
}
