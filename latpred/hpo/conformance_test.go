package hpo

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
)

// schedulers are new schedulers of each kind over n trials of at most 20 epochs.
func schedulers(n int) map[string]Scheduler {
	watch := Watch{Metric: "error"}
	return map[string]Scheduler{
		"FIFO":             FIFO(points(n), 20),
		"stopping":         must(Stopping(points(n), Rungs{1, 2, 20}, watch)),
		"stopping 2-3-18":  must(Stopping(points(n), Rungs{2, 3, 18}, watch)),
		"patient stopping": must(Stopping(points(n), Rungs{1, 4, 20}, Watch{Metric: "error", MinRecords: 4})),
		"lenient stopping": must(Stopping(points(n), Rungs{1, 2, 20}, Watch{Metric: "loss", AllowMissing: true})),
		"promotion":        must(Promotion(points(n), Rungs{1, 2, 16}, watch)),
		"promotion 2-3-20": must(Promotion(points(n), Rungs{2, 3, 20}, watch)),
		"halving":          must(Halving(points(n), Rungs{1, 2, 16}, 1, watch)),
		"halving 2-3-20":   must(Halving(points(n), Rungs{2, 3, 20}, 3, watch)),
	}
}

// world is how trials learn: the error of each at each epoch, and the seconds that
// an epoch takes.
type world struct {
	errors  [][]float64
	seconds []float64
}

// newWorld makes learning curves; some diverge, and some are equal to others.
func newWorld(seed uint64, trials int) world {
	rng := rand.New(rand.NewPCG(seed, 0))
	var w world
	for range trials {
		level, diverges := float64(rng.IntN(6)), math.MaxInt
		if rng.IntN(8) == 0 {
			diverges = 1 + rng.IntN(20)
		}
		curve := make([]float64, 21)
		for e := range curve {
			curve[e] = level + 10/float64(e+1)
			if e >= diverges {
				curve[e] = []float64{math.NaN(), math.Inf(1)}[e%2]
			}
		}
		w.errors, w.seconds = append(w.errors, curve), append(w.seconds, float64(1+rng.IntN(9)))
	}
	return w
}

func (w world) report(t Task) Report {
	v := w.errors[t.Trial][t.To]
	return Report{
		Trial: t.Trial, Epoch: t.To, Metrics: map[string]float64{"error": v}, Diverged: math.IsNaN(v),
		Seconds: w.seconds[t.Trial] * float64(t.To-t.From),
	}
}

// simulate carries out a search in simulated time: workers take tasks as soon as
// they are free, and a task ends its seconds later. It lists tasks as handed out
// and reports as they came. inspect sees the tasks that are under way.
func (w world) simulate(t *testing.T, s Scheduler, workers int, inspect func([]Task)) (tasks []Task, reports []Report) {
	t.Helper()
	var running []Task
	var ends []float64
	for now := 0.0; ; {
		for len(running) < workers {
			task, ok := s.Next()
			if !ok {
				break
			}
			tasks, running, ends = append(tasks, task), append(running, task), append(ends, now+w.report(task).Seconds)
		}
		inspect(running)
		if len(running) == 0 {
			return tasks, reports
		}
		first := slices.Index(ends, slices.Min(ends))
		report := w.report(running[first])
		now = ends[first]
		running, ends = slices.Delete(running, first, first+1), slices.Delete(ends, first, first+1)
		if err := s.Observe(report); err != nil {
			t.Fatal(err)
		}
		reports = append(reports, report)
	}
}

// TestConformance is what any scheduler must do.
func TestConformance(t *testing.T) {
	for _, trials := range []int{0, 1, 9, 24} {
		for _, workers := range []int{1, 4, 50} {
			for seed := range uint64(2) {
				for name := range schedulers(trials) {
					t.Run(fmt.Sprintf("%s/%d/%d/%d", name, trials, workers, seed), func(t *testing.T) {
						conform(t, func() Scheduler { return schedulers(trials)[name] }, newWorld(seed, trials), workers)
					})
				}
			}
		}
	}
}

func conform(t *testing.T, fresh func() Scheduler, w world, workers int) {
	s := fresh()
	check := func(running []Task) {
		refuses(t, s, running)
		consistent(t, s, running)
	}
	tasks, reports := w.simulate(t, s, workers, check)
	if !s.Done() {
		t.Error("nothing runs, nothing is handed out, and it isn't done")
	}

	// The epochs of a trial only grow, each task starting where the last one ended.
	epoch, seconds := map[int]int{}, map[int]float64{}
	for _, task := range tasks {
		if task.From != epoch[task.Trial] || task.To <= task.From || task.To > 20 {
			t.Errorf("task %+v of a trial at epoch %d", task, epoch[task.Trial])
		}
		epoch[task.Trial] = task.To
	}
	// Rungs hold what was reported there, and the rest what was reported last.
	last := map[int]Report{}
	for _, r := range reports {
		last[r.Trial] = r
		seconds[r.Trial] += r.Seconds
		v, recorded := s.Status()[r.Trial].Rungs[r.Epoch]
		want := r.Metrics["error"]
		if math.IsNaN(want) {
			want = math.Inf(1)
		}
		if recorded && v != want {
			t.Errorf("rung %d of trial %d holds %v, reported was %v", r.Epoch, r.Trial, v, want)
		}
	}
	for i, trial := range s.Status() {
		if trial.Trial != i || trial.Epoch != epoch[i] || trial.Seconds != seconds[i] || trial.State == Running || trial.State == Waiting ||
			!same(trial.Last, last[i].Metrics) || !maps.Equal(trial.Config, Config{"x": float64(i)}) {
			t.Errorf("in the end trial %d is %+v; last report %+v", i, trial, last[i])
		}
		for rung := range trial.Rungs {
			if rung > trial.Epoch {
				t.Errorf("trial %d at epoch %d has a record at %d", i, trial.Epoch, rung)
			}
		}
	}

	again := fresh()
	if _, r := w.simulate(t, again, workers, func([]Task) {}); !equal(again.Status(), s.Status()) || len(r) != len(reports) {
		t.Error("two searches in the same world differ")
	}
	if s.String() != fresh().String() {
		t.Error("the description changes")
	}
}

// consistent compares the states with the tasks under way.
func consistent(t *testing.T, s Scheduler, running []Task) {
	t.Helper()
	under := map[int]bool{}
	for _, task := range running {
		if under[task.Trial] {
			t.Errorf("trial %d runs twice", task.Trial)
		}
		under[task.Trial] = true
	}
	for _, trial := range s.Status() {
		if (trial.State == Running) != under[trial.Trial] {
			t.Errorf("trial %d is %s; under way are %+v", trial.Trial, trial.State, running)
		}
	}
	if s.Done() && len(running) > 0 {
		t.Errorf("done, with %+v under way", running)
	}
}

// refuses gives reports that can't be, which must change nothing.
func refuses(t *testing.T, s Scheduler, running []Task) {
	t.Helper()
	before, done := s.Status(), s.Done()
	bad := []Report{{Trial: -1, Epoch: 1}, {Trial: len(before), Epoch: 1}}
	for _, trial := range before {
		if trial.State != Running {
			bad = append(bad, Report{Trial: trial.Trial, Epoch: trial.Epoch}, Report{Trial: trial.Trial, Epoch: trial.Epoch + 1})
		}
	}
	for _, task := range running {
		bad = append(bad, Report{Trial: task.Trial, Epoch: task.From}, Report{Trial: task.Trial, Epoch: task.To + 1})
	}
	for _, r := range bad {
		if s.Observe(r) == nil {
			t.Errorf("took the report %+v", r)
		}
	}
	if !equal(s.Status(), before) || s.Done() != done {
		t.Error("a report that was refused changed something")
	}
}

// equal compares statuses; NaN equals NaN.
func equal(a, b []TrialStatus) bool {
	return slices.EqualFunc(a, b, func(x, y TrialStatus) bool {
		lasts := same(x.Last, y.Last)
		x.Last, y.Last = nil, nil
		return lasts && reflect.DeepEqual(x, y)
	})
}

func same(a, b map[string]float64) bool {
	return maps.EqualFunc(a, b, func(x, y float64) bool { return x == y || math.IsNaN(x) && math.IsNaN(y) })
}

// Every verdict of Stopping agrees with the rule as Ray words it: the percentile
// of minus the errors, over reports in the order in which they came.
func TestStoppingAgainstRay(t *testing.T) {
	for seed := range uint64(30) {
		w := newWorld(seed, 36)
		s := must(Stopping(points(36), Rungs{1, 3, 20}, Watch{Metric: "error"}))
		_, reports := w.simulate(t, s, 3, func([]Task) {})
		rungs := map[int][]float64{} // minus the errors
		stopped := 0
		for _, r := range reports {
			v, recorded := s.Status()[r.Trial].Rungs[r.Epoch]
			if !recorded { // at Max
				continue
			}
			if before := rungs[r.Epoch]; len(before) > 0 && !math.IsInf(v, 1) {
				slices.Sort(before)
				h := (1 - 1./3) * float64(len(before)-1)
				low, high := before[int(h)], before[min(int(h)+1, len(before)-1)]
				want := -v < low+(high-low)*(h-math.Floor(h))-1e-9
				got := s.Status()[r.Trial].State == Stopped && s.Status()[r.Trial].Epoch == r.Epoch
				if got != want && !math.IsInf(low, -1) {
					t.Errorf("seed %d: trial %d at %d with %v after %v: stopped %t", seed, r.Trial, r.Epoch, v, before, got)
				}
				if got {
					stopped++
				}
			}
			rungs[r.Epoch] = append(rungs[r.Epoch], -v)
		}
		if stopped < 10 {
			t.Errorf("seed %d: only %d of 36 were stopped", seed, stopped)
		}
	}
}

// judge holds what Promotion hands out against the words of the paper.
type judge struct {
	Scheduler
	t     *testing.T
	rungs Rungs
}

func (j judge) Next() (Task, bool) {
	before := j.Status()
	task, ok := j.Scheduler.Next()
	highest := 0 // rung with a trial that can be promoted
	can := map[int]bool{}
	for _, rung := range j.rungs.Epochs() {
		for _, trial := range before {
			records, better := 0, 0
			for _, other := range before {
				v, ok := other.Rungs[rung]
				if ok {
					records++
				}
				if mine := trial.Rungs[rung]; ok && (v < mine || v == mine && other.Trial < trial.Trial) {
					better++
				}
			}
			if trial.State == Paused && trial.Epoch == rung && better < records/j.rungs.Reduction {
				highest, can[trial.Trial] = rung, true
			}
		}
	}
	end := !slices.ContainsFunc(before, func(t TrialStatus) bool {
		return t.State == Running || t.State == Waiting || t.State == Completed
	})
	switch {
	case highest > 0 && (!ok || task.From != highest || !can[task.Trial]):
		j.t.Errorf("task %+v, where rung %d has a trial to promote", task, highest)
	case ok && highest == 0 && task.From > 0 && !end:
		j.t.Errorf("task %+v, where none can be promoted", task)
	}
	return task, ok
}

func TestPromotionAgainstThePaper(t *testing.T) {
	for seed := range uint64(12) {
		w, rungs := newWorld(seed, 36), Rungs{1, 2, 16}
		s := must(Promotion(points(36), rungs, Watch{Metric: "error"}))
		w.simulate(t, judge{s, t, rungs}, 4, func([]Task) {})
		if !slices.ContainsFunc(s.Status(), func(t TrialStatus) bool { return t.State == Completed }) {
			t.Errorf("seed %d: no trial reached the end", seed)
		}
	}
}
