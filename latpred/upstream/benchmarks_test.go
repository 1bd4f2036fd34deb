package upstream_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// build makes the benchmarks in dir, and gives what differs.
func build(t *testing.T, dir, from string) []string {
	t.Helper()
	differs, err := upstream.BuildBenchmarks(dir, from)
	if err != nil {
		t.Skip("needs HELP's other files: ", err)
	}
	return differs
}

// Every shipped column is what upstream's file gives, of the devices whose files are there.
func TestBenchmarksAreUpstreams(t *testing.T) {
	from := mirror(t)
	for _, id := range []string{"fbnet-cifar100", "nasbench201"} {
		tables, err := upstream.OpenHELPTables(from, id)
		if err != nil {
			t.Skip("needs HELP's other files: ", err)
		}
		compared := 0
		for _, info := range dataset.Index() {
			if info.SpaceID != id || info.Column == "" {
				continue
			}
			want, err := tables.Set(info.Column)
			if os.IsNotExist(err) {
				continue
			}
			got := open(t, info.Name)
			if err != nil || !slices.Equal(got.Samples, want.Samples) || got.Hash() != want.Hash() {
				t.Errorf("%s is not what upstream gives: %v", info.Name, err)
			}
			compared++
		}
		if compared == 0 {
			t.Errorf("%s: nothing was compared", id)
		}
	}
}

// A device whose file is put beside the others becomes a column and is told; one whose file
// is gone keeps its column; other latencies are told; and what is the same is left alone.
func TestBuildBenchmarksOfOtherDevices(t *testing.T) {
	from, dir, mine := mirror(t), t.TempDir(), t.TempDir()
	folder := filepath.Join(filepath.FromSlash(upstream.HELP), "data")
	for _, place := range []string{"fbnet/metainfo.pt", "fbnet/latency/raspi4.pt", "fbnet/latency/fpga.pt", "nasbench201/str_arch2idx.pt", "nasbench201/latency/raspi4.pt"} {
		copyFile(t, filepath.Join(from, folder, place), filepath.Join(mine, folder, place))
	}
	if got := build(t, dir, mine); !slices.Equal(got, []string{"fbnet: new: fpga, raspi4", "nasbench201: new: raspi4"}) {
		t.Errorf("at first: %q", got)
	}
	if got := build(t, dir, mine); got != nil {
		t.Errorf("the second time: %q", got)
	}
	latency := filepath.Join(mine, folder, "fbnet", "latency")
	copyFile(t, filepath.Join(latency, "fpga.pt"), filepath.Join(latency, "my_board_7.pt"))
	if err := os.Remove(filepath.Join(latency, "fpga.pt")); err != nil {
		t.Fatal(err)
	}
	copyFile(t, filepath.Join(latency, "my_board_7.pt"), filepath.Join(latency, "raspi4.pt"))
	want := []string{"fbnet: new: my_board_7", "fbnet: other latencies: raspi4", "fbnet: kept, for upstream has no file of them: fpga"}
	if got := build(t, dir, mine); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	file := filepath.Join(dir, dataset.BenchmarkFile("fbnet-cifar100"))
	board, err := dataset.Options{LatencyColumn: "my_board_7"}.Open(file)
	if err != nil || board.Rows != 5000 || !slices.Equal(board.LatenciesMs(), open(t, "fbnet-fpga").LatenciesMs()) {
		t.Errorf("the new column: %v", err)
	}
	if err := os.WriteFile(filepath.Join(latency, "torn.pt"), []byte("PK"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := upstream.BuildBenchmarks(dir, mine); err == nil || !strings.Contains(err.Error(), "torn.pt") {
		t.Errorf("a torn file: %v", err)
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	content, err := os.ReadFile(from)
	if err != nil {
		t.Skip("needs HELP's other files: ", err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, content, 0o644); err != nil {
		t.Fatal(err)
	}
}
