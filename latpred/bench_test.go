package latpred_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/neural"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// published gives a predictor of the published size and n architectures.
func published(tb testing.TB, n int) (*neural.Predictor, []space.Arch) {
	tb.Helper()
	p, err := neural.New(encode.OFA128, mlp.Init(random.Stream(1, "init"), mlp.PublishedLayers), latpred.Provenance{})
	if err != nil {
		tb.Fatal(err)
	}
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		tb.Fatal(err)
	}
	archs, rng := make([]space.Arch, n), random.Stream(1, "archs")
	for i := range archs {
		archs[i] = s.Sample(rng)
	}
	return p, archs
}

func TestOnePredictionDoesNotAllocate(t *testing.T) {
	p, archs := published(t, 1)
	dst := make([]float64, 1)
	if n := testing.AllocsPerRun(100, func() { _ = p.PredictMs(dst, archs) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// An architecture after the other, encoding included.
func BenchmarkPredictOne(b *testing.B) {
	p, archs := published(b, 1024)
	dst := make([]float64, 1)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := p.PredictMs(dst, archs[i%1024:][:1]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPredictMany(b *testing.B) {
	p, archs := published(b, 8192)
	dst := make([]float64, len(archs))
	for b.Loop() {
		if err := p.PredictMs(dst, archs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(dst)*b.N)/b.Elapsed().Seconds(), "archs/s")
}

// The published search, 500 generations of 100, both estimates by networks.
func BenchmarkSearch(b *testing.B) {
	p, _ := published(b, 1)
	s, err := space.ByID("mbv3-w1.2")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		latency, stats := nas.Cached(p.PredictMs, nas.ByArch)
		accuracy, _ := nas.Cached(accuracy.Predict, nas.ByArch)
		if _, err := nas.Search(b.Context(), random.Stream(1, "search"), nas.Published(s, 1000), latency, accuracy, nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(stats.Hits)/float64(stats.Hits+stats.Misses), "hits")
	}
}
