package upstream_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pytorch/pytorchtest"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// put writes a file below a folder.
func put(t *testing.T, content []byte, path ...string) string {
	t.Helper()
	name := filepath.Join(path...)
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, content, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// fbnetFile is HELP's metainfo.pt of random networks.
func fbnetFile(t *testing.T, n int) ([]byte, []space.Arch) {
	t.Helper()
	s := spaceByID(t, "fbnet-cifar100")
	var archs []space.Arch
	var list []any
	rng := random.Stream(1, "fbnet")
	for range n {
		a := s.Sample(rng)
		var numbers []any
		for slot := range s.Slots() {
			numbers = append(numbers, int(a.Choice[slot])-1)
		}
		archs, list = append(archs, a), append(list, map[string]any{"arch_str": "not read", "op_idx_list": numbers})
	}
	return pytorchtest.Plain(map[string]any{"arch": list}), archs
}

// nasbenchFile is HELP's str_arch2idx.pt of n networks.
func nasbenchFile(t *testing.T, n int) ([]byte, []space.Arch) {
	t.Helper()
	index := map[string]any{}
	var archs []space.Arch
	for a := range spaceByID(t, "nasbench201").Networks(32) {
		if len(archs) == n {
			break
		}
		index[a.String()] = len(archs)
		archs = append(archs, a)
	}
	return pytorchtest.Plain(index), archs
}

func spaceByID(t *testing.T, id string) *space.Space {
	t.Helper()
	s, err := space.ByID(id)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// madeUp are made-up latencies; whole ones are as some phones' are.
func madeUp(n int, whole bool) (ms []float64, list []any) {
	rng := random.Stream(2, "times")
	for range n {
		v := 5 + 40*rng.Float64()
		if whole {
			v = math.Round(v)
			list = append(list, int(v))
		} else {
			list = append(list, v)
		}
		ms = append(ms, v)
	}
	return ms, list
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	content, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

// Latencies alone are those of the networks beside them, in the same folder or above, in every
// form that HELP's files have.
func TestOpenBeside(t *testing.T) {
	dir := t.TempDir()
	networks, archs := fbnetFile(t, 40)
	put(t, networks, dir, "fbnet", "metainfo.pt")
	index, cells := nasbenchFile(t, 50)
	put(t, index, dir, "cells", "str_arch2idx.pt")
	ms, list := madeUp(40, false)
	whole, wholeList := madeUp(40, true)
	of50, list50 := madeUp(50, false)
	for name, c := range map[string]struct {
		file    string
		spaceID string
		archs   []space.Arch
		ms      []float64
	}{
		"floats":         {put(t, pytorchtest.Plain(list), dir, "fbnet", "latency", "titanx_1.pt"), "fbnet-cifar100", archs, ms},
		"whole ms":       {put(t, pytorchtest.Plain(wholeList), dir, "fbnet", "latency", "pixel2.pt"), "fbnet-cifar100", archs, whole},
		"JSON":           {put(t, marshal(t, ms), dir, "fbnet", "jetson_nano.json"), "fbnet-cifar100", archs, ms},
		"the same below": {put(t, pytorchtest.Plain(list50), dir, "cells", "gold_6240.pt"), "nasbench201", cells, of50},
		"one in a dict":  {put(t, pytorchtest.Plain(map[string]any{"latency": list50, "unit": "ms"}), dir, "cells", "edge.pt"), "nasbench201", cells, of50},
	} {
		set, err := upstream.Open(dataset.Options{}, c.file, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		device := strings.TrimSuffix(filepath.Base(c.file), filepath.Ext(c.file))
		if !slices.Equal(set.Archs(), c.archs) || !slices.Equal(set.LatenciesMs(), c.ms) || set.SpaceID != c.spaceID || set.Device != device || set.Name != c.file || len(set.Warnings) != 1 {
			t.Errorf("%s: %+v, %v", name, set.Info, set.Warnings)
		}
	}
	if _, err := upstream.Open(dataset.Options{}, put(t, pytorchtest.Plain(list[:39]), dir, "fbnet", "latency", "torn.pt"), nil); err == nil || !strings.Contains(err.Error(), "39 latencies, and 40 networks in") {
		t.Errorf("too few: %v", err)
	}
	if _, err := upstream.Open(dataset.Options{}, put(t, pytorchtest.Plain(append(slices.Clone(list[:39]), math.NaN())), dir, "fbnet", "latency", "failed.pt"), nil); err == nil || !strings.Contains(err.Error(), "1 of 40 rows not measured") {
		t.Errorf("one that failed: %v", err)
	}
	if set, err := upstream.Open(dataset.Options{SkipUnmeasured: true}, filepath.Join(dir, "fbnet", "latency", "failed.pt"), nil); err != nil || set.Rows != 39 {
		t.Errorf("one that failed, left out: %v", err)
	}
	put(t, []byte("PK"), dir, "broken", "metainfo.pt")
	if _, err := upstream.Open(dataset.Options{}, put(t, pytorchtest.Plain(list), dir, "broken", "a.pt"), nil); err == nil || !strings.Contains(err.Error(), "metainfo.pt") {
		t.Errorf("torn networks: %v", err)
	}
}

// Where no networks are beside, the space says that they are those of HELP's list; of several
// lists a name or the end of a path chooses.
func TestOpenAlone(t *testing.T) {
	dir := t.TempDir()
	shipped, err := dataset.Open("fbnet-fpga")
	if err != nil {
		t.Fatal(err)
	}
	s := spaceByID(t, "fbnet-cifar100")
	ms := shipped.LatenciesMs()
	alone := put(t, pytorchtest.Numbers(ms), dir, "alone.pt")
	if set, err := upstream.Open(dataset.Options{}, alone, s); err != nil || !slices.Equal(set.Samples, shipped.Samples) || set.SpaceID != s.ID {
		t.Errorf("in HELP's order: %v", err)
	}
	_, err = upstream.Open(dataset.Options{}, alone, nil)
	if e := (*upstream.NetworklessError)(nil); !errors.As(err, &e) || e.Rows != 5000 || len(e.Spaces) != 2 || !slices.Contains(e.Spaces, s) || !strings.Contains(err.Error(), "metainfo.pt") {
		t.Errorf("nothing tells the networks: %v", err)
	}
	for id, want := range map[string]string{"nasbench201": "5000 latencies, and 15625 networks", "fbnet-imagenet": "no list of networks of fbnet-imagenet"} {
		if _, err := upstream.Open(dataset.Options{}, alone, spaceByID(t, id)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("of %s: %v", id, err)
		}
	}
	several := put(t, marshal(t, map[string]any{"fbnet": map[string]any{"cifar100": map[string]any{"edge_latency": ms, "edge_energy": ms[:10], "names": []string{"a"}}}}), dir, "several.json")
	if set, err := upstream.Open(dataset.Options{LatencyColumn: "cifar100/edge_latency"}, several, s); err != nil || !slices.Equal(set.LatenciesMs(), ms) {
		t.Errorf("one of several: %v", err)
	}
	for _, wanted := range []string{"", "energy"} {
		_, err := upstream.Open(dataset.Options{LatencyColumn: wanted}, several, s)
		if e := (*dataset.ColumnError)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), "fbnet/cifar100/edge_latency") {
			t.Errorf("%q of several: %v", wanted, err)
		}
	}
}

// Everything else is as package dataset has it.
func TestOpenOthers(t *testing.T) {
	dir := t.TempDir()
	if set, err := upstream.Open(dataset.Options{}, "fbnet/fpga", nil); err != nil || set.Name != "fbnet-fpga" {
		t.Errorf("a set that ships: %v", err)
	}
	var table bytes.Buffer
	shipped, err := dataset.Open("fbnet-fpga")
	if err != nil {
		t.Fatal(err)
	}
	if err := dataset.Write(&table, shipped.Subset([]int{1, 2, 3})); err != nil {
		t.Fatal(err)
	}
	if set, err := upstream.Open(dataset.Options{}, put(t, table.Bytes(), dir, "mine.csv"), nil); err != nil || set.Rows != 3 {
		t.Errorf("a table: %v", err)
	}
	for name, content := range map[string][]byte{
		"text.txt": []byte("hello\n"), "torn.pt": []byte("PK\x03\x04"), "texts.pt": pytorchtest.Plain([]any{"a", "b"}), "empty.json": []byte("[]"), "deep.json": []byte(strings.Repeat("[", 100000)),
	} {
		file := put(t, content, dir, name)
		_, want := dataset.Open(file)
		if _, err := upstream.Open(dataset.Options{}, file, nil); err == nil || err.Error() != want.Error() {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	if _, err := upstream.Open(dataset.Options{}, filepath.Join(dir, "none.pt"), nil); err == nil || !strings.Contains(err.Error(), "neither a file nor") {
		t.Errorf("no file: %v", err)
	}
}
