package figure_test

import (
	"bytes"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/figure"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/cmpimg"
)

var update = flag.Bool("update", false, "write golden pictures anew")

// latencies look like a device's: about mean, with a tail.
func latencies(seed uint64, n int, mean float64) []float64 {
	rng := rand.New(rand.NewPCG(seed, 1))
	out := make([]float64, n)
	for i := range out {
		out[i] = mean * math.Exp(0.25*rng.NormFloat64())
	}
	return out
}

// scaled multiplies by f and adds noise of a few percent.
func scaled(values []float64, f float64) []float64 {
	rng := rand.New(rand.NewPCG(9, 9))
	out := make([]float64, len(values))
	for i, v := range values {
		out[i] = f * v * (1 + 0.03*rng.NormFloat64())
	}
	return out
}

func falling(from, to float64, n int) figure.Series {
	s := figure.Series{Name: fmt.Sprintf("down to %g ms", to)}
	for i := 1; i <= n; i++ {
		s.X, s.Y = append(s.X, float64(i)), append(s.Y, to+(from-to)/float64(i))
	}
	return s
}

// pictures draws one of each kind.
var pictures = map[string]func() (*plot.Plot, error){
	"scatter": func() (*plot.Plot, error) {
		y := latencies(1, 300, 18)
		return figure.Scatter("Predicted and measured", scaled(y, 1), y)
	},
	"curves": func() (*plot.Plot, error) {
		return figure.Curves("Losses", "RMSE (ms)", []figure.Series{falling(20, 0.4, 50), falling(18, 0.6, 50)}, "paper", 0.385)
	},
	"size-curve": func() (*plot.Plot, error) {
		curves := map[string][]figure.Interval{}
		for _, n := range []float64{1000, 3000, 7000} {
			curves["network"] = append(curves["network"], figure.Interval{X: n, Value: 900 / n, Low: 700 / n, High: 1100 / n})
			curves["closed form"] = append(curves["closed form"], figure.Interval{X: n, Value: 2000 / n, Low: 2000 / n, High: 2000 / n})
		}
		return figure.SizeCurve("Error over size", "test error (ms)", curves, []string{"network", "closed form"}, []figure.Interval{{X: 2000, Value: 0.6}})
	},
	"growth": func() (*plot.Plot, error) {
		ours, peer := figure.Series{Name: "ours"}, figure.Series{Name: "peer"}
		for _, rows := range []float64{500, 1000, 2000, 4000, 7000} {
			ours.X, ours.Y = append(ours.X, rows), append(ours.Y, 0.2+rows/1000)
			peer.X, peer.Y = append(peer.X, rows), append(peer.Y, rows/400)
		}
		return figure.Growth("Cost over rows", "rows", "training (s)", []figure.Series{ours, peer})
	},
	"distributions": func() (*plot.Plot, error) {
		return figure.Distributions("Distributions", []figure.Sample{{Name: "phone", LatenciesMs: latencies(1, 2000, 30)}, {Name: "card", LatenciesMs: latencies(2, 2000, 18)}})
	},
	"by-resolution": func() (*plot.Plot, error) {
		return figure.ByResolution("By resolution", map[int][]float64{160: latencies(1, 100, 12), 192: latencies(2, 100, 18), 224: latencies(3, 100, 24)})
	},
	"sessions": func() (*plot.Plot, error) {
		return figure.Sessions("Sessions", []figure.Session{
			{Name: "node 1", Groups: []float64{.97, .98, .96, .99}, Scale: .975, Low: .965, High: .985},
			{Name: "node 2", Groups: []float64{1.03, 1.02}, Scale: 1.025, Low: 1.01, High: 1.04},
		})
	},
	"drift": func() (*plot.Plot, error) {
		ratio := latencies(1, 4000, 0.56)
		for i := range ratio[2000:] {
			ratio[2000+i] *= 0.95
		}
		return figure.Drift("Drift", "difference (%)", ratio, 200)
	},
	"relation": func() (*plot.Plot, error) {
		x := latencies(1, 300, 30)
		return figure.Relation("Two devices", "phone (ms)", "card (ms)", []figure.Series{{Name: "P40", X: x, Y: scaled(x, 1.5)}, {Name: "RTX", X: x, Y: scaled(x, 0.6)}})
	},
	"bars": func() (*plot.Plot, error) {
		return figure.Bars("Errors", "RMSE / mean (%)", []string{"Note10", "RTX 2080 Ti\n(authors)"}, []string{"as published", "corrected", "best"}, [][]float64{{2, 3}, {1.5, 2.5}, {1, 2}})
	},
	"dots": func() (*plot.Plot, error) {
		return figure.Dots("Errors", "error (ms)", []string{"one card", "another\nof ten rows", "a third"}, []string{"paper", "again", "best"},
			[][]float64{{0.3, 1.6, 14}, {0.31, math.NaN(), 80}, {0.001, 0.6, 78}})
	},
	"times": func() (*plot.Plot, error) {
		return figure.Times("Times", "time for one", []string{"table", "network", "measuring"}, []float64{8e-8, 2e-5, 0.7}, 2)
	},
	"trade-off": func() (*plot.Plot, error) {
		return figure.TradeOff("Search", "latency (ms)", "top-1 (%)", []figure.Series{{Name: "true", X: []float64{15, 25, 35}, Y: []float64{73, 77, 79}}, {Name: "believed", X: []float64{14, 19, 27}, Y: []float64{76, 78, 80}}},
			[]figure.Series{{Name: "paper", X: []float64{15, 30}, Y: []float64{76, 77}}}, []float64{15, 25, 35})
	},
	"parts": func() (*plot.Plot, error) {
		return figure.Parts("Where 9 ms go", "ms", []string{"stem", "stage 1, layer 1", "stage 1, layer 2", "head"}, []float64{1, 4, 3.5, .5})
	},
	"few-shot": func() (*plot.Plot, error) {
		curves := map[string][]figure.Interval{}
		for _, n := range []float64{3, 10, 100, 700} {
			curves["random rows"] = append(curves["random rows"], figure.Interval{X: n, Value: 3 / n, Low: 2 / n, High: 4 / n})
			curves["power law"] = append(curves["power law"], figure.Interval{X: n, Value: .8, Low: .8, High: .8})
		}
		return figure.FewShot("Few measurements", "MAE (ms)", curves, []string{"random rows", "power law"}, "paper", figure.Interval{X: 700, Value: 1.6})
	},
	"calibration": func() (*plot.Plot, error) {
		return figure.Calibration("Promises", []figure.Series{{Name: "few rows", X: []float64{50, 80, 90}, Y: []float64{45, 72, 86}}, {Name: "many", X: []float64{50, 80, 90}, Y: []float64{51, 80, 89}}})
	},
	"heat": func() (*plot.Plot, error) {
		return figure.Heat("From device to device", "to", "from", []string{"phone", "card"}, []string{"phone", "card", "board"}, [][]float64{{math.NaN(), 3.5, 12}, {1.8, math.NaN(), 4}})
	},
	"correlations": func() (*plot.Plot, error) {
		return figure.Correlations("Devices", "rank correlation", []string{"big card", "small card", "phone", "board"}, []figure.Group{{Name: "cards", N: 2}, {Name: "others", N: 2}},
			[][]float64{{1, .95, .3, .5}, {.95, 1, -.04, .5}, {.3, -.04, 1, math.NaN()}, {.5, .5, math.NaN(), 1}})
	},
	"ranks": func() (*plot.Plot, error) {
		curves := map[string][]figure.Interval{}
		for _, n := range []float64{3, 10, 20, 100} {
			curves["random rows"] = append(curves["random rows"], figure.Interval{X: n, Value: 1 - .6/n, Low: 1 - .9/n, High: 1 - .4/n})
			curves["designed rows"] = append(curves["designed rows"], figure.Interval{X: n, Value: 1 - .4/n, Low: 1 - .4/n, High: 1 - .4/n})
		}
		return figure.Ranks("Ranks", curves, []string{"random rows", "designed rows"}, 20, []figure.Reference{{Name: "one", Value: .85}, {Name: "other", Value: .855}, {Name: "third", Value: .78}})
	},
	"held": func() (*plot.Plot, error) {
		y := latencies(1, 100, 18)
		pred := scaled(y, 1)
		low, high := make([]float64, len(y)), make([]float64, len(y))
		for i, v := range pred {
			low[i], high[i] = .96*v, 1.04*v
		}
		return figure.Held("Intervals", pred, low, high, y)
	},
	"rungs": func() (*plot.Plot, error) {
		return figure.Rungs("ASHA", "validation RMSE (ms)", []figure.Rung{
			{Epochs: []float64{1, 2, 4, 8}, Values: []float64{4, 2, 1, 0.5}, Survived: true}, {Epochs: []float64{1, 2}, Values: []float64{5, 3}}, {Epochs: []float64{1}, Values: []float64{18}},
		})
	},
	"parallel": func() (*plot.Plot, error) {
		var lines []figure.Coordinates
		for i, rate := range []float64{1e-3, 1e-2} {
			for j, momentum := range []float64{0.6, 0.9} {
				lines = append(lines, figure.Coordinates{Axes: []float64{rate, momentum}, Value: 0.5 + float64(i) + 3*float64(j)})
			}
		}
		lines[3].Value = math.Inf(1)
		return figure.Parallel("Grid", "RMSE (ms)", []string{"learning rate", "momentum"}, lines)
	},
}

func png(t *testing.T, p *plot.Plot) []byte {
	t.Helper()
	w, err := figure.Draw(p, "png")
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := w.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestGoldenPictures(t *testing.T) {
	for name, draw := range pictures {
		p, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		got, golden := png(t, p), filepath.Join("testdata", name+".png")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Error(err)
			continue
		}
		if same, err := cmpimg.EqualApprox("png", got, want, 0.05); err != nil || !same {
			t.Errorf("%s differs from %s (-update draws it anew): %v", name, golden, err)
		}
	}
}

// What can't be drawn is an error, at once and not when it is drawn.
func TestRefused(t *testing.T) {
	for name, draw := range map[string]func() (*plot.Plot, error){
		"predictions for":          func() (*plot.Plot, error) { return figure.Scatter("", []float64{1}, nil) },
		"0 ends":                   func() (*plot.Plot, error) { return figure.Held("", []float64{1}, []float64{1}, nil, []float64{1}) },
		`"a" has no values`:        func() (*plot.Plot, error) { return figure.Ranks("", nil, []string{"a"}, 20, nil) },
		"correlations for 1 names": func() (*plot.Plot, error) { return figure.Correlations("", "", []string{"a"}, nil, nil) },
		"want 1": func() (*plot.Plot, error) {
			return figure.Correlations("", "", []string{"a"}, nil, [][]float64{{1, 1}})
		},
		"1.5 is no": func() (*plot.Plot, error) {
			return figure.Correlations("", "", []string{"a"}, nil, [][]float64{{1.5}})
		},
		"groups of 2 members": func() (*plot.Plot, error) {
			return figure.Correlations("", "", []string{"a"}, []figure.Group{{Name: "g", N: 2}}, [][]float64{{1}})
		},
		"0 predictions":     func() (*plot.Plot, error) { return figure.Scatter("", nil, nil) },
		"sample x is empty": func() (*plot.Plot, error) { return figure.Distributions("", []figure.Sample{{Name: "x"}}) },
		"windows of 3 rows": func() (*plot.Plot, error) { return figure.Drift("", "", []float64{1, 2}, 3) },
		"windows of 0 rows": func() (*plot.Plot, error) { return figure.Drift("", "", []float64{1, 2}, 0) },
		"values don't fit": func() (*plot.Plot, error) {
			return figure.Bars("", "", []string{"a"}, []string{"k"}, [][]float64{{1, 2}})
		},
		"kinds of 1 names": func() (*plot.Plot, error) {
			return figure.Dots("", "", []string{"a"}, []string{"k"}, [][]float64{{1, 2}})
		},
		"has no values":              func() (*plot.Plot, error) { return figure.Dots("", "", nil, nil, nil) },
		"0 has no place on a logari": func() (*plot.Plot, error) { return figure.Dots("", "", []string{"a"}, []string{"k"}, [][]float64{{0}}) },
		"1 names, 2 values":          func() (*plot.Plot, error) { return figure.Times("", "", []string{"a"}, []float64{1, 2}, 1) },
		"has one size alone": func() (*plot.Plot, error) {
			return figure.Growth("", "", "", []figure.Series{{Name: "a", X: []float64{1, 1}, Y: []float64{1, 2}}})
		},
		"no place on": func() (*plot.Plot, error) {
			return figure.Growth("", "", "", []figure.Series{{Name: "a", X: []float64{1, 2}, Y: []float64{0, 2}}})
		},
		"logarithmic": func() (*plot.Plot, error) { return figure.Times("", "", []string{"a"}, []float64{0}, 1) },
		"no place": func() (*plot.Plot, error) {
			return figure.Curves("", "", []figure.Series{{X: []float64{1, 2}, Y: []float64{1, 0}}}, "", 0)
		},
		"no sessions":      func() (*plot.Plot, error) { return figure.Sessions("", nil) },
		"session a has no": func() (*plot.Plot, error) { return figure.Sessions("", []figure.Session{{Name: "a"}}) },
		"values from +Inf": func() (*plot.Plot, error) { return figure.Curves("", "", nil, "", 0) },
		"a trial with":     func() (*plot.Plot, error) { return figure.Rungs("", "", []figure.Rung{{Epochs: []float64{1}}}) },
		"1 values on 2 axes": func() (*plot.Plot, error) {
			return figure.Parallel("", "", []string{"a", "b"}, []figure.Coordinates{{Axes: []float64{1}, Value: 1}})
		},
		"no configuration of": func() (*plot.Plot, error) {
			return figure.Parallel("", "", []string{"a"}, []figure.Coordinates{{Axes: []float64{1}, Value: math.NaN()}})
		},
	} {
		if _, err := draw(); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v, want …%s…", err, name)
		}
	}
}

// Data that are few, equal or partly no numbers are drawn.
func TestOddData(t *testing.T) {
	one := []float64{12}
	for name, draw := range map[string]func() (*plot.Plot, error){
		"one point": func() (*plot.Plot, error) { return figure.Scatter("t", one, one) },
		"one epoch": func() (*plot.Plot, error) {
			return figure.Curves("t", "y", []figure.Series{{Name: "s", X: []float64{1}, Y: one}}, "paper", 1)
		},
		"no number": func() (*plot.Plot, error) {
			return figure.Curves("t", "y", []figure.Series{{Name: "s", X: []float64{1, 2, 3}, Y: []float64{2, math.NaN(), math.Inf(1)}}}, "", 0)
		},
		"equal values": func() (*plot.Plot, error) {
			return figure.Curves("t", "y", []figure.Series{{Name: "s", X: []float64{1, 2}, Y: []float64{3, 3}}}, "", 0)
		},
		"one size": func() (*plot.Plot, error) {
			return figure.SizeCurve("t", "y", map[string][]figure.Interval{"a": {{X: 1, Value: 2, Low: -1, High: 5}}}, []string{"a"}, nil)
		},
		"one time": func() (*plot.Plot, error) { return figure.Times("t", "x", []string{"a"}, []float64{1}, 1) },
		"one rung": func() (*plot.Plot, error) {
			return figure.Rungs("t", "y", []figure.Rung{{Epochs: []float64{1}, Values: one}})
		},
		"equal results": func() (*plot.Plot, error) {
			return figure.Parallel("t", "y", []string{"a"}, []figure.Coordinates{{Axes: one, Value: 1}, {Axes: one, Value: 1}})
		},
		"empty trade-off": func() (*plot.Plot, error) {
			return figure.TradeOff("t", "x", "y", []figure.Series{{Name: "none"}, {Name: "one", X: one, Y: one}}, nil, nil)
		},
	} {
		p, err := draw()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if n := len(png(t, p)); n < 2000 {
			t.Errorf("%s: a picture of %d bytes", name, n)
		}
	}
}

// A logarithmic axis too short for multiples of powers of ten still has numbers.
func TestShortLogarithmicAxis(t *testing.T) {
	p, err := figure.Curves("t", "y", []figure.Series{{Name: "s", X: []float64{1, 2}, Y: []float64{10.5, 18.9}}}, "", 0)
	if err != nil {
		t.Fatal(err)
	}
	labels := 0
	for _, tick := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if !tick.IsMinor() && tick.Value >= p.Y.Min && tick.Value <= p.Y.Max {
			labels++
		}
	}
	if labels < 3 {
		t.Errorf("%d numbers from %v to %v", labels, p.Y.Min, p.Y.Max)
	}
}
