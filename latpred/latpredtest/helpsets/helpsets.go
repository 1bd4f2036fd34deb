// Package helpsets opens, for tests, HELP's latencies of FBNet's and NAS-Bench-201's
// networks, which are not shipped: where the upstream files are not at hand, tests skip.
package helpsets

import (
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// spaces has, for each space, the folder of HELP's data, the file of the networks and its
// reader.
var spaces = map[string]struct {
	folder, networks string
	parse            func(r io.Reader, name string) ([]space.Arch, error)
}{
	"fbnet-cifar100": {"fbnet", "metainfo.pt", upstream.ParseHELPFBNet},
	"nasbench201":    {"nasbench201", "str_arch2idx.pt", upstream.ParseHELPNASBench201},
}

// Open gives the latencies of networks of s, fbnet-cifar100 or nasbench201, on one of
// HELP's devices, milliseconds.
func Open(t testing.TB, s *space.Space, device string) *dataset.Set {
	t.Helper()
	of := spaces[s.ID]
	ms, err := upstream.ParseHELPLatencies(open(t, of.folder+"/latency/"+device+".pt"), device)
	if err != nil {
		t.Fatal(err)
	}
	archs, err := of.parse(open(t, of.folder+"/"+of.networks), of.networks)
	if err != nil {
		t.Fatal(err)
	}
	set := &dataset.Set{Info: dataset.Info{Name: device, Device: device, SpaceID: s.ID, Rows: len(archs)}}
	for i, a := range archs {
		set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms[i]})
	}
	return set
}

// open opens a file of HELP's data.
func open(t testing.TB, path string) *os.File {
	t.Helper()
	dir, err := upstream.Dir()
	if err != nil {
		t.Skip("the upstream files are not at hand: ", err)
	}
	f, err := os.Open(filepath.Join(dir, "HayeonLee/HELP/data", path))
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
