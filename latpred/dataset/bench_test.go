package dataset_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
)

// BenchmarkReader reads 100,000 measurements one by one.
func BenchmarkReader(b *testing.B) {
	set := open(b, "note10")
	var text bytes.Buffer
	many := &dataset.Set{}
	for len(many.Samples) < 100_000 {
		many.Samples = append(many.Samples, set.Samples...)
	}
	many.Samples = many.Samples[:100_000]
	if err := dataset.Write(&text, many); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		in := dataset.NewReader(bytes.NewReader(text.Bytes()), "many.csv")
		in.Latency = true
		n := 0
		for ; ; n++ {
			if _, err := in.Read(); err == io.EOF {
				break
			} else if err != nil {
				b.Fatal(err)
			}
		}
		if n != len(many.Samples) {
			b.Fatalf("%d rows", n)
		}
	}
}
