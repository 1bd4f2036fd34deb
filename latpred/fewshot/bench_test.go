package fewshot

import "testing"

// What a few-shot model of one source costs for a network, with and without what it does
// not know.
func BenchmarkModel(b *testing.B) {
	f := prepared(b, 20)
	m, _ := learn(b, f.sources[:1], f.archs, f.y, Config{NoQueue: true})
	archs := judged(b)
	b.Run("mean", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if _, err := m.MeanMs(archs[i%len(archs)]); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for i := range b.N {
			if _, _, err := m.Read(archs[i%len(archs)]); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkFit(b *testing.B) {
	f := prepared(b, 20)
	for range b.N {
		learn(b, f.sources[:1], f.archs, f.y, Config{})
	}
}
