package fewshot

import (
	"math"
	"slices"
	"testing"

	"github.com/ofalat/ofalat/latpred/pass"
	"gonum.org/v1/gonum/mat"
)

// A source counts by its best hypothesis; the three best are kept, best first.
func TestBestSources(t *testing.T) {
	var worked []*hypothesis
	for _, c := range []struct {
		source   int
		evidence float64
	}{{4, -9}, {0, -3}, {1, 5}, {2, 1}, {1, -20}, {0, 4}, {3, 2}} {
		worked = append(worked, &hypothesis{base: Base{Parts: []Part{{c.source, 1}}}, logBest: c.evidence})
	}
	if got := bestSources(worked); !slices.Equal(got, []int{1, 0, 3}) {
		t.Errorf("sources %v, want 1, 0 and 3", got)
	}
	if got := bestSources(nil); len(got) != 0 {
		t.Errorf("%v of nothing", got)
	}
}

// Bases are left out that are e¹² times less probable than the best, but no power laws.
func TestLikely(t *testing.T) {
	f := prepared(t, 40)
	f.config.NoQueue = false
	bases := f.bases([]Part{{0, 1}}, allQueues)
	worked, err := f.hypotheses(bases)
	if err != nil {
		t.Fatal(err)
	}
	best := math.Inf(-1)
	for _, h := range worked {
		best = max(best, h.logBest)
	}
	var want []pass.Queue
	powerLaws, close := 0, false
	for _, h := range worked {
		behind := best - h.logBest
		if h.base.PowerLaw {
			powerLaws++
		}
		if behind < 12 || h.base.PowerLaw {
			want = append(want, h.base.Queue)
			close = close || behind > 0 && behind < 12
		}
	}
	got, err := f.likely(bases)
	if err != nil || powerLaws != 1 || !close || len(want) == len(worked) {
		t.Fatalf("%v; %d power laws, others close to the best %v, %d of %d likely: this tests nothing", err, powerLaws, close, len(want), len(worked))
	}
	if !slices.EqualFunc(got, want, func(b Base, q pass.Queue) bool { return b.Queue.Depth == q.Depth }) {
		t.Errorf("%d bases, want %d", len(got), len(want))
	}
	// 40 rows speak for a table: a power law is kept though it is unlikely.
	only, err := f.likely(slices.Concat(bases[:2], bases[:1]))
	if err != nil || !slices.ContainsFunc(only, func(b Base) bool { return b.PowerLaw }) {
		t.Errorf("%d bases, no power law, %v", len(only), err)
	}
}

// All pairs of a depth and a launch time are tried once, and some of them to compare
// sources; CUDA's depth is among them.
func TestQueues(t *testing.T) {
	if n := len(pass.DepthsTried) * len(pass.LaunchesMs); len(allQueues) != n || len(roughQueues) >= n/4 || len(roughQueues) < 4 {
		t.Errorf("%d and %d of %d queues", len(allQueues), len(roughQueues), n)
	}
	for _, q := range roughQueues {
		if err := q.Validate(); err != nil || !slices.ContainsFunc(allQueues, func(a pass.Queue) bool { return a.Depth == q.Depth && a.LaunchMs[0] == q.LaunchMs[0] }) {
			t.Errorf("%+v is none of all, %v", q, err)
		}
	}
	if l := pass.LaunchesMs; slices.Max(pass.DepthsTried) != 1024 || l[0] != .005 || l[len(l)-1] != .1 || !slices.IsSorted(l) {
		t.Errorf("depths %v, launches %v", pass.DepthsTried, l)
	}
}

// The prior counts a queue as likely as none, whatever the number that is tried.
func TestPriorOfQueues(t *testing.T) {
	f := prepared(t, 6)
	f.config.NoQueue = false
	for _, b := range f.bases([]Part{{0, 1}}, allQueues) {
		h := f.hypothesis(b)
		want := 0.0
		if !b.Queue.None() {
			want = -math.Log(float64(len(allQueues)))
		}
		if h != nil {
			near(t, "log prior", h.prior, want, 1e-12)
		}
	}
}

// Logarithms of latencies are centred in a design, as they are in a fit.
func TestDesignIsCentred(t *testing.T) {
	z, err := designRows([]Source{sourceOf(t, "card", card), sourceOf(t, "phone", phone)}, judged(t))
	if err != nil {
		t.Fatal(err)
	}
	var mean float64
	for _, v := range mat.Col(nil, colPower, z) {
		mean += v / float64(len(judged(t)))
	}
	near(t, "mean of the power's column", mean, 0, 1e-12)
}

// A prediction is never below a fiftieth of its base's, whatever the coefficients.
func TestSmallest(t *testing.T) {
	s := sourceOf(t, "card", card)
	a := judged(t)[0]
	for _, powerLaw := range []bool{false, true} {
		b := Base{Parts: []Part{{0, 1}}, CentreMs: 10, PowerLaw: powerLaw, columns: columnsOf(a.Family)}
		x := make([]float64, b.width())
		x[colGlobal] = -3
		m := &Model{Sources: []Source{s}, Components: []Component{{Base: b, Weight: 1, Mean: x, Cov: mat.NewSymDense(colConstant+1, nil)}}}
		seen, err := m.baseline(&m.Components[0], a)
		if err != nil {
			t.Fatal(err)
		}
		part, _ := b.correct(&seen, x)
		near(t, "smallest part", part, .02, 0)
	}
}

// The host limits a model's label if it does in any component, in whatever order.
func TestHostLimitsAnyComponent(t *testing.T) {
	s := sourceOf(t, "card", card)
	a := judged(t)[0]
	of := func(q pass.Queue) Component {
		b := Base{Parts: []Part{{0, 3}}, CentreMs: 10, Queue: q, columns: columnsOf(a.Family)}
		return Component{Base: b, Weight: .5, Mean: make([]float64, b.width()), Cov: mat.NewSymDense(b.columns.coarse, nil)}
	}
	plain, queued := of(pass.Queue{}), of(pass.Queue{Depth: 1024, LaunchMs: []float64{.0302}, OffsetMs: []float64{0}})
	for _, c := range []struct {
		components []Component
		want       bool
	}{{[]Component{plain, queued}, true}, {[]Component{queued, plain}, true}, {[]Component{plain, plain}, false}} {
		m := &Model{Sources: []Source{s}, Components: c.components}
		_, _, limited, err := m.SegmentsMs(a)
		if err != nil || limited != c.want {
			t.Errorf("limited %v, want %v, %v", limited, c.want, err)
		}
	}
}
