package experiment

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/figure"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// transferPart is what adaptation can do without, or otherwise.
type transferPart struct {
	name string
	set  func(w *transferWay)
}

var transferParts = []transferPart{
	{"all", func(*transferWay) {}},
	{"no physics", func(w *transferWay) {
		w.prior.PhysicsShare, w.prior.Blocks[transfer.Physics], w.prior.Blocks[transfer.StagePhysics] = 0, 0, 0
	}},
	{"no physical costs as bases", func(w *transferWay) { w.prior.PhysicsShare = 0 }},
	{"no costs of single stages", func(w *transferWay) { w.prior.Blocks[transfer.StagePhysics] = 0 }},
	{"no sources", func(w *transferWay) { w.noSources = true }},
	{"the mean of the sources as the only base", func(w *transferWay) { w.prior.SourceShare, w.prior.PhysicsShare = 0, 0 }},
	{"no choices, stages and slots", func(w *transferWay) {
		w.prior.Blocks[transfer.Choices], w.prior.Blocks[transfer.Stages], w.prior.Blocks[transfer.Slots] = 0, 0, 0
	}},
	{"normal noise", func(w *transferWay) { w.prior.Tails = 0 }},
	{"no expected slope", func(w *transferWay) { w.prior.Slope = 0 }},
}

// ablation leaves out what adaptation is made of, one part at a time.
func (t *transferRun) ablation(tasks []transferTask) error {
	for _, part := range transferParts {
		way := t.way()
		way.judgedRows = 2000
		if t.tiny {
			way.judgedRows = 500
		}
		part.set(&way)
		var mean float64
		for _, task := range tasks {
			scores, _, err := t.over(task, way, t.parts)
			if err != nil {
				return err
			}
			mean += overTargets(scores).rank / float64(len(tasks))
		}
		row := newRow(fmt.Sprintf("%s: mean rank correlation over the tasks", part.name), "")
		row.Best, row.BestKind = Number(mean), latpred.KindAdapted
		t.result.Rows = append(t.result.Rows, row)
		t.tick(part.name)
	}
	return nil
}

// curveRows are the numbers of measurements of the curve.
func (t *transferRun) curveRows() []int {
	if t.tiny {
		return []int{5, 20}
	}
	return []int{3, 5, 10, 20, 50, 100}
}

// curve draws the rank correlation over the number of measurements.
func (t *transferRun) curve(tasks []transferTask) error {
	rows := t.curveRows()
	curves := map[string][]figure.Interval{}
	var order []string
	for _, designed := range []bool{false, true} {
		name := map[bool]string{false: "random rows", true: "designed rows"}[designed]
		order = append(order, name)
		for _, n := range rows {
			way := t.way()
			way.rows, way.designed, way.judgedRows = n, designed, 2000
			var mean float64
			for _, task := range tasks {
				scores, _, err := t.over(task, way, t.parts)
				if err != nil {
					return err
				}
				mean += overTargets(scores).rank / float64(len(tasks))
			}
			curves[name] = append(curves[name], figure.Interval{X: float64(n), Value: 1 - mean, Low: 1 - mean, High: 1 - mean})
			row := newRow(fmt.Sprintf("mean over the tasks, %v: rank correlation", way), "")
			row.Best, row.BestKind = Number(mean), latpred.KindAdapted
			t.result.Rows = append(t.result.Rows, row)
			t.tick(fmt.Sprint("the curve: ", way))
		}
	}
	p, err := figure.FewShot("What rank correlation lacks, over the number of measurements", "1 − rank correlation", curves, order, "", figure.Interval{})
	if err != nil {
		return err
	}
	t.result.Figures = append(t.result.Figures, figure.Named{Name: "transfer-rows", Plot: p})
	return nil
}
