package pass

import (
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/latpredtest/simulated"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// unsynchronised is a made-up card behind a launch queue: what the clock shows, and
// what a pass takes.
func unsynchronised(t *testing.T, n int, q Queue, states []int) (archs []space.Arch, labels, passes []float64) {
	t.Helper()
	s, rng := mobileNet(t), random.Stream(6, "queue")
	archs = simulated.Archs(s, rng, n)
	d := simulated.Card
	d.LayerMs, d.GMACs, d.GValues = .3, 20, 2 // 9 to 40 ms
	passes = d.MeasureMs(s, archs, nil)
	for i, a := range archs {
		segs, err := Segments(nil, a)
		if err != nil {
			t.Fatal(err)
		}
		ms := make([]float64, len(segs))
		layers := s.Layers(a)
		Gather(ms, segs, layers, func(i int) float64 { return d.LayerTimeMs(layers[i], space.MaxSlots) })
		var w weights
		w.weigh(segs, q.Depth)
		state := 0
		if states != nil {
			state = states[i]
		}
		label, _ := q.label(&w, ms, state)
		labels = append(labels, label*(1+.002*rng.NormFloat64()))
	}
	return archs, labels, passes
}

// The launch time and the true passes are found from labels that are up to a fifth too
// short; taken as true passes, the same labels are explained worse.
func TestQueueIsFound(t *testing.T) {
	q := Queue{Depth: 920, LaunchMs: []float64{.02}, OffsetMs: []float64{0}}
	archs, labels, passes := unsynchronised(t, 1000, q, nil)
	short := 0
	for i, ms := range labels {
		if ms < .98*passes[i] {
			short++
		}
	}
	if short < 100 || short > 900 {
		t.Fatalf("%d of 1,000 labels are too short: the device tests nothing", short)
	}
	config := Config{Basis: Shape(ResolutionsOf(archs), false), Relative: true, QueueDepth: 920, LaunchMs: .015}
	m, _, err := Fit(archs[:800], labels[:800], config)
	if err != nil {
		t.Fatal(err)
	}
	if launch := m.Queue.LaunchMs[0]; math.Abs(launch/.02-1) > .03 {
		t.Errorf("a launch takes %v ms, want .02", launch)
	}
	config.QueueDepth = 0
	plain, _, err := Fit(archs[:800], labels[:800], config)
	if err != nil {
		t.Fatal(err)
	}
	var offLabel, offPass, offPlain float64
	for i, a := range archs[800:] {
		r, err := m.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		p, err := plain.Read(a, 0)
		if err != nil {
			t.Fatal(err)
		}
		offLabel += math.Abs(r.LabelMs/labels[800+i]-1) / 200
		offPass += math.Abs(r.TrueMs/passes[800+i]-1) / 200
		offPlain += math.Abs(p.LabelMs/labels[800+i]-1) / 200
	}
	t.Logf("labels off by %.4f, passes by %.4f; without a queue %.4f", offLabel, offPass, offPlain)
	if offLabel > .004 || offPass > .01 || offPlain < 3*offLabel {
		t.Errorf("labels off by %.4f, passes by %.4f; without a queue %.4f", offLabel, offPass, offPlain)
	}
}

// Two states of the host, the second launching a quarter slower from row 500 on, are
// told apart, and predictions assume the last.
func TestTwoStatesAreFound(t *testing.T) {
	states := make([]int, 1000)
	for i := 500; i < 1000; i++ {
		states[i] = 1
	}
	q := Queue{Depth: 920, LaunchMs: []float64{.02, .025}, OffsetMs: []float64{0, 0}}
	archs, labels, _ := unsynchronised(t, 1000, q, states)
	m, report, err := Fit(archs, labels, Config{Basis: Shape(ResolutionsOf(archs), false), Relative: true, QueueDepth: 920, States: 2, LaunchMs: .018})
	if err != nil {
		t.Fatal(err)
	}
	wrong, got := 0, report.States
	for i, s := range got {
		if s != states[i] {
			wrong++
		}
	}
	if wrong > 20 && wrong < 980 { // which of them is called 0 does not matter
		t.Errorf("%d of 1,000 rows are in the wrong state", wrong)
	}
	last := got[999]
	if ratio := m.Queue.LaunchMs[last] / m.Queue.LaunchMs[1-last]; math.Abs(ratio-1.25) > .03 || m.Queue.HostState != last {
		t.Errorf("a launch takes %.3f times as long in the last state, %d; assumed is %d", ratio, last, m.Queue.HostState)
	}
}

// A model comes back from its tensors and header to the bit; what is damaged does not.
func TestStoreAndLoad(t *testing.T) {
	q := Queue{Depth: 920, LaunchMs: []float64{.02}, OffsetMs: []float64{0}}
	archs, labels, _ := unsynchronised(t, 300, q, nil)
	for _, basis := range []Basis{Tied(ResolutionsOf(archs)), Shape(ResolutionsOf(archs), true)} {
		m, _, err := Fit(archs, labels, Config{Basis: basis, QueueDepth: 900})
		if err != nil {
			t.Fatal(err)
		}
		b := tensor.NewBundle()
		h := m.Store(b, "x.")
		again, err := h.Load(b, "x.")
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range archs[:20] {
			one, err1 := m.Read(a, 0)
			two, err2 := again.Read(a, 0)
			if err1 != nil || err2 != nil || one != two {
				t.Fatalf("%+v, %v and %+v, %v", one, err1, two, err2)
			}
		}
		for name, spoil := range map[string]func(h *Header){
			"resolutions": func(h *Header) { h.Resolutions = []int{192, 160} },
			"basis":       func(h *Header) { h.Basis = "loose" },
			"theta":       func(h *Header) { h.Resolutions = append([]int{128}, h.Resolutions...) },
			"queue":       func(h *Header) { h.Queue.HostState = 4 },
			"stages":      func(h *Header) { h.Stages = 4 },
			"family":      func(h *Header) { h.Family = "none" },
		} {
			damaged := h
			spoil(&damaged)
			if _, err := damaged.Load(b, "x."); err == nil {
				t.Errorf("%s damaged, no error", name)
			}
		}
	}
}

// Lengths that differ are a mistake of the program.
func TestFitPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	_, _, _ = Fit(make([]space.Arch, 2), []float64{1}, Config{Basis: Tied([]int{176})})
}
