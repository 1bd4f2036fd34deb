package additive

import (
	"fmt"
	"math"
	"testing"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// example is OFA's.
var example = space.MustParse("r176 d43344 k5533-535-335-3557-5755 e6666-444-444-6666-6666")

// entries is a table of times for segments by entry.
type entries []float64

var layout = space.OFA5.Layout

// later reports whether an entry is of slots after the first of their stage.
func later(entry int) bool {
	place, _, ok := layout.PlaceAndChoice(entry)
	return ok && layout.Places[place].Later
}

func (e entries) of(a space.Arch) ([]float64, error) {
	segs, err := pass.Segments(nil, a)
	ms := make([]float64, len(segs))
	for i, s := range segs {
		ms[i] = e[s.Entry]
	}
	return ms, err
}

// made-up times: a layer's takes longer the larger its kernel and expansion are.
func madeUp() entries {
	e := make(entries, layout.Entries())
	for i := range e {
		e[i] = 1 + .1*float64(i%9)
	}
	e[layout.Stem()], e[layout.Head()] = 2, 3
	return e
}

// common shares out what whole networks can't tell apart.
func common(t *testing.T, e entries) ([]float64, []pass.Segment) {
	t.Helper()
	segs, err := pass.Segments(nil, example)
	if err != nil {
		t.Fatal(err)
	}
	ms, err := e.of(example)
	if err != nil {
		t.Fatal(err)
	}
	if err := AllocateFixed(ms, segs, example, e.of); err != nil {
		t.Fatal(err)
	}
	return ms, segs
}

// The sum stays; later layers keep their times; what first layers take beyond their least
// stays theirs; and what is shared goes by multiply-accumulates.
func TestAllocateFixed(t *testing.T) {
	e := madeUp()
	before, err := e.of(example)
	if err != nil {
		t.Fatal(err)
	}
	after, segs := common(t, e)
	var sumBefore, sumAfter float64
	for i, s := range segs {
		sumBefore, sumAfter = sumBefore+before[i], sumAfter+after[i]
		if s.Slot >= 0 && later(s.Entry) && after[i] != before[i] {
			t.Errorf("segment %d, a later layer, had %v and has %v ms", i, before[i], after[i])
		}
	}
	if math.Abs(sumAfter-sumBefore) > 1e-9 {
		t.Errorf("the sum was %v and is %v ms", sumBefore, sumAfter)
	}
	// What is in common: stem 2, head 3, and 1 of each first layer, whose least is that of
	// kernel 3 and expansion 3.
	smallest := space.MustParse("r176 d43344 k3533-335-335-3557-3755 e3666-344-344-3666-3666")
	share := shares(segs, alwaysAlone(space.OFA5), smallest)
	var all float64
	for _, v := range share {
		all += v
	}
	for i, s := range segs {
		if s.Slot >= 0 && later(s.Entry) {
			continue
		}
		beyond := 0.0
		if s.Slot >= 0 {
			beyond = before[i] - 1
		}
		if want := 10*share[i]/all + beyond; math.Abs(after[i]-want) > 1e-9 {
			t.Errorf("segment %d has %v ms, want %v", i, after[i], want)
		}
	}
}

// A millisecond more in the stem and one less in the head, or in every first layer of a
// stage, is the same table: it shares out to the same times.
func TestSharingDoesNotDependOnWhereItWas(t *testing.T) {
	want, _ := common(t, madeUp())
	for name, move := range map[string]func(e entries){
		"stem and head": func(e entries) { e[layout.Stem()]++; e[layout.Head()]-- },
		"third stage and stem": func(e entries) {
			e[layout.Stem()] -= .5
			for i := range e {
				if i/9 == 4 { // its first layer
					e[i] += .5
				}
			}
		},
	} {
		e := madeUp()
		move(e)
		got, _ := common(t, e)
		for i := range got {
			if math.Abs(got[i]-want[i]) > 1e-9 {
				t.Errorf("%s: segment %d has %v ms, want %v", name, i, got[i], want[i])
			}
		}
	}
}

// Without anything in common nothing changes.
func TestNothingInCommon(t *testing.T) {
	e := madeUp()
	e[layout.Stem()] = -100
	before, err := e.of(example)
	if err != nil {
		t.Fatal(err)
	}
	if after, _ := common(t, e); after[0] != before[0] || after[1] != before[1] {
		t.Errorf("%v, before %v", after, before)
	}
	no := fmt.Errorf("no")
	segs, _ := pass.Segments(nil, example)
	if err := AllocateFixed(before, segs, example, func(space.Arch) ([]float64, error) { return nil, no }); err != no {
		t.Errorf("%v", err)
	}
}

// Segments have the names, kernels and expansions that people know.
func TestNameSegments(t *testing.T) {
	segs, err := pass.Segments(nil, example)
	if err != nil {
		t.Fatal(err)
	}
	ms := make([]float64, len(segs))
	ms[4] = 7
	b := NameSegments(example, segs, ms)
	for i, want := range map[int]string{0: "stem 0 0 -1 -1", 1: "stage 1, layer 1 5 6 0 0", 4: "stage 1, layer 4 3 6 0 3", 5: "stage 2, layer 1 5 4 1 0", len(segs) - 1: "head 0 0 -1 -1"} {
		s := b.Segments[i]
		if got := fmt.Sprint(s.Name, " ", s.Kernel, s.Expand, s.Stage, s.Layer); got != want {
			t.Errorf("segment %d is %q, want %q", i, got, want)
		}
	}
	if b.Segments[4].Ms != 7 || len(b.Segments) != 20 {
		t.Errorf("%+v", b.Segments)
	}
}

// The segments of a table sum up to its pass, and that to its prediction where the clock
// waits.
func TestSegmentsOfATable(t *testing.T) {
	p, _ := train(t, measured(t, noisy(), 600, nil), Config{NoQueue: true})
	b, err := p.Segments(example)
	if err != nil {
		t.Fatal(err)
	}
	var sum float64
	for _, s := range b.Segments {
		if sum += s.Ms; !(s.Ms > 0) {
			t.Errorf("%s takes %v ms", s.Name, s.Ms)
		}
	}
	if ms := predict(t, p, []space.Arch{example})[0]; math.Abs(sum/ms-1) > 1e-9 || b.LabelMs != ms || b.TrueMs != ms || b.HostLimited {
		t.Errorf("segments of %v ms, prediction %v, %+v", sum, ms, b)
	}
}
