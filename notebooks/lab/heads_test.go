package lab

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.Abs(got-want) > within {
		t.Errorf("%s: %v, want %v ± %v", what, got, want, within)
	}
}

// Origin of the numbers: the same weights in numpy.
func TestDecayed(t *testing.T) {
	for name, want := range map[string]float64{"note10": .2182, "rtx2080ti-b64": .2185} {
		source := kernelext.Must(neural.Released(name))
		got, silent, err := Decayed(source, kernelext.Must(dataset.Open(name)))
		if err != nil || silent != 3 {
			t.Errorf("%s: %d silent inputs, %v; want the three lowest resolutions", name, silent, err)
		}
		near(t, name, got, want, .0008)
	}
	fresh := kernelext.Must(neural.New(encode.OFA128, mlp.Init(random.Stream(1, "init"), []int{128, 400, 1}), latpred.Provenance{}))
	got, _, err := Decayed(fresh, kernelext.Must(dataset.Open("note10")))
	if err != nil {
		t.Error(err)
	}
	near(t, "fresh weights", got, 0, .01)
}

// Origin: the same weights in numpy, test rows.
func TestNegative(t *testing.T) {
	for _, c := range []struct {
		from, to string
		share    float64
		ms       float64
		within   float64
	}{
		{"note10", "rtx2080ti-b64", .516, .44, .005}, {"note10", "p40-b64", .516, 1.12, .005},
		{"rtx2080ti-b64", "note10", .64, 6.70, .005}, {"rtx2080ti-b64", "p40-b64", .64, 9.67, .005},
	} {
		set := kernelext.Must(dataset.Open(c.to))
		hidden, err := Hidden(kernelext.Must(neural.Released(c.from)), set.Subset(set.SplitFileOrder().Test))
		if err != nil {
			t.Fatal(err)
		}
		share, ms := Negative(hidden, kernelext.Must(neural.ReleasedHead(c.from, c.to)))
		near(t, c.from+" to "+c.to+", share", share, c.share, .005)
		near(t, c.from+" to "+c.to+", ms", ms, c.ms, c.within)
	}
}

func TestHistogram(t *testing.T) {
	if _, err := Histogram("title", "x", []string{"one"}, [][]float64{{}}); err == nil {
		t.Error("a sample without values was drawn")
	}
	if _, err := Histogram("title", "x", []string{"one"}, nil); err == nil {
		t.Error("a name without a sample was drawn")
	}
	p, err := Histogram("title", "x (unit)", []string{"one", "two"}, [][]float64{{-1, 0, 0, 1}, {1, 2, 3}})
	if err != nil {
		t.Fatal(err)
	}
	if p.Title.Text != "title" || p.X.Label.Text != "x (unit)" || p.Y.Max <= 0 || p.X.Min > -1+.1 {
		t.Errorf("figure %q over %q, from %v, up to %v", p.Title.Text, p.X.Label.Text, p.X.Min, p.Y.Max)
	}
}
