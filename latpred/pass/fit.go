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

// Config says how a model is fitted.
type Config struct {
	Basis      Basis
	Relative   bool    // squared relative errors count, not squared milliseconds
	QueueDepth int     // 0: labels are true passes
	States     int     // of the host; 0 is 1
	LaunchMs   float64 // τ to start from; 0 is that of a typical host
	Rounds     int     // robust rounds; 0 is 6
}

const (
	huber         = 1.5  // standard deviations within which rows count fully
	hostPenalty   = 1e-3 // on τ and δ
	defaultRounds = 6
)

// fitter holds the rows of a fit.
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

// Report tells what Fit found on the way.
type Report struct {
	States []int // of the host at each row; all 0 where there is but one
}

// Fit finds the coefficients from measured latencies, milliseconds, in the order of
// measuring. Lengths must agree, or Fit panics; all networks must be of one family and
// at resolutions that the basis covers. Where the host has several states, predictions
// assume that of the last row.
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

// newFitter takes the rows apart and fills in what config leaves open.
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

func (f *fitter) run() error {
	if err := f.solve(nil, true); err != nil { // as true passes
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

func (f *fitter) residuals(dst []float64) error {
	if err := f.model.LabelsMs(dst, f.archs, f.states); err != nil {
		return err
	}
	for i := range dst {
		dst[i] = f.y[i] - dst[i]
	}
	return nil
}

// scaled gives residuals in the unit in which they count.
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

// solve does one ridge regression, weighting rows by the residuals of the model
// so far (nil: all alike). asTrue takes labels for true passes.
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
	return f.take(width, asTrue)
}

// take solves the system and moves the model there.
func (f *fitter) take(width int, asTrue bool) error {
	unit := 1.0
	if f.Relative { // penalties are made for milliseconds
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
