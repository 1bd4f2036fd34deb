package adapt

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

// By hand: a prior of 2 degrees and size 1.5, and errors 1, −2 and 30, which counts as 3,
// that count half each: 2 + 1.5 degrees, scale √((2·2.25 + (1 + 4 + 9)/2) / 3.5).
func TestSpreadByHand(t *testing.T) {
	d := Spread{Freedom: 2, Scale: 1.5, Row: .5}.distribution([]float64{1, -2, 30})
	if want := math.Sqrt(11.5 / 3.5); d.Nu != 3.5 || math.Abs(d.Sigma-want) > 1e-12 || d.Mu != 0 {
		t.Errorf("%+v, want 3.5 degrees and a scale of %v", d, want)
	}
	if got, want := (Spread{}).distribution([]float64{2}), shippedSpread.distribution([]float64{2}); got != want {
		t.Errorf("the zero value gives %+v, want %+v", got, want)
	}
}

// With few rows the scores are the quantiles of the distribution's absolute value: with one
// degree of freedom those of a Cauchy variable, tan(π level / 2). With many they are the
// errors themselves.
func TestCalibrate(t *testing.T) {
	found := func(n int) (*fewshot.Report, []space.Arch, []float64) {
		r, y := &fewshot.Report{}, make([]float64, n)
		for i := range y {
			y[i] = 10
			r.LooMs, r.LooSdMs = append(r.LooMs, 10+float64(i%5)), append(r.LooSdMs, 2)
		}
		return r, make([]space.Arch, n), y
	}
	r, archs, y := found(4) // errors of 0, .5, 1 and 1.5 standard deviations
	cauchy := Spread{Freedom: 1, Scale: 3, Row: 1e-12}
	s, err := calibrate(&fewshot.Model{}, r, archs, y, cauchy)
	if err != nil {
		t.Fatal(err)
	}
	for _, level := range []float64{.5, .8, .9, .95, .99} {
		if got, want := s.Factor(level), 3*math.Tan(math.Pi*level/2); math.Abs(got/want-1) > 1e-6 {
			t.Errorf("level %v: %v standard deviations, want %v", level, got, want)
		}
	}
	for _, d := range []distuv.StudentsT{{Sigma: 3, Nu: 1}, {Sigma: .2, Nu: 2.25}, {Sigma: 1, Nu: 26}} { // back from its quantiles
		scores := make([]float64, quantiles)
		for i := range scores {
			scores[i] = d.Quantile(.5 + .5*float64(i+1)/(quantiles+1))
		}
		if got := studentOf(scores); math.Abs(got.Nu/d.Nu-1) > 1e-6 || math.Abs(got.Sigma/d.Sigma-1) > 1e-9 {
			t.Errorf("%+v of quantiles of %+v", got, d)
		}
	}
	if studentOf(make([]float64, quantiles)) != nil || studentOf([]float64{1, 2, 3}) != nil {
		t.Error("a distribution of scores that are no quantiles")
	}
	r, archs, y = found(studentRows - 1)
	if s, err = calibrate(&fewshot.Model{}, r, archs, y, Spread{}); err != nil || len(s.Scores) != quantiles {
		t.Errorf("%d rows: %d scores, %v", len(y), len(s.Scores), err)
	}
	r, archs, y = found(studentRows)
	s, err = calibrate(&fewshot.Model{}, r, archs, y, cauchy)
	if err != nil || len(s.Scores) != studentRows || s.Scores[0] != 0 || s.Scores[studentRows-1] != 2 || s.Scores[studentRows/2] != 1 {
		t.Errorf("%d scores, %v", len(s.Scores), err)
	}
}
