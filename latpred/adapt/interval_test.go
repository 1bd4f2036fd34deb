package adapt

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

// A Student distribution comes back from the quantiles of its absolute value, which files of
// earlier versions have: with one degree of freedom those of a Cauchy variable,
// tan(π level / 2). Other scores are none.
func TestStudentOf(t *testing.T) {
	scores := make([]float64, quantiles)
	for i := range scores {
		scores[i] = 3 * math.Tan(math.Pi/2*float64(i+1)/(quantiles+1))
	}
	if got := studentOf(scores); got == nil || math.Abs(got.Nu-1) > 1e-6 || math.Abs(got.Sigma-3) > 1e-6 {
		t.Errorf("%+v of a Cauchy distribution of scale 3", got)
	}
	for _, d := range []distuv.StudentsT{{Sigma: .2, Nu: 2.25}, {Sigma: 1, Nu: 26}} {
		for i := range scores {
			scores[i] = d.Quantile(.5 + .5*float64(i+1)/(quantiles+1))
		}
		if got := studentOf(scores); got == nil || math.Abs(got.Nu/d.Nu-1) > 1e-6 || math.Abs(got.Sigma/d.Sigma-1) > 1e-9 {
			t.Errorf("%+v of quantiles of %+v", got, d)
		}
	}
	if studentOf(make([]float64, quantiles)) != nil || studentOf([]float64{1, 2, 3}) != nil {
		t.Error("a distribution of scores that are no quantiles")
	}
}

// With scores that are the quantiles of a Student distribution, as files have that were adapted
// with few rows, intervals have levels that no score reaches.
func TestIntervalOfQuantiles(t *testing.T) {
	p, err := modelfile.Load("../testdata/written-before/adapted-coarse.latpred")
	if err != nil {
		t.Fatal(err)
	}
	d := distuv.StudentsT{Sigma: 1.5, Nu: 4}
	c := p.(*Corrected)
	scores := *c.scores
	scores.Scores = make([]float64, quantiles)
	for i := range scores.Scores {
		scores.Scores[i] = d.Quantile(.5 + .5*float64(i+1)/(quantiles+1))
	}
	c.scores = &scores
	file := filepath.Join(t.TempDir(), "adapted.latpred")
	if err := modelfile.Save(file, c); err != nil {
		t.Fatal(err)
	}
	if p, err = modelfile.Load(file); err != nil {
		t.Fatal(err)
	}
	c = p.(*Corrected)
	if b := c.Backing(); b.N != 20 || !b.Assumed {
		t.Errorf("backed by %+v, adapted with 20 rows", b)
	}
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	ms, sd, err := c.model.Read(a)
	if err != nil {
		t.Fatal(err)
	}
	low, high := make([]float64, 1), make([]float64, 1)
	for _, level := range []float64{.5, .9, .9999} {
		if err := c.BoundsMs(low, high, []space.Arch{a}, level); err != nil {
			t.Fatal(err)
		}
		if want := ms + sd*d.Quantile(.5+level/2); math.Abs(high[0]/want-1) > 1e-6 {
			t.Errorf("level %v ends at %v ms, want %v", level, high[0], want)
		}
	}
}
