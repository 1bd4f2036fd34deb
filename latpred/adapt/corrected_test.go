package adapt_test

import (
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/latpredtest"
	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/modelfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

// written lists what earlier versions adapted for OFA's networks, by file.
func written(t *testing.T) map[string]*adapt.Corrected {
	t.Helper()
	var files []string
	for _, pattern := range []string{"adapted-coarse*", "adapted-fine*", "adapted-of-*"} {
		some, err := filepath.Glob("../testdata/written-before/" + pattern + ".latpred")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, some...)
	}
	if len(files) < 9 {
		t.Fatalf("%d files", len(files))
	}
	out := map[string]*adapt.Corrected{}
	for _, file := range files {
		p, err := modelfile.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		c, ok := p.(*adapt.Corrected)
		if !ok {
			t.Fatalf("%s is a %T", file, p)
		}
		out[filepath.Base(file)] = c
	}
	return out
}

// networks are random ones at the resolutions that a predictor knows.
func networks(t *testing.T, p latpred.Predictor, n int) []space.Arch {
	t.Helper()
	var out []space.Arch
	for _, a := range simulated.Archs(spacetest.ByID(t, "mbv3-w1.0"), random.Stream(5, "networks"), 20*n) {
		if p.PredictMs(make([]float64, 1), []space.Arch{a}) == nil {
			if out = append(out, a); len(out) == n {
				return out
			}
		}
	}
	t.Fatalf("%d networks of %d", len(out), n)
	return nil
}

// What earlier versions adapted agrees with itself: intervals hold the prediction and grow
// with their level, segments sum to the pass, and the pass is the prediction unless the host
// limits it.
func TestWrittenByEarlierVersions(t *testing.T) {
	limited := 0
	for file, p := range written(t) {
		archs := networks(t, p, 12)
		pred, passes := latpredtest.Predict(t, p, archs), make([]float64, len(archs))
		if err := p.PassMs(passes, archs); err != nil {
			t.Fatal(err)
		}
		l1, h1 := latpredtest.Bounds(t, p, archs, .5)
		l2, h2 := latpredtest.Bounds(t, p, archs, .9)
		for i, a := range archs {
			if !(0 <= l2[i] && l2[i] <= l1[i] && l1[i] < pred[i] && pred[i] < h1[i] && h1[i] < h2[i] && !math.IsInf(h2[i], 1)) {
				t.Errorf("%s: %v in %v to %v in %v to %v", file, pred[i], l1[i], h1[i], l2[i], h2[i])
			}
			b, err := p.Segments(a)
			if err != nil {
				t.Fatal(err)
			}
			var sum float64
			for _, s := range b.Segments {
				sum += s.Ms
			}
			if len(b.Segments) != a.Blocks()+2 || math.Abs(sum/passes[i]-1) > 1e-9 || math.Abs(b.TrueMs/passes[i]-1) > 1e-12 || math.Abs(b.LabelMs/pred[i]-1) > 1e-12 {
				t.Errorf("%s: %d segments of %v ms, a pass of %v, predicted %v; %+v", file, len(b.Segments), sum, passes[i], pred[i], b)
			}
			if b.HostLimited {
				limited++
			} else if math.Abs(passes[i]/pred[i]-1) > 1e-9 {
				t.Errorf("%s: a pass of %v ms, predicted %v", file, passes[i], pred[i])
			}
		}
		if b := p.Backing(); b.N < 6 || b.Of != "measurements" {
			t.Errorf("%s is backed by %+v", file, b)
		}
	}
	if limited == 0 {
		t.Error("no prediction was limited by the host: this tests nothing")
	}
}

// It can be written again.
func TestEarlierVersionsInFiles(t *testing.T) {
	for file, p := range written(t) {
		archs := networks(t, p, 6)
		again := filepath.Join(t.TempDir(), file)
		if err := modelfile.Save(again, p); err != nil {
			t.Fatal(err)
		}
		back, err := modelfile.Load(again)
		if err != nil {
			t.Fatal(err)
		}
		l1, h1 := latpredtest.Bounds(t, p, archs, .8)
		l2, h2 := latpredtest.Bounds(t, back.(latpred.IntervalPredictor), archs, .8)
		if !slices.Equal(l1, l2) || !slices.Equal(h1, h2) {
			t.Errorf("%s: bounds %v to %v, written again %v to %v", file, l1, h1, l2, h2)
		}
	}
}
