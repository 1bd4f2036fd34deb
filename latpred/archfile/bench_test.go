package archfile_test

import (
	"bufio"
	"io"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// BenchmarkReader reads networks in the forms that long files have. ns/net is the time for
// one of them.
func BenchmarkReader(b *testing.B) {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		b.Fatal(err)
	}
	rng := random.Stream(1, "bench")
	var texts, objects, dicts []string
	for range 1000 {
		a := s.Sample(rng).String()
		texts, objects, dicts = append(texts, a), append(objects, object(a)), append(dicts, python(a))
	}
	for name, text := range map[string]string{
		"text": strings.Join(texts, "\n"), "JSON Lines": strings.Join(objects, "\n"), "Python": strings.Join(dicts, "\n"),
		"JSON list": "[" + strings.Join(objects, ",\n") + "]",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				in := archfile.NewReader(bufio.NewReader(strings.NewReader(text)), "nets", archfile.Options{})
				for n := 0; ; n++ {
					if _, err := in.Read(); err == io.EOF && n == len(texts) {
						break
					} else if err != nil {
						b.Fatal(n, err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*len(texts)), "ns/net")
		})
	}
}
