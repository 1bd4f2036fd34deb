package pipe

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// packed are rows of networks that are drawn from a space.
func packed(rng *rand.Rand, s *space.Space, n int) (body []byte, archs []space.Arch) {
	for range n {
		a := s.Sample(rng)
		if o := a.OFA(); o != nil {
			for _, v := range slices.Concat(o.Kernels, o.Expands, o.Depths) {
				body = append(body, byte(v))
			}
		} else {
			for slot := range a.Slots() {
				body = append(body, a.Choice[slot]-1) // 255 where the slot does not run
			}
		}
		body = binary.LittleEndian.AppendUint16(body, uint16(a.Resolution))
		archs = append(archs, a)
	}
	return body, archs
}

// A message of 16,384 networks, as the Python package sends them; ns/network is what counts.
func BenchmarkPredict(b *testing.B) {
	for _, name := range []string{"note10", "p40-b64"} {
		b.Run(name, func(b *testing.B) {
			s := newServer(nil, nil)
			d, err := s.opened(context.Background(), Request{Name: name})
			if err != nil {
				b.Fatal(err)
			}
			of, err := space.ByID(d.Space)
			if err != nil {
				b.Fatal(err)
			}
			body, _ := packed(rand.New(rand.NewPCG(1, 1)), of, 1<<14)
			head, err := json.Marshal(Request{Do: Predict, ID: d.ID, Rows: true})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if a, _ := s.answer(context.Background(), head, body); a.Error != "" {
					b.Fatal(a.Error)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<14), "ns/network")
		})
	}
}
