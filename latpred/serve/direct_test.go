package serve_test

import (
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/serve"
	"github.com/ofalat/ofalat/latpred/space"
)

// twoNumbers predicts and bounds with two numbers.
type twoNumbers struct{ ms, low float64 }

func (twoNumbers) Kind() string                   { return latpred.KindPaper }
func (twoNumbers) Provenance() latpred.Provenance { return latpred.Provenance{} }

func (b twoNumbers) PredictMs(dst []float64, _ []space.Arch) error {
	for i := range dst {
		dst[i] = b.ms
	}
	return nil
}

func (b twoNumbers) BoundsMs(low, high []float64, _ []space.Arch, _ float64) error {
	for i := range low {
		low[i], high[i] = b.low, b.ms
	}
	return nil
}

// Numbers that are no latencies are nobody's mistake, and are not passed on; an interval without
// an end is.
func TestDirectRefusesWhatIsNoLatency(t *testing.T) {
	archs := make([]space.Arch, 3000) // on several cores
	for i := range archs {
		archs[i] = space.MustParse(example)
	}
	for _, b := range []twoNumbers{{math.NaN(), 1}, {math.Inf(1), math.NaN()}, {-1, 0}} {
		d := serve.FromPredictor("broken", "broken", b, wide(t))
		if _, err := d.PredictMs(t.Context(), archs); err == nil || serve.IsMistake(err) {
			t.Errorf("%+v predicts: %v", b, err)
		}
		if _, _, err := d.BoundsMs(t.Context(), archs, .9); err == nil || serve.IsMistake(err) {
			t.Errorf("%+v bounds: %v", b, err)
		}
	}
	d := serve.FromPredictor("unbounded", "unbounded", twoNumbers{math.Inf(1), 0}, wide(t))
	if _, high, err := d.BoundsMs(t.Context(), archs, .9); err != nil || !math.IsInf(high[2999], 1) {
		t.Errorf("without an end: %v", err)
	}
}

// Open errs where the space is known to be another, and where there is none of that name.
func TestOpen(t *testing.T) {
	for id, why := range map[string]string{"mbv3-w1.0": "another network", "no-such": "no-such", "": ""} {
		d, err := serve.Open(t.Context(), "note10", id)
		if (err == nil) != (why == "") || err != nil && !strings.Contains(err.Error(), why) {
			t.Errorf("space %q: %v, want %q", id, err, why)
		}
		if err == nil && (d.Space.ID != "mbv3-w1.2" || d.Assumed) {
			t.Errorf("%+v", d)
		}
	}
}
