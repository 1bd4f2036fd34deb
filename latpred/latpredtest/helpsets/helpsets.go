// Package helpsets opens HELP's latencies of networks of FBNet and NAS-Bench-201 for tests.
// They are not shipped: a test is skipped if the upstream files are not there.
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

// spaces has, by ID of a space, the folder of HELP's data, and the file of the networks in
// it with its parser.
var spaces = map[string]struct {
	folder, networks string
	parse            func(r io.Reader, name string) ([]space.Arch, error)
}{
	"fbnet-cifar100": {"fbnet", "metainfo.pt", upstream.ParseHELPFBNet},
	"nasbench201":    {"nasbench201", "str_arch2idx.pt", upstream.ParseHELPNASBench201},
}

// Open returns the latencies, in milliseconds, of networks of s on one of HELP's devices,
// called as its file is. s must be fbnet-cifar100 or nasbench201. Errors are fatal for the
// test; without the files the test is skipped.
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

// open opens a file of HELP's data until the test ends, or skips the test.
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
