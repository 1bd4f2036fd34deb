package experiment

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/transfer"
	"gonum.org/v1/gonum/stat"
)

// transferName is the name of the item.
const transferName = "transfer"

// transferRun is a run of the item transfer.
type transferRun struct {
	*runner
	draws, parts int // draws of the tasks, and of each part left out
	tiny         bool
	spaces       map[string]*transferSpace
	complete     []string    // tasks all of whose devices are there
	ranks        [][]float64 // by task that is shown: ours random, designed, NASFLAT, HELP, MultiPredict
	names        []string    // of these tasks
}

// transferItem predicts devices from 20 measurements and other devices, in NASFLAT's tasks.
func transferItem(r *runner) (err error) {
	t := &transferRun{runner: r, draws: 20, parts: 3, spaces: map[string]*transferSpace{}}
	switch {
	case r.profile == Full:
		t.draws, t.parts = 40, 12
	case r.size.rows > 0 && r.size.rows < 1000:
		t.draws, t.parts, t.tiny = 1, 1, true
	}
	r.result.Seeds, r.result.Reduced = t.draws, ""
	if t.draws < 40 {
		r.result.Reduced = fmt.Sprintf("%d of 40 draws, %d of 12 for what each part brings", t.draws, t.parts)
	}
	for _, task := range transferTasks {
		if t.spaces[task.space] != nil || !t.selects(task) {
			continue
		}
		if t.spaces[task.space], err = openTransferSpace(task.space); err != nil {
			return err
		}
	}
	if len(t.spaces) == 0 {
		return fmt.Errorf("no task %q: there are %s", r.part, strings.Join(taskNames(), ", "))
	}
	tasks := t.shown()
	if len(tasks) == 0 {
		return errors.New("no task has a source and a target among the devices at hand")
	}
	t.of = 2 * len(tasks)
	if r.part != "" {
		return t.tasks(tasks)
	}
	t.of += len(transferParts) + 2*len(t.curveRows())
	for _, run := range []func([]transferTask) error{t.tasks, t.ablation, t.curve} {
		if err := run(tasks); err != nil {
			return err
		}
	}
	return nil
}

// selects reports whether a task is to be run.
func (t *transferRun) selects(task transferTask) bool { return t.part == "" || t.part == task.name }

func taskNames() (names []string) {
	for _, task := range transferTasks {
		names = append(names, task.name)
	}
	return names
}

// over runs all draws of a task and returns the score of each target, a mean over draws, and
// the standard deviation of the task's rank correlation over draws.
func (t *transferRun) over(task transferTask, way transferWay, draws int) (scores map[string]transferScore, sd float64, err error) {
	s := t.spaces[task.space]
	names, _ := present(task.sources, s.ms)
	targets, _ := present(task.targets, s.ms)
	scores = map[string]transferScore{}
	var perDraw []float64
	for draw := range draws {
		if err := t.ctx.Err(); err != nil {
			return nil, 0, err
		}
		var sources []*transfer.Source
		if !way.noSources {
			if sources, err = s.sources(names, draw%transferSets); err != nil {
				return nil, 0, err
			}
		}
		var mean float64
		for _, target := range targets {
			v, err := s.shot(sources, target, draw, way)
			if err != nil {
				return nil, 0, fmt.Errorf("%s, %s: %w", task.name, target, err)
			}
			scores[target] = scores[target].plus(v, 1/float64(draws))
			mean += v.rank / float64(len(targets))
		}
		perDraw = append(perDraw, mean)
	}
	if len(perDraw) > 1 {
		sd = stat.StdDev(perDraw, nil)
	}
	return scores, sd, nil
}

// plus adds a part of o to v.
func (v transferScore) plus(o transferScore, part float64) transferScore {
	return transferScore{v.rank + part*o.rank, v.mape + part*o.mape, v.median + part*o.median,
		v.coverage + part*o.coverage, v.width + part*o.width, v.seconds + part*o.seconds}
}

// overTargets is the mean over the targets, and over their names in order.
func overTargets(scores map[string]transferScore) (mean transferScore) {
	for _, v := range scores {
		mean = mean.plus(v, 1/float64(len(scores)))
	}
	return mean
}

// shown lists the tasks with a source and a target that are there.
func (t *transferRun) shown() (tasks []transferTask) {
	for _, task := range transferTasks {
		if !t.selects(task) {
			continue
		}
		there := t.spaces[task.space].ms
		sources, _ := present(task.sources, there)
		targets, _ := present(task.targets, there)
		if len(sources) > 0 && len(targets) > 0 && (!t.tiny || t.part != "" || task.name == "FD" || task.name == "ND") {
			tasks = append(tasks, task)
		}
	}
	return tasks
}

// tasks runs tasks with random and with designed rows.
func (t *transferRun) tasks(tasks []transferTask) error {
	ways := []transferWay{t.way(), t.way()}
	ways[1].designed = true
	for _, task := range tasks {
		ranks := []float64{0, 0, task.nasflat, task.help, task.multiPredict}
		whole := t.isWhole(task)
		for w, way := range ways {
			scores, sd, err := t.over(task, way, t.draws)
			if err != nil {
				return err
			}
			mean := overTargets(scores)
			ranks[w] = mean.rank
			t.show(task, way, mean, sd, whole)
			t.showTargets(task, way, scores)
			t.tick(fmt.Sprintf("%s, %v", task.name, way))
		}
		t.names, t.ranks = append(t.names, task.name), append(t.ranks, ranks)
	}
	t.geometric()
	return t.bars()
}

// way is the way to adapt, from random rows.
func (t *transferRun) way() transferWay {
	w := transferWay{prior: transfer.DefaultPrior(), rows: transferRows}
	if t.tiny {
		w.judgedRows = 500
	}
	return w
}

func (w transferWay) String() string {
	if w.designed {
		return fmt.Sprintf("%d designed rows", w.rows)
	}
	return fmt.Sprintf("%d random rows", w.rows)
}

// isWhole reports whether all devices of a task are there, and says which are not.
func (t *transferRun) isWhole(task transferTask) bool {
	there := t.spaces[task.space].ms
	_, sources := present(task.sources, there)
	_, targets := present(task.targets, there)
	if len(sources)+len(targets) == 0 {
		t.complete = append(t.complete, task.name)
		return true
	}
	var lacks []string
	if len(sources) > 0 {
		lacks = append(lacks, "the sources "+strings.Join(sources, ", "))
	}
	if len(targets) > 0 {
		lacks = append(lacks, "the targets "+strings.Join(targets, ", "))
	}
	t.result.note(fmt.Sprintf("%s is done without %s, which are not at hand: it can't be compared with what is published (NASFLAT %.3f, HELP %.3f, MultiPredict %.3f).",
		task.name, strings.Join(lacks, " and "), task.nasflat, task.help, task.multiPredict), task.name)
	return false
}

// show adds the rows of a task.
func (t *transferRun) show(task transferTask, way transferWay, mean transferScore, sd float64, whole bool) {
	add := func(what, unit string, value float64) *Row {
		row := newRow(fmt.Sprintf("%s, %v: %s", task.name, way, what), unit)
		row.Best, row.BestKind = Number(value), latpred.KindAdapted
		t.result.Rows = append(t.result.Rows, row)
		return &t.result.Rows[len(t.result.Rows)-1]
	}
	row := add("rank correlation", "", mean.rank)
	if row.Note = fmt.Sprintf("standard deviation of a draw %.3f", sd); whole {
		row.Paper = Number(task.nasflat)
		row.Note += fmt.Sprintf("; HELP %.3f, MultiPredict %.3f", task.help, task.multiPredict)
	}
	add("mean relative error", "%", 100*mean.mape)
	add("median relative error", "%", 100*mean.median)
	add("90 % interval holds", "%", 100*mean.coverage)
	add("half the width of the interval over the mean", "%", 100*mean.width)
	add("time to adapt", "s", mean.seconds)
}

// showTargets notes the single targets.
func (t *transferRun) showTargets(task transferTask, way transferWay, scores map[string]transferScore) {
	var parts []string
	for _, target := range task.targets {
		if v, found := scores[target]; found {
			parts = append(parts, fmt.Sprintf("%s %.3f, %.1f %%, %.0f %%", target, v.rank, 100*v.median, 100*v.coverage))
		}
	}
	t.result.note(fmt.Sprintf("%s, %v: rank correlation, median relative error and coverage of single targets: %s.", task.name, way, strings.Join(parts, "; ")),
		fmt.Sprintf("%s, %v", task.name, way))
}

// geometric adds the geometric means over FBNet's tasks that are complete, as NASFLAT's.
func (t *transferRun) geometric() {
	var product [5]float64
	n := 0
	for i, name := range t.names {
		if name == "ND" || !slices.Contains(t.complete, name) {
			continue
		}
		n++
		for k, v := range t.ranks[i] {
			product[k] += math.Log(v)
		}
	}
	for w := 0; w < 2 && n > 1; w++ {
		way := transferWay{rows: transferRows, designed: w == 1}
		row := newRow(fmt.Sprintf("complete tasks of FBNet, %v: geometric mean of the rank correlations", way), "")
		row.Best, row.BestKind, row.Paper = Number(math.Exp(product[w]/float64(n))), latpred.KindAdapted, Number(math.Exp(product[2]/float64(n)))
		row.Note = fmt.Sprintf("%d tasks; HELP %.3f, MultiPredict %.3f", n, math.Exp(product[3]/float64(n)), math.Exp(product[4]/float64(n)))
		t.result.Rows = append(t.result.Rows, row)
	}
	t.result.note("The column of the paper has NASFLAT's values (Akhauri and Abdelfattah, MLSys 2024), as it prints them: three trials, with a sampler of its own, judged on all rows. Ours are judged on the rows that were not measured. Its tasks N1 to N4 and NA need devices that HELP's files don't have. The prior was chosen on devices that are sources, each predicted from others.")
}
