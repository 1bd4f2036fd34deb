package pass

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
	"pgregory.net/rapid"
)

// Huber's loss by hand, its bend at 3: z²/2 inside, 3(|z| − 3/2) outside.
func TestStateCost(t *testing.T) {
	for _, c := range []struct{ z, want float64 }{{0, 0}, {-2, 2}, {3, 4.5}, {-5, 10.5}, {10, 25.5}} {
		if got := stateCost(c.z); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("of %v: %v, want %v", c.z, got, c.want)
		}
	}
}

// The path is the cheapest of all, every change of state costing switchCost.
func TestViterbiAgainstAllPaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(2, 3).Draw(t, "states")
		n := rapid.IntRange(1, 6).Draw(t, "rows")
		costs := make([][]float64, n)
		for i := range costs {
			costs[i] = rapid.SliceOfN(rapid.Float64Range(0, 30), k, k).Draw(t, "costs")
		}
		total := func(path []int) (sum float64) {
			for i, s := range path {
				if sum += costs[i][s]; i > 0 && s != path[i-1] {
					sum += switchCost
				}
			}
			return sum
		}
		least, path := math.Inf(1), make([]int, n)
		for code := range int(math.Pow(float64(k), float64(n))) {
			for i := range path {
				path[i], code = code%k, code/k
			}
			least = min(least, total(path))
		}
		if got := viterbi(costs, k); total(got) > least+1e-9 {
			t.Fatalf("path %v costs %v, the best %v", got, total(got), least)
		}
	})
}

// By hand, a change costing 12: one odd row among others is not worth two changes, 24,
// before it costs more than that; odd rows at the end are worth one change.
func TestViterbiByHand(t *testing.T) {
	usual := []float64{0, 10}
	odd := func(cost float64) []float64 { return []float64{cost, 0} }
	for _, c := range []struct {
		costs [][]float64
		want  []int
	}{
		{[][]float64{usual, usual, odd(23), usual, usual}, []int{0, 0, 0, 0, 0}},
		{[][]float64{usual, usual, odd(25), usual, usual}, []int{0, 0, 1, 0, 0}},
		{[][]float64{usual, usual, odd(5), odd(5)}, []int{0, 0, 0, 0}},
		{[][]float64{usual, usual, odd(5), odd(8)}, []int{0, 0, 1, 1}},
	} {
		if got := viterbi(c.costs, 2); !slices.Equal(got, c.want) {
			t.Errorf("%v: %v, want %v", c.costs, got, c.want)
		}
	}
}

// twoStates is a model whose host launches at 20 or at 30 µs, and a network that the
// host limits in both.
func twoStates(t *testing.T) (*Model, space.Arch) {
	t.Helper()
	m := newModel(Tied([]int{176}), space.OFA5, Queue{Depth: 920, LaunchMs: []float64{.02, .03}, OffsetMs: []float64{0, 0}})
	m.Theta, m.Spread = make([]float64, m.columns.Width()), .01
	for i := range m.Theta {
		m.Theta[i] = .3
	}
	return m, space.MustParse("r176 d22222 k33-33-33-33-33 e33-33-33-33-33")
}

// The states of a made-up sequence come back, and a clock that waits has none.
func TestStatesOfAMadeUpSequence(t *testing.T) {
	m, a := twoStates(t)
	var labels [2]float64
	for s := range labels {
		r, err := m.Read(a, s)
		if err != nil {
			t.Fatal(err)
		}
		if labels[s] = r.LabelMs; !r.HostLimited {
			t.Fatalf("state %d: %+v: this test is of a host that limits", s, r)
		}
	}
	want := slices.Concat(make([]int, 8), slices.Repeat([]int{1}, 9), make([]int, 5))
	var archs []space.Arch
	var y []float64
	for i, s := range want {
		archs, y = append(archs, a), append(y, labels[s]+.005*float64(i%3-1))
	}
	got, err := m.States(archs, y)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v, want %v", got, err, want)
	}
	m.Queue = Queue{}
	if got, err = m.States(archs, y); err != nil || slices.Contains(got, 1) {
		t.Errorf("without a queue: %v, %v", got, err)
	}
}

// The tracker changes when the other state has been better by more than trackerLimit
// in sum (CUSUM): each row of the other state is worth at most what stateCost gives.
func TestTrackerByHand(t *testing.T) {
	m, a := twoStates(t)
	r, err := m.Read(a, 1)
	if err != nil {
		t.Fatal(err)
	}
	first, err := m.Read(a, 0)
	if err != nil {
		t.Fatal(err)
	}
	gain := stateCost((r.LabelMs - first.LabelMs) / m.Spread)
	rows := int(math.Floor(trackerLimit/gain)) + 1
	tracker := m.Track()
	for i := range rows {
		if tracker.State != 0 {
			t.Fatalf("after %d rows of %v each: state %d", i, gain, tracker.State)
		}
		if err := tracker.Observe(a, r.LabelMs); err != nil {
			t.Fatal(err)
		}
	}
	if tracker.State != 1 {
		t.Errorf("after %d rows of %v each: state %d", rows, gain, tracker.State)
	}
	other := a
	other.Resolution = 192
	if tracker.Observe(other, 1) == nil {
		t.Error("a resolution that the model does not know, no error")
	}
}
