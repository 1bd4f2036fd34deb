// Package helpsets opens, for tests, HELP's latencies of FBNet's and NAS-Bench-201's
// networks, which are not shipped: where the upstream files are not at hand, tests skip.
package helpsets

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/gopickle/types"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// folders of HELP's data, by space.
var folders = map[string]string{"fbnet-cifar100": "fbnet", "nasbench201": "nasbench201"}

// Open gives the latencies of networks of s, fbnet-cifar100 or nasbench201, on one of
// HELP's devices, milliseconds. Networks that are said to take no time are left out.
func Open(t testing.TB, s *space.Space, device string) *dataset.Set {
	t.Helper()
	folder := folders[s.ID]
	ms, err := upstream.ParseHELPLatencies(open(t, folder+"/latency/"+device+".pt"), device)
	if err != nil {
		t.Fatal(err)
	}
	set := &dataset.Set{Info: dataset.Info{Name: device, Device: device, SpaceID: s.ID}}
	for i, text := range archs(t, folder) {
		a, err := space.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		a.Resolution = s.Resolutions[0]
		if ms[i] > 0 {
			set.Samples = append(set.Samples, dataset.Sample{Arch: a, LatencyMs: ms[i]})
		}
	}
	set.Rows = len(set.Samples)
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

// archs are the texts of the networks, in the order of the latencies.
func archs(t testing.TB, folder string) []string {
	t.Helper()
	name := map[string]string{"fbnet": "metainfo.pt", "nasbench201": "str_arch2idx.pt"}[folder]
	content, err := pytorch.ParseData(open(t, folder+"/"+name), name)
	if err != nil {
		t.Fatal(err)
	}
	dict := content.(*types.Dict)
	if folder == "nasbench201" { // text to row
		texts := make([]string, dict.Len())
		for _, entry := range *dict {
			texts[entry.Value.(int)] = entry.Key.(string)
		}
		return texts
	}
	var texts []string
	list, _ := dict.Get("arch")
	for _, item := range *list.(*types.List) {
		ops, _ := item.(*types.Dict).Get("op_idx_list")
		var numbers []string
		for _, op := range *ops.(*types.List) {
			numbers = append(numbers, fmt.Sprint(op))
		}
		texts = append(texts, "["+strings.Join(numbers, ", ")+"]")
	}
	return texts
}
