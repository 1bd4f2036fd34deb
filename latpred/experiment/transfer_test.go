package experiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pytorch/pytorchtest"
	"github.com/ofalat/ofalat/latpred/upstream"
)

// besides writes files of HELP's form, of all of FBNet's networks in the shipped order, for
// devices that don't ship: each is a device that does, a tenth slower.
func besides(t *testing.T, like map[string]string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	fbnet := filepath.Join(folder, filepath.FromSlash(upstream.HELP), "data", "fbnet")
	cells := filepath.Join(folder, filepath.FromSlash(upstream.HELP), "data", "nasbench201")
	for _, dir := range []string{fbnet, cells} {
		if err := os.MkdirAll(filepath.Join(dir, "latency"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	save := func(v []byte, path ...string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(path...), v, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	index := map[string]any{}
	for i, row := range openSet(t, "nasbench201-fpga").Samples {
		index[row.Arch.String()] = i
	}
	save(pytorchtest.Plain(index), cells, "str_arch2idx.pt")
	var networks []any
	for _, row := range openSet(t, "fbnet-fpga").Samples {
		var numbers []any
		for slot := range row.Arch.Slots() {
			numbers = append(numbers, int(row.Arch.Choice[slot])-1)
		}
		networks = append(networks, map[string]any{"op_idx_list": numbers})
	}
	save(pytorchtest.Plain(map[string]any{"arch": networks}), fbnet, "metainfo.pt")
	for device, name := range like {
		ms := openSet(t, name).LatenciesMs()
		for i := range ms {
			ms[i] *= 1.1
		}
		save(pytorchtest.Numbers(ms), fbnet, "latency", device+".pt")
	}
	return folder
}

func openSet(t *testing.T, name string) *dataset.Set {
	t.Helper()
	set, err := dataset.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// transferTaskResult runs a single task of the smallest size.
func transferTaskResult(t *testing.T, name string) *Result {
	t.Helper()
	r, err := run(t.Context(), goBackend(t), "transfer/"+name, Quick, tiny, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A task that lacks devices is compared with nothing and says what it lacks; once files of them
// are put beside upstream's it is complete and stands beside the published values. What stands
// there decides how well it does.
func TestTransferTaskBecomesComplete(t *testing.T) {
	t.Setenv("LATPRED_DATA_MIRROR", besides(t, nil))
	const rank = "F2, 20 random rows: rank correlation"
	r := transferTaskResult(t, "F2")
	row := r.Row(rank)
	if !row.Paper.Missing() || !(row.Best > .8) || len(r.About) == 0 || !strings.Contains(r.About[0].Text, "gold_6240") || !strings.Contains(r.About[0].Text, "titanxp_1") {
		t.Errorf("without devices: %+v, %v", row, r.About)
	}
	t.Setenv("LATPRED_DATA_MIRROR", besides(t, map[string]string{
		"gold_6226": "fbnet-silver4210r", "gold_6240": "fbnet-silver4114", "2080ti_32": "fbnet-1080ti-b64", "titanxp_1": "fbnet-1080ti-b1"}))
	r = transferTaskResult(t, "F2")
	if row := r.Row(rank); row.Paper != .871 || !(row.Best > .8) || !strings.Contains(row.Note, "HELP 0.543") {
		t.Errorf("with all devices: %+v", row)
	}
	if seconds := r.Row("F2, 20 designed rows: time to adapt"); !(seconds.Best > 0 && seconds.Best < 5) {
		t.Errorf("time to adapt: %+v", seconds)
	}
	for _, a := range r.About {
		if strings.Contains(a.Text, "is done without") || strings.Contains(a.Text, "fpga ") {
			t.Errorf("with all devices: %s", a.Text)
		}
	}
}

// A task that there is not is an error that names those that there are; other items have none.
func TestTransferTaskNames(t *testing.T) {
	be := goBackend(t)
	for name, want := range map[string]string{"transfer/N1": "FD, FA, F1, F2, F3, F4, ND", "table1/FD": `no item "table1/FD"`} {
		if _, err := Run(t.Context(), be, name, Quick, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
