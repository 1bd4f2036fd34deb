package pass

import (
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
)

// What tables of 100,000 networks cost: taken apart, and predicted with and without a
// queue.
func BenchmarkSegments(b *testing.B) {
	s := mobileNet(b)
	archs := simulated.Archs(s, random.Stream(1, "bench"), 1024)
	var room [maxSegments]Segment
	b.ReportAllocs()
	for i := range b.N {
		if _, err := Segments(room[:0], archs[i%1024]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	s := mobileNet(b)
	archs := simulated.Archs(s, random.Stream(1, "bench"), 1024)
	y := simulated.Card.MeasureMs(s, archs, nil)
	for _, basis := range []Basis{Tied(s.Resolutions), Shape(s.Resolutions, false)} {
		for _, depth := range []int{0, 920} {
			m, _, err := Fit(archs, y, Config{Basis: basis, QueueDepth: depth, Rounds: 1})
			if err != nil {
				b.Fatal(err)
			}
			b.Run(basis.Name()+map[int]string{0: "", 920: "-queue"}[depth], func(b *testing.B) {
				b.ReportAllocs()
				for i := range b.N {
					if _, err := m.Read(archs[i%1024], 0); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
