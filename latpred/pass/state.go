package pass

import (
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
)

const (
	stateBend    = 3  // Huber's threshold for residuals, in standard deviations
	switchCost   = 12 // cost of a change of state
	trackerLimit = 20 // CUSUM threshold at which a Tracker changes its state
	alternations = 6  // of states and coefficients, in a fit
)

// stateCost is Huber's loss of a standardised residual.
func stateCost(z float64) float64 {
	if a := math.Abs(z); a > stateBend {
		return stateBend * (a - stateBend/2.0)
	}
	return z * z / 2
}

// costs gives stateCost of the residual of each row under each state: one slice for each
// row. Residuals are in units of spread, milliseconds.
func (m *Model) costs(archs []space.Arch, latenciesMs []float64, spread float64) ([][]float64, error) {
	out := make([][]float64, len(archs))
	for i, a := range archs {
		out[i] = make([]float64, len(m.Queue.LaunchMs))
		for s := range out[i] {
			r, err := m.Read(a, s)
			if err != nil {
				return nil, err
			}
			out[i][s] = stateCost((latenciesMs[i] - r.LabelMs) / spread)
		}
	}
	return out, nil
}

// States estimates the state of the host at each row by the Viterbi algorithm. Rows must
// be in the order of measurement, and the lengths must agree. Without a queue, or with
// one state, all are 0. Errors are those of SegmentsMs.
func (m *Model) States(archs []space.Arch, latenciesMs []float64) ([]int, error) {
	states := make([]int, len(archs))
	k := len(m.Queue.LaunchMs)
	if k < 2 || len(archs) == 0 {
		return states, nil
	}
	costs, err := m.costs(archs, latenciesMs, m.Spread)
	if err != nil {
		return nil, err
	}
	return viterbi(costs, k), nil
}

// viterbi gives the sequence of k states with the lowest total cost, switches included.
func viterbi(costs [][]float64, k int) []int {
	from := make([][]int, len(costs))
	total := make([]float64, k)
	next := make([]float64, k)
	for i, c := range costs {
		best := slices.Index(total, slices.Min(total))
		from[i] = make([]int, k)
		for s := range k {
			next[s], from[i][s] = total[s]+c[s], s
			if other := total[best] + switchCost; other < total[s] {
				next[s], from[i][s] = other+c[s], best
			}
		}
		copy(total, next)
	}
	states := make([]int, len(costs))
	s := slices.Index(total, slices.Min(total))
	for i := len(costs) - 1; i >= 0; i-- {
		states[i] = s
		s = from[i][s]
	}
	return states
}

// Tracker follows the state of the host from one measurement to the next: it changes
// State once another state has explained the measurements better for long enough (CUSUM).
// One goroutine at a time may use it.
type Tracker struct {
	State int // current state, an index of Queue.LaunchMs
	m     *Model
	sum   []float64 // CUSUM of each state: by how much it was better than State, at least 0
}

// Track returns a Tracker that starts in m.Queue.HostState.
func (m *Model) Track() *Tracker {
	return &Tracker{State: m.Queue.HostState, m: m, sum: make([]float64, len(m.Queue.LaunchMs))}
}

// Observe updates the state by the next measurement, in milliseconds. With fewer than two
// states it does nothing. Errors are those of SegmentsMs.
func (t *Tracker) Observe(a space.Arch, latencyMs float64) error {
	if len(t.sum) < 2 {
		return nil
	}
	costs, err := t.m.costs([]space.Arch{a}, []float64{latencyMs}, t.m.Spread)
	if err != nil {
		return err
	}
	for s := range t.sum {
		t.sum[s] = max(0, t.sum[s]+costs[0][t.State]-costs[0][s])
	}
	if best := slices.Index(t.sum, slices.Max(t.sum)); t.sum[best] > trackerLimit {
		t.State = best
		clear(t.sum)
	}
	return nil
}

// hostSteps are the ratios that are tried between the launch times of one state and the
// one before; the ratio that explains the rows best is kept.
var hostSteps = []float64{1.25, .8}

// alternate fits states and coefficients in turns. It starts from a fit with one state;
// each further state starts with a launch time longer, or shorter, by a factor of
// hostSteps.
func (f *fitter) alternate() error {
	if err := f.rounds(3); err != nil {
		return err
	}
	start := *f.model
	var best *Model
	var bestStates []int
	lowest := math.Inf(1)
	for _, step := range hostSteps {
		m := start
		m.Queue.LaunchMs, m.Queue.OffsetMs = slices.Clone(start.Queue.LaunchMs), slices.Clone(start.Queue.OffsetMs)
		for s := range f.States {
			m.Queue.LaunchMs[s], m.Queue.OffsetMs[s] = start.Queue.LaunchMs[0]*math.Pow(step, float64(s)), start.Queue.OffsetMs[0]
		}
		f.model = &m
		cost, err := f.turns(start.Spread)
		if err != nil {
			return err
		}
		if cost < lowest {
			lowest, best, bestStates = cost, f.model, f.states
		}
	}
	f.model, f.states = best, bestStates
	f.model.Queue.HostState = f.states[len(f.states)-1]
	return nil
}

// turns alternates between states and coefficients, and gives the total cost of the rows,
// switches included, with residuals in units of spread.
func (f *fitter) turns(spread float64) (float64, error) {
	for range alternations {
		states, err := f.model.States(f.archs, f.y)
		if err != nil {
			return 0, err
		}
		f.states = states
		if err := f.rounds(2); err != nil {
			return 0, err
		}
	}
	costs, err := f.model.costs(f.archs, f.y, spread)
	if err != nil {
		return 0, err
	}
	var total float64
	for i, c := range costs {
		total += c[f.states[i]]
		if i > 0 && f.states[i] != f.states[i-1] {
			total += switchCost
		}
	}
	return total, nil
}
