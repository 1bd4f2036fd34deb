package lab

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/kernelext"
	"github.com/ofalat/ofalat/latpred/experiment"
	"github.com/ofalat/ofalat/latpred/space"
)

func result() *experiment.Result {
	return &experiment.Result{Item: "none of the paper", Reduced: "1 of 5 seeds", Rows: []experiment.Row{
		{Quantity: "error", Unit: "ms", Paper: 0.5, Checkpoint: experiment.None, AsPublished: 0.4, AsPublishedLow: experiment.None, Corrected: 0.385, CorrectedLow: 0.371, CorrectedHigh: 0.4, Best: 0.1, BestKind: "closed form", Seen: "some rows"},
		{Quantity: "other", Unit: "%", Paper: experiment.None, Checkpoint: experiment.None, AsPublished: 2, AsPublishedLow: 1, AsPublishedHigh: 4, Corrected: 3, CorrectedLow: experiment.None, CorrectedHigh: experiment.None, Best: experiment.None},
	}}
}

func TestLayout(t *testing.T) {
	header, rows := Layout(result())
	if got := strings.Join(header, "|"); got != "quantity|unit|paper|as published (range)|difference|corrected (95 % interval)|best of ours|which is; what it has seen" {
		t.Errorf("columns %s: the one without a value should be left out", got)
	}
	if rows[0][4] != (kernelext.Difference{Value: 0.4, Reference: 0.5}) || rows[1][4] != nil || rows[1][5] != 3.0 || rows[1][7] != nil || rows[1][3] != "2 (1–\u20604)" || rows[0][7] != "closed form; some rows" {
		t.Errorf("rows %v", rows)
	}
	if header, rows := Layout(&experiment.Result{}); len(header) != 1 || len(rows) != 0 {
		t.Errorf("a result without rows: %v, %v", header, rows)
	}
}

func TestShow(t *testing.T) {
	var b bytes.Buffer
	before := kernelext.Out
	kernelext.Out = &b
	defer func() { kernelext.Out = before }()
	Show(result())
	for _, want := range []string{"-20.0 %", "0.385 [0.371,\u00a00.4", "closed form", "Quick profile: 1 of 5 seeds."} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, &b)
		}
	}
	b.Reset()
	r := result()
	r.Item = "table1"
	Show(r)
	if !strings.Contains(b.String(), "At full size, as recorded") {
		t.Errorf("the record of the Full profile is not shown:\n%s", &b)
	}
}

func TestName(t *testing.T) {
	for item, want := range map[string]string{"figure4a": "Figure 4a", "table1": "Table 1", "tuning": "Tuning", "size-p40": "Size-p40"} {
		if got := name(item); got != want {
			t.Errorf("%s is named %s, want %s", item, got, want)
		}
	}
}

func TestQuick(t *testing.T) {
	for profile, want := range map[string]int{"": 1, "quick": 1, "full": 2} {
		t.Setenv("LATPRED_PROFILE", profile)
		if got := Quick(1, 2); got != want {
			t.Errorf("profile %q: %d, want %d", profile, got, want)
		}
	}
}

func TestStages(t *testing.T) {
	wide, err := space.ByID("mbv3-w1.2")
	if err != nil {
		t.Fatal(err)
	}
	a := space.MustParse("r176 d43344 k3333-555-333-3333-5555 e6666-444-444-6666-6666") // the paper's example
	stages := Stages(wide, a, Note10Ms(a.Resolution))
	if len(stages) != 5 || len(stages[1].Blocks) != 3 || stages[1].Slots != 4 || stages[4].Blocks[3].Kernel != 5 || stages[1].Blocks[0].Expand != 4 {
		t.Errorf("%+v", stages)
	}
	for _, s := range stages {
		for _, b := range s.Blocks {
			if !(b.LatencyMs > 0.1 && b.LatencyMs < 10) {
				t.Errorf("%s: a block of %v ms", s.Name, b.LatencyMs)
			}
		}
	}
	narrow, err := space.ByID("mbv3-w1.0")
	if err != nil {
		t.Fatal(err)
	}
	if ms := Stages(narrow, a, Note10Ms(a.Resolution))[1].Blocks[1].LatencyMs; !math.IsNaN(ms) {
		t.Errorf("the table of width 1.2 has %v ms for a block of width 1.0", ms)
	}
	if ms := Stages(wide, a, nil)[0].Blocks[0].LatencyMs; !math.IsNaN(ms) {
		t.Errorf("%v ms from nowhere", ms)
	}
}

// Networks whose choices have names are drawn by these; a cell's slots once, with the
// time of all its repetitions.
func TestStagesOfOtherFamilies(t *testing.T) {
	one := func(space.Layer) float64 { return 1 }
	for id, want := range map[string]string{"fbnet-cifar100": "22 22", "nasbench201": "6 90"} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Largest()
		blocks, total := 0, 0.
		stages := Stages(s, a, one)
		for i, st := range stages {
			if len(st.Blocks) != st.Slots || st.Name != a.Family.Stages[i].Name {
				t.Errorf("%s: %+v", id, st)
			}
			for _, b := range st.Blocks {
				blocks, total = blocks+1, total+b.LatencyMs
			}
		}
		if got := fmt.Sprint(blocks, total); got != want {
			t.Errorf("%s: %s blocks and times, want %s", id, got, want)
		}
		got := printed(func() { Architecture(id, stages) })
		if label := a.Family.Label(int(a.Choice[0]) - 1); !strings.Contains(got, "  "+label+" ") {
			t.Errorf("%s: no %s in\n%s", id, label, got)
		}
		if !math.IsNaN(Stages(s, a, nil)[0].Blocks[0].LatencyMs) {
			t.Errorf("%s: a time from nowhere", id)
		}
	}
}
