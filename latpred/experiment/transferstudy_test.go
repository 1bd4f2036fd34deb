package experiment

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
)

// What single costs say of the targets without a measurement, from a Python program that counts
// them for itself: multiply-accumulates of dense convolutions .935 in FD and .877 in F1, a little
// more without their groups; launches .926 in F3, counted a little otherwise, which is more than what NASFLAT publishes
// for it from 20 measurements.
func TestTaskCosts(t *testing.T) {
	tasks, err := Tasks(t.Context(), "FD", "F1", "F3")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		name, cost string
		rank, off  float64
	}{{"FD", "MACs if ungrouped", .936, .0006}, {"F1", "MACs if ungrouped", .881, .0006}, {"F3", "dispatches", .926, .004}} {
		task := tasks[i]
		costs := task.Costs()
		if task.Name != want.name || costs[0].Name != want.cost || math.Abs(costs[0].Rank-want.rank) > want.off {
			t.Errorf("%s: %v, want %+v", task.Name, costs, want)
		}
		if !slices.IsSortedFunc(costs, func(a, b Cost) int { return int(math.Copysign(1, b.Rank-a.Rank)) }) {
			t.Errorf("%s: not sorted: %v", task.Name, costs)
		}
	}
	if f3 := tasks[2]; !(f3.Costs()[0].Rank > f3.NASFLAT) {
		t.Errorf("dispatches %v, NASFLAT %v", f3.Costs()[0], f3.NASFLAT)
	}
}

// More measurements rank better; the mean lies in the middle of its interval; a part that is
// left out changes the result, and nothing left out is the curve's point of 20.
func TestTaskCurve(t *testing.T) {
	tasks, err := Tasks(t.Context(), "F1")
	if err != nil {
		t.Fatal(err)
	}
	f1 := tasks[0]
	f1.Judged = 300
	curve, err := f1.Curve([]int{5, 20}, false, 2)
	if err != nil || len(curve) != 2 || curve[0].X != 5 || !(curve[1].Value > curve[0].Value) || !(curve[1].Value > .8) {
		t.Fatalf("%+v, %v", curve, err)
	}
	for _, p := range curve {
		if !(p.Low < p.Value && p.Value < p.High && p.High <= 1) {
			t.Errorf("%+v", p)
		}
	}
	designed, err := f1.Curve([]int{20}, true, 2)
	if err != nil || designed[0].Value == curve[1].Value || !(designed[0].Value > .8) {
		t.Errorf("designed %+v, random %+v, %v", designed, curve[1], err)
	}
	parts, err := f1.Parts(2)
	if err != nil || len(parts) != len(transferParts) || parts[0].Name != "all" || math.Abs(parts[0].Rank-curve[1].Value) > 1e-12 {
		t.Fatalf("%+v, %v; the curve has %v", parts, err, curve[1].Value)
	}
	for _, p := range parts[1:] {
		if p.Rank == parts[0].Rank || !(p.Rank > 0) || !(p.SD >= 0) {
			t.Errorf("without %+v: all have %v", p, parts[0].Rank)
		}
	}
}

func TestTasksRefuse(t *testing.T) {
	if _, err := Tasks(t.Context(), "F1", "G9"); err == nil || !strings.Contains(err.Error(), `no task "G9"`) {
		t.Errorf("%v", err)
	}
	lacking := &Task{Name: "F2", Lacking: []string{"gold_6226"}, run: &transferRun{}}
	if _, err := lacking.Curve([]int{20}, false, 1); err == nil || !strings.Contains(err.Error(), "gold_6226") {
		t.Errorf("%v", err)
	}
	whole := &Task{Name: "F1", run: &transferRun{}}
	if _, err := whole.Curve([]int{2}, false, 1); err == nil || !strings.Contains(err.Error(), "want 3 or more") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Tasks(ctx, "F1"); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
}

// Devices are in the order of their classes; a device agrees with itself, and any pair is
// compared once. Values: correlations of average ranks in plain Python, of the upstream files.
func TestResemble(t *testing.T) {
	r, err := Resemble("fbnet-cifar100")
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	last := 0
	for i, d := range r.Devices {
		at[d.Column] = i
		if of := slices.Index(hardwareClasses, d.Class); of < last || d.Class == "" {
			t.Errorf("%s, of class %q, after class %s", d.Column, d.Class, hardwareClasses[last])
		} else {
			last = of
		}
		if r.Ranks[i][i] < 1-1e-12 {
			t.Errorf("%s agrees with itself to %v", d.Column, r.Ranks[i][i])
		}
	}
	a, b, pi := at["2080ti_1"], at["titan_rtx_1"], at["raspi4"]
	near(t, "2080 Ti, Titan RTX", r.Ranks[a][b], .99141, 1e-5)
	near(t, "2080 Ti, Raspberry Pi", r.Ranks[a][pi], .24128, 1e-5)
	if r.Ranks[a][pi] != r.Ranks[pi][a] {
		t.Error("not symmetric")
	}
	// What lesson 11 says of kinds that are not classes.
	for _, a := range []string{"raspi4", "pixel3", "eyeriss", "fpga"} {
		for _, b := range []string{"raspi4", "pixel3", "eyeriss", "fpga"} {
			if r.Ranks[at[a]][at[b]] < .9 {
				t.Errorf("%s and %s agree to %v", a, b, r.Ranks[at[a]][at[b]])
			}
		}
		if far := r.Ranks[at[a]][at["1080ti_1"]]; far > .3 {
			t.Errorf("%s and a card with one image agree to %v", a, far)
		}
		if large := r.Ranks[at["1080ti_64"]]; large[at[a]] < large[at["1080ti_1"]] {
			t.Errorf("the card at batch 64 is nearer to itself than to %s", a)
		}
	}
	if low, high, found := r.Between("phone", "graphics card"); !found {
		t.Error("no phone and card")
	} else {
		near(t, "phones and cards, least", low, .2396, .0001)
		near(t, "phones and cards, most", high, .7947, .0001)
	}
	if _, _, found := r.Between("phone", "toaster"); found {
		t.Error("a pair with no such class")
	}
	p, err := r.Figure("Devices")
	if err != nil || p.Title.Text != "Devices" {
		t.Errorf("%v", err)
	}
	if _, err := Resemble("mbv3-w1.0"); err == nil {
		t.Error("a space of which no benchmark ships")
	}
}

// Every device of a benchmark that is known has a class.
func TestClassesOfHardware(t *testing.T) {
	for _, info := range dataset.Index() {
		if info.Column != "" && info.Hardware != "" && !slices.Contains(hardwareClasses[:4], info.Class) {
			t.Errorf("%s: class %q", info.Name, info.Class)
		}
	}
}
