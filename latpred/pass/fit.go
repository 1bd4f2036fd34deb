package pass

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Config says how Fit works.
type Config struct {
	Basis      Basis   // required
	Relative   bool    // minimise squared relative errors, not squared milliseconds
	QueueDepth int     // launches that the queue holds; 0: labels are true passes
	States     int     // number of states of the host, used with a queue; 0 is 1
	LaunchMs   float64 // initial τ, milliseconds; 0 is .02
	// Rounds is the number of robust rounds, each a solve in which rows are weighted
	// by their last residuals; 0 is 6. Without a queue the first, unweighted solve
	// counts as one of them. With a queue and several states it is ignored: the number
	// of rounds is fixed.
	Rounds int
}

const (
	huber         = 1.5  // Huber's threshold, in robust standard deviations
	hostPenalty   = 1e-3 // ridge penalty of τ and δ, in units of tiedPenalty
	defaultRounds = 6
)

// fitter holds the rows and the current model of a fit. The columns of system are those
// of the basis, then τ and δ of each state.
type fitter struct {
	Config
	archs  []space.Arch
	y      []float64
	segs   [][]Segment
	w      []weights
	states []int
	costs  [costKinds]float64
	model  *Model
	system *ridge.System
}

// Report is what Fit found besides the model.
type Report struct {
	States []int // state of the host at each row; all 0 with a single state
}

// Fit estimates the coefficients of config.Basis from measured latencies, in
// milliseconds and above 0. It panics if the lengths differ, and errs without rows, if
// the networks are not all of one family, or at a resolution that the basis does not
// cover. With several states of the host, rows must be in the order of measurement, and
// the model predicts for the state of the last row.
func Fit(archs []space.Arch, latenciesMs []float64, config Config) (*Model, *Report, error) {
	if len(archs) != len(latenciesMs) {
		panic("pass: Fit with lengths that differ")
	}
	if len(archs) == 0 {
		return nil, nil, fmt.Errorf("pass: no rows to fit")
	}
	f, err := newFitter(archs, latenciesMs, config)
	if err != nil {
		return nil, nil, err
	}
	if err := f.run(); err != nil {
		return nil, nil, err
	}
	return f.model, &Report{f.states}, nil
}

// newFitter lists the segments of all rows and fills in the defaults of config.
func newFitter(archs []space.Arch, latenciesMs []float64, config Config) (*fitter, error) {
	f := &fitter{Config: config, archs: archs, y: latenciesMs, states: make([]int, len(archs)),
		segs: make([][]Segment, len(archs)), w: make([]weights, len(archs))}
	f.States = max(1, f.States)
	f.Rounds, f.LaunchMs = cmp.Or(f.Rounds, defaultRounds), cmp.Or(f.LaunchMs, typicalLaunchMs)
	family := archs[0].Family
	for i, a := range archs {
		if a.Family != family {
			return nil, fmt.Errorf("row %d: %s is of another family than the first row: they are of different spaces", i, a)
		}
		segs, err := Segments(make([]Segment, 0, a.Blocks()+2), a)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", i, err)
		}
		f.segs[i] = segs
		f.w[i].weigh(segs, config.QueueDepth)
	}
	f.costs = fitCosts(f.segs, family, latenciesMs)
	q := Queue{Depth: config.QueueDepth}
	if !q.None() {
		q.LaunchMs, q.OffsetMs = slices.Repeat([]float64{f.LaunchMs}, f.States), make([]float64, f.States)
	}
	f.model = newModel(config.Basis, family, q)
	f.system = ridge.New(f.model.columns.Width() + 2*f.States)
	return f, nil
}

// run fits the model: an unweighted solve that takes labels for true passes, then robust
// rounds, in turns with the host's states if there are several.
func (f *fitter) run() error {
	if err := f.solve(nil, true); err != nil {
		return err
	}
	single := f.States == 1 || f.model.Queue.None()
	if f.model.Queue.None() {
		return f.rounds(f.Rounds - 1)
	}
	if single {
		return f.rounds(f.Rounds)
	}
	return f.alternate()
}

// rounds does n robust rounds and sets the model's Spread, in milliseconds.
func (f *fitter) rounds(n int) error {
	for range n {
		residuals := make([]float64, len(f.y))
		if err := f.residuals(residuals); err != nil {
			return err
		}
		f.model.Spread = metric.Spread(f.scaled(residuals))
		if err := f.solve(residuals, f.model.Queue.None()); err != nil {
			return err
		}
	}
	residuals := make([]float64, len(f.y))
	if err := f.residuals(residuals); err != nil {
		return err
	}
	f.model.Spread = metric.Spread(residuals)
	return nil
}

// residuals writes label minus prediction of each row, milliseconds, to dst.
func (f *fitter) residuals(dst []float64) error {
	if err := f.model.LabelsMs(dst, f.archs, f.states); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = f.y[i] - dst[i]
	}
	return nil
}

// scaled gives residuals in the unit of the fit: as a fraction of the label with
// Relative, else in milliseconds.
func (f *fitter) scaled(residuals []float64) []float64 {
	if !f.Relative {
		return residuals
	}
	out := make([]float64, len(residuals))
	for i, e := range residuals {
		out[i] = e / f.y[i]
	}
	return out
}

// solve does one ridge regression, with Huber weights from residuals (ms) of the current
// model; nil weights all rows alike. asTrue takes labels for true passes; otherwise the
// current model decides which rows the host limits.
func (f *fitter) solve(residuals []float64, asTrue bool) error {
	f.system.Reset()
	columns := f.model.columns
	width := columns.Width()
	var row []ridge.Term
	var spread float64
	scaled := f.scaled(residuals)
	if residuals != nil {
		spread = metric.Spread(scaled)
	}
	for i, a := range f.archs {
		state, hostLimited := f.states[i], false
		if !asTrue {
			r, err := f.model.Read(a, state)
			if err != nil {
				return err
			}
			hostLimited = r.HostLimited
		}
		row = row[:0]
		var err error
		for b, s := range f.segs[i] {
			weight := 1.0
			if !asTrue {
				if weight = f.w[i].stop[b]; !hostLimited {
					weight -= f.w[i].start[b]
				}
			}
			if row, err = columns.Terms(row, s, a.Resolution, weight); err != nil {
				return fmt.Errorf("row %d: %w", i, err)
			}
		}
		if hostLimited {
			row = append(row, ridge.Term{Column: width + 2*state, Value: -.5 * float64(f.w[i].launches)}, ridge.Term{Column: width + 2*state + 1, Value: -1})
		}
		weight := 1.0
		if f.Relative {
			weight = 1 / (f.y[i] * f.y[i])
		}
		if residuals != nil {
			weight *= ridge.Huber(scaled[i], spread, huber)
		}
		f.system.Add(row, f.y[i], weight)
	}
	return f.update(width, asTrue)
}

// update solves the system and writes the solution to the model; with asTrue, τ and δ
// stay as they are.
func (f *fitter) update(width int, asTrue bool) error {
	unit := 1.0
	if f.Relative { // penalties are for labels in milliseconds: divide by their squared geometric mean
		var sum float64
		for _, y := range f.y {
			sum += math.Log(y)
		}
		mean := math.Exp(sum / float64(len(f.y)))
		unit = 1 / (mean * mean)
	}
	prior := make([]float64, width+2*f.States)
	f.model.columns.prior(prior[:width], f.costs)
	for s := range f.model.Queue.LaunchMs {
		prior[width+2*s], prior[width+2*s+1] = f.model.Queue.LaunchMs[s], f.model.Queue.OffsetMs[s]
	}
	x, err := f.system.Solve(func(c int) float64 {
		if c >= width {
			return hostPenalty * unit
		}
		return f.model.columns.Penalty(c) * unit
	}, prior)
	if err != nil {
		return err
	}
	f.model.Theta = x[:width:width]
	if asTrue {
		return nil
	}
	for s := range f.model.Queue.LaunchMs {
		f.model.Queue.LaunchMs[s], f.model.Queue.OffsetMs[s] = x[width+2*s], x[width+2*s+1]
	}
	return nil
}
