package latpred_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
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
		if err := latpred.Accuracy(got, []space.Arch{space.MustParse(text)}); err != nil || math.Abs(got[0]-want) > 1e-6 {
			t.Errorf("%s: %v (%v), want %v", text, got[0], err, want)
		}
	}
	low := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666")
	low.Resolution = 144
	if err := latpred.Accuracy(make([]float64, 1), []space.Arch{low}); err == nil || !strings.Contains(err.Error(), "160") {
		t.Errorf("at 144 pixels: %v", err)
	}
}
