package transfer_test

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/random"
)

// What it costs to adapt to ten rows from all sources that ship.
func BenchmarkFit(b *testing.B) {
	l, _ := shipped(b, "auto")
	set := open(b, "p40-b64").Subset(random.Stream(1, "benchmark").Perm(1000)[:10])
	b.ReportAllocs()
	for b.Loop() {
		fit(b, l, set)
	}
}

// What a prediction costs, in batches of 256.
func BenchmarkMeans(b *testing.B) {
	l, _ := shipped(b, "auto")
	set := open(b, "note10")
	m := fit(b, l, set.Subset(seq(10)))
	archs, dst := set.Archs()[:256], make([]float64, 256)
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Means(dst, archs); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(archs))/b.Elapsed().Seconds(), "networks/s")
}
