package catalog

import (
	"encoding/csv"
	"flag"
	"math"
	"os"
	"strconv"
	"testing"

	"github.com/ofalat/ofalat/latpred/hardware"
	"github.com/ofalat/ofalat/latpred/space"
)

var update = flag.Bool("update", false, "write data/gpuscales.csv anew")

// The shipped scales are those of the sets as they are fitted today, and none is missing.
func TestGPUScales(t *testing.T) {
	rows := [][]string{{"set", "log_ms", "work"}}
	for _, e := range gpuEntries() {
		m, err := e.measuredGPU()
		if err != nil {
			t.Fatal(err)
		}
		s, err := space.ByID(m.Space)
		if err != nil {
			t.Fatal(err)
		}
		learnt, err := m.Learn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		scale, err := hardware.ScaleOf(s, learnt.Model)
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		rows = append(rows, []string{m.Name, strconv.FormatFloat(scale.LogMs, 'f', 5, 64), strconv.FormatFloat(scale.Work, 'f', 4, 64)})
		if *update {
			continue
		}
		if m.Scale == nil {
			t.Errorf("%s has no scale in data/gpuscales.csv: run go test ./latpred/catalog -run TestGPUScales -update", m.Name)
		} else if math.Abs(m.Scale.LogMs-scale.LogMs) > 1e-3 || math.Abs(m.Scale.Work-scale.Work) > 1e-3 {
			t.Errorf("%s: %+v in data/gpuscales.csv, %+v as it is fitted", m.Name, *m.Scale, scale)
		}
	}
	if !*update {
		return
	}
	f, err := os.Create("../../data/gpuscales.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := csv.NewWriter(f).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
}
