package accuracy_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/space"
)

// Origin of the values: an independent forward pass over the same weights; the
// last two are printed in a notebook of the paper's authors.
func TestAccuracy(t *testing.T) {
	for text, want := range map[string]float64{
		"r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666": 0.809956,
		"r192 d22343 k53-53-773-5573-335 e33-44-634-4443-666":         0.817129,
		"r192 d23233 k33-555-33-333-555 e33-444-33-444-444":           0.7964891195,
		"r224 d23343 k33-555-333-3333-555 e33-444-444-6666-444":       0.8171635866,
	} {
		got := make([]float64, 1)
		if err := accuracy.Predict(got, []space.Arch{space.MustParse(text)}); err != nil || math.Abs(got[0]-want) > 1e-6 {
			t.Errorf("%s: %v (%v), want %v", text, got[0], err, want)
		}
	}
	low := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	low.Resolution = 144
	if err := accuracy.Predict(make([]float64, 1), []space.Arch{low}); err == nil || !strings.Contains(err.Error(), "160") {
		t.Errorf("at 144 pixels: %v", err)
	}
}

// The weights of OFA's accuracy predictor, held by what the network gives for the
// paper's example: 0.809956, computed with PyTorch.
func TestWeights(t *testing.T) {
	tensors, err := accuracy.Weights()
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, 128)
	if err := encode.OFA128.Encode(x, space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")); err != nil {
		t.Fatal(err)
	}
	h := make([]float64, 128)
	for i, v := range x {
		h[i] = float64(v)
	}
	for l := 0; l < len(tensors); l += 2 {
		w, b := tensors[l], tensors[l+1]
		next := make([]float64, w.Shape[0])
		for o := range next {
			next[o] = float64(b.Values[o])
			for i, v := range h {
				next[o] += v * float64(w.Values[o*w.Shape[1]+i])
			}
			if l+2 < len(tensors) {
				next[o] = math.Max(0, next[o])
			}
		}
		h = next
	}
	if len(h) != 1 || math.Abs(h[0]-0.809956) > 5e-7 {
		t.Errorf("accuracy %v, want 0.809956", h)
	}
}

// Beside networks of another width, or of one that nobody told, accuracies say so.
func TestAbout(t *testing.T) {
	const own = "accuracies are OFA's predictor's, of networks of width 1.2 on 10,000 held-out images of ImageNet, without further training"
	for id, want := range map[string]string{
		"mbv3-w1.2": own, "compofa-fixed-w1.2": own,
		"mbv3-w1.0":            own + "; these networks are of width 1.0: good for ranking, not to be expected of these networks",
		"compofa-elastic-w1.0": own + "; these networks are of width 1.0: good for ranking, not to be expected of these networks",
	} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		if got := accuracy.About(s, true); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
	if got := accuracy.About(nil, false); got != own+"; the width of these networks is not known: good for ranking, to be expected only if it is that one" {
		t.Errorf("not told: %s", got)
	}
}
