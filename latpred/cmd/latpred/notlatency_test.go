package main

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
)

// A predictor that gives NaN, infinity or a negative number is an error of every command
// that passes predictions on, with nothing on standard output that looks like a result; of
// negative ones predict warns.
func TestNoLatency(t *testing.T) {
	net := "r176 d22222 k33-33-33-33-33 e33-33-33-33-33"
	for _, bad := range []float64{math.NaN(), math.Inf(1), -3} {
		params := mlp.Init(random.Stream(1, "bad"), []int{encode.OFA128.Width(), 4, 1})
		last := params.Biases[len(params.Biases)-1]
		for i := range last {
			last[i] = float32(bad)
		}
		p, err := neural.New(encode.OFA128, params, latpred.Provenance{Device: "bad"})
		if err != nil {
			continue // weights that are not finite are refused even earlier
		}
		model := filepath.Join(t.TempDir(), "bad.latpred")
		if err := modelfile.Save(model, p); err != nil {
			continue
		}
		for _, args := range [][]string{
			{"predict", "--model", model, net}, {"predict", "--json", "--model", model, net},
			{"explain", "--model", model, net}, {"explain", "--json", "--model", model, net},
			{"search", "--json", "--model", model, "--limit", "20", "--space", "mbv3-w1.2"},
		} {
			out, stderr, status := call(t, args...)
			if bad == -3 && args[0] == "predict" { // as older predictors of the paper's kind give; told, once
				if status != 0 || strings.Count(stderr, "which is no latency") != 1 || !strings.Contains(out, "-2.99") {
					t.Errorf("%v, %s of %v: %d %q %q", bad, args[0], args, status, out, stderr)
				}
				continue
			}
			if status != 1 || !strings.Contains(stderr, "which is no latency") || strings.Contains(out, "latency_ms") {
				t.Errorf("%v, %s of %v: %d %q %q", bad, args[0], args, status, out, stderr)
			}
		}
	}
}
