package upstream_test

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// HELP's networks of two other spaces are read, are those spaces', and the plain closed
// form of the first rows explains the last.
func TestHELPOtherSpaces(t *testing.T) {
	for _, c := range []struct {
		space, archs, latencies string
		parse                   func(io.Reader, string) ([]space.Arch, error)
		rows                    int
		mape                    float64 // at most, as a part
	}{
		{"fbnet-cifar100", "fbnet/metainfo.pt", "fbnet/latency/raspi4.pt", upstream.ParseHELPFBNet, 5000, 1e-4},     // sums over a table of blocks
		{"fbnet-cifar100", "fbnet/metainfo.pt", "fbnet/latency/samsung_a50.pt", upstream.ParseHELPFBNet, 5000, .06}, // measured, whole milliseconds
		{"nasbench201", "nasbench201/str_arch2idx.pt", "nasbench201/latency/1080ti_32.pt", upstream.ParseHELPNASBench201, 15625, .03},
	} {
		folder := filepath.Join(mirror(t), filepath.FromSlash(upstream.HELP), "data")
		archs, latencies := parsed(t, folder, c.archs, c.parse), parsed(t, folder, c.latencies, upstream.ParseHELPLatencies)
		if len(archs) != c.rows || len(latencies) != c.rows {
			t.Fatalf("%s: %d networks and %d latencies, want %d", c.latencies, len(archs), len(latencies), c.rows)
		}
		set := &dataset.Set{Info: dataset.Info{Name: c.latencies, Rows: c.rows}}
		for _, i := range random.Stream(1, "order").Perm(c.rows) {
			set.Samples = append(set.Samples, dataset.Sample{Arch: archs[i], LatencyMs: latencies[i]})
		}
		if s, err := set.Space(); err != nil || s.ID != c.space {
			t.Errorf("%s is of space %v, %v", c.latencies, s, err)
		}
		split := set.SplitFileOrder()
		p, err := additive.FitLinear(set.Subset(split.Train))
		if err != nil {
			t.Fatal(err)
		}
		test := set.Subset(split.Test)
		pred := make([]float64, test.Rows)
		if err := p.PredictMs(pred, test.Archs()); err != nil {
			t.Fatal(err)
		}
		e := metric.MAPE(pred, test.LatenciesMs())
		if e > c.mape || e < c.mape/2 && c.mape > 1e-3 {
			t.Errorf("%s: the closed form is off by %.2f %%, want at most %.2f and not much less", c.latencies, 100*e, 100*c.mape)
		}
	}
}

// parsed reads a file of the mirror, or skips where it has none of it.
func parsed[T any](t *testing.T, folder, name string, parse func(io.Reader, string) (T, error)) T {
	t.Helper()
	f, err := os.Open(filepath.Join(folder, filepath.FromSlash(name)))
	if err != nil {
		t.Skipf("needs HELP's other files: %v", err)
	}
	defer f.Close()
	v, err := parse(f, name)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
