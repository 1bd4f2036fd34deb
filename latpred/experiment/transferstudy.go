package experiment

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Task is one of NASFLAT's tasks, for a closer look than the item transfer takes: a device is
// predicted from a few measurements of it and many of the sources, for each of the targets.
type Task struct {
	Name         string
	SpaceID      string
	Sources      []string // that are there, called as HELP calls its devices
	Targets      []string
	Lacking      []string // sources that are not there: without them results can't be compared
	Judged       int      // networks that predictions are ranked on; 0: all that were not measured
	NASFLAT      float64  // published mean rank correlations over the targets, from 20 measurements
	HELP         float64
	MultiPredict float64

	task transferTask
	run  *transferRun
}

// Tasks opens the tasks with the given names, such as "F1"; none: those of which all targets
// are there. It errs on a name of no task, and if a named task lacks a target.
func Tasks(ctx context.Context, names ...string) (tasks []*Task, err error) {
	run := &transferRun{runner: &runner{ctx: ctx}, spaces: map[string]*transferSpace{}}
	known := map[string]bool{}
	for _, t := range transferTasks {
		known[t.name] = true
		if len(names) > 0 && !slices.Contains(names, t.name) {
			continue
		}
		s := run.spaces[t.space]
		if s == nil {
			if s, err = openTransferSpace(t.space); err != nil {
				return nil, err
			}
			run.spaces[t.space] = s
		}
		sources, lack := present(t.sources, s.ms)
		targets, none := present(t.targets, s.ms)
		switch {
		case len(none) > 0 && len(names) > 0:
			return nil, fmt.Errorf("task %s lacks the targets %s", t.name, strings.Join(none, ", "))
		case len(none) > 0:
			continue
		}
		tasks = append(tasks, &Task{Name: t.name, SpaceID: t.space, Sources: sources, Targets: targets, Lacking: lack,
			NASFLAT: t.nasflat, HELP: t.help, MultiPredict: t.multiPredict, task: t, run: run})
	}
	for _, name := range names {
		if !known[name] {
			return nil, fmt.Errorf("no task %q among NASFLAT's", name)
		}
	}
	return tasks, ctx.Err()
}

// References are the published values, for figures.
func (t *Task) References() []figure.Reference {
	return []figure.Reference{{Name: "NASFLAT", Value: t.NASFLAT}, {Name: "HELP", Value: t.HELP}, {Name: "MultiPredict", Value: t.MultiPredict}}
}

// Cost is what a physical cost of networks says of devices without any measurement.
type Cost struct {
	Name string
	Rank float64 // mean over the targets of its rank correlation with latency
}

// Costs ranks networks by each physical cost alone, the best first.
func (t *Task) Costs() (costs []Cost) {
	s := t.run.spaces[t.SpaceID]
	n, _ := s.rows.Dims()
	first, _ := s.features.Range(transfer.Physics)
	for k, name := range s.features.PhysicsNames() {
		column := make([]float64, n)
		for i := range column {
			column[i] = s.rows.At(i, first+k)
		}
		c := Cost{Name: name}
		for _, target := range t.Targets {
			c.Rank += metric.Spearman(column, s.ms[target]) / float64(len(t.Targets))
		}
		costs = append(costs, c)
	}
	slices.SortStableFunc(costs, func(a, b Cost) int { return cmp.Compare(b.Rank, a.Rank) })
	return costs
}

// Curve gives the mean rank correlation over the targets for each number of measurements, of
// random networks or of designed ones, as a mean over draws with one standard deviation of a
// draw to both sides. It errs if the task lacks a source, a number is below
// transfer.LeastRows, or the context of Tasks ends.
func (t *Task) Curve(rows []int, designed bool, draws int) (curve []figure.Interval, err error) {
	for _, n := range rows {
		way := t.way()
		way.rows, way.designed = n, designed
		p, err := t.point(way, draws)
		if err != nil {
			return nil, err
		}
		curve = append(curve, p)
	}
	return curve, nil
}

// Part is what adaptation to the targets comes to without one of its parts.
type Part struct {
	Name string  // what is otherwise, as in "no sources"; "all": nothing is
	Rank float64 // mean rank correlation over the targets and over draws
	SD   float64 // standard deviation of a draw
}

// Parts leaves out what adaptation from 20 random networks is made of, one part at a time; see
// Curve.
func (t *Task) Parts(draws int) (parts []Part, err error) {
	for _, left := range transferParts {
		way := t.way()
		left.set(&way)
		p, err := t.point(way, draws)
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{left.name, p.Value, p.High - p.Value})
	}
	return parts, nil
}

// way is the way of the item transfer.
func (t *Task) way() transferWay {
	way := t.run.way()
	way.judgedRows = t.Judged
	return way
}

// point adapts in a way.
func (t *Task) point(way transferWay, draws int) (figure.Interval, error) {
	if len(t.Lacking) > 0 {
		return figure.Interval{}, fmt.Errorf("task %s lacks the sources %s", t.Name, strings.Join(t.Lacking, ", "))
	}
	if way.rows < transfer.LeastRows {
		return figure.Interval{}, fmt.Errorf("%d measurements: want %d or more", way.rows, transfer.LeastRows)
	}
	scores, sd, err := t.run.over(t.task, way, draws)
	if err != nil {
		return figure.Interval{}, err
	}
	rank := overTargets(scores).rank
	return figure.Interval{X: float64(way.rows), Value: rank, Low: math.Max(rank-sd, -1), High: math.Min(rank+sd, 1)}, nil
}
