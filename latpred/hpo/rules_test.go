package hpo

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// points are n configurations.
func points(n int) []Config {
	list := make([]Config, n)
	for i := range list {
		list[i] = Config{"x": float64(i)}
	}
	return list
}

func must(s Scheduler, err error) Scheduler {
	if err != nil {
		panic(err)
	}
	return s
}

// errorsAt is the error of each trial at its first epochs.
type errorsAt []map[int]float64

// sequence carries out a search with one worker and lists the tasks as
// "trial:from-to", and then the states.
func (e errorsAt) sequence(t *testing.T, s Scheduler) (tasks []string, end string) {
	t.Helper()
	for task, ok := s.Next(); ok; task, ok = s.Next() {
		tasks = append(tasks, fmt.Sprintf("%d:%d-%d", task.Trial, task.From, task.To))
		v, ok := e[task.Trial][task.To]
		if !ok {
			t.Fatalf("task %s should not have been", tasks[len(tasks)-1])
		}
		if err := s.Observe(Report{Trial: task.Trial, Epoch: task.To, Metrics: map[string]float64{"error": v}, Seconds: 1}); err != nil {
			t.Fatal(err)
		}
	}
	if !s.Done() {
		t.Error("not done")
	}
	var states []string
	for _, trial := range s.Status() {
		states = append(states, fmt.Sprintf("%s@%d", trial.State, trial.Epoch))
	}
	return tasks, strings.Join(states, " ")
}

var nan, inf = math.NaN(), math.Inf(1)

// By hand. Rungs 1, 2, 4, 8 and the end at 10; reduction 2, so the cutoff is the
// median of what was recorded before.
//
//	trial  rung 1 (records → cutoff)         rung 2              rung 4        rung 8
//	0      8  nobody before                  6                   4             3       completes
//	1      9  {8} → 8           stop
//	2      7  {8,9} → 8.5                    7  {6} → 6   stop
//	3      8  {7,8,9} → 8, equal goes on     6.5 {6,7} → 6.5     4 {4} → 4     3.5 {3} → 3  stop
//	4      8.5 {7,8,8,9} → 8    stop
//	5      6  {7,8,8,8.5,9} → 8              5  {6,6.5,7} → 6.5  3 {4,4} → 4   2 {3,3.5} → 3.25  completes
//	6      NaN                  diverges, recorded as +Inf
//	7      8  {6,7,8,8,8.5,9,∞} → 8          6.3 {5,6,6.5,7} → 6.25  stop
func TestStoppingByHand(t *testing.T) {
	s := must(Stopping(points(8), Rungs{1, 2, 10}, Watch{Metric: "error"}))
	tasks, end := errorsAt{
		{1: 8, 2: 6, 4: 4, 8: 3, 10: 2.5}, {1: 9}, {1: 7, 2: 7}, {1: 8, 2: 6.5, 4: 4, 8: 3.5},
		{1: 8.5}, {1: 6, 2: 5, 4: 3, 8: 2, 10: 1.5}, {1: nan}, {1: 8, 2: 6.3},
	}.sequence(t, s)
	if got, want := strings.Join(tasks, " "), "0:0-1 0:1-2 0:2-4 0:4-8 0:8-10 1:0-1 2:0-1 2:1-2 3:0-1 3:1-2 3:2-4 3:4-8 4:0-1 "+
		"5:0-1 5:1-2 5:2-4 5:4-8 5:8-10 6:0-1 7:0-1 7:1-2"; got != want {
		t.Errorf("tasks\n%s, want\n%s", got, want)
	}
	if want := "completed@10 stopped@1 stopped@2 stopped@8 stopped@1 completed@10 diverged@1 stopped@2"; end != want {
		t.Errorf("end %s, want %s", end, want)
	}
	status := s.Status()
	if want := map[int]float64{1: 8, 2: 6.5, 4: 4, 8: 3.5}; !maps.Equal(status[3].Rungs, want) {
		t.Errorf("trial 3 recorded %v, want %v: also where it was stopped", status[3].Rungs, want)
	}
	if want := map[int]float64{1: inf}; !maps.Equal(status[6].Rungs, want) {
		t.Errorf("trial 6 recorded %v, want %v", status[6].Rungs, want)
	}
	if s := status[5]; s.Seconds != 5 || s.Last["error"] != 1.5 || s.Config["x"] != 5 {
		t.Errorf("trial 5: %+v", s)
	}
}

// With three records needed, trials 1 and 2 of the table above go on, and there is
// a cutoff only from trial 3 on: {7,8,9} → 8 for its 8.1.
func TestStoppingMinRecords(t *testing.T) {
	s := must(Stopping(points(4), Rungs{1, 2, 2}, Watch{Metric: "error", MinRecords: 3}))
	_, end := errorsAt{{1: 8, 2: 6}, {1: 9, 2: 9}, {1: 7, 2: 7}, {1: 8.1}}.sequence(t, s)
	if want := "completed@2 completed@2 completed@2 stopped@1"; end != want { // nobody is stopped at the end, 2
		t.Errorf("end %s, want %s", end, want)
	}
}

// By hand, one worker. Rungs 1, 3, 9, the last being the end; reduction 3. After
// each report: the records of the rung, its best third, who goes on.
//
//	0:1=5  {0}                    –          next: new trial 1
//	1:1=3  {1,0}                  –          new 2
//	2:1=8  {1,0,2}                1 of 3: 1  trial 1 to 3
//	1:3=2.5  rung 3 {1}           –          new 3 (rung 1: 1 is promoted)
//	3:1=1  {3,1,0,2}              1 of 4: 3  trial 3 to 3
//	3:3=.9 rung 3 {3,1}           –          new 4
//	4:1=9  {3,1,0,2,4}            1 of 5: 3  new 5
//	5:1=2  {3,5,1,0,2,4}          2 of 6: 3,5  trial 5 to 3
//	5:3=2.6 rung 3 {3,1,5}        1 of 3: 3  trial 3 to 9
//	3:9=.5                                   new 6
//	6:1=7, 7:1=4                  2 of 8: 3,5  new 7, new 8
//	8:1=6  {3,5,1,7,0,8,6,2,4}    3 of 9: 3,5,1  nobody, and one has reached 9: done
func TestPromotionByHand(t *testing.T) {
	s := must(Promotion(points(9), Rungs{1, 3, 9}, Watch{Metric: "error"}))
	tasks, end := errorsAt{
		{1: 5}, {1: 3, 3: 2.5}, {1: 8}, {1: 1, 3: 0.9, 9: 0.5}, {1: 9}, {1: 2, 3: 2.6}, {1: 7}, {1: 4}, {1: 6},
	}.sequence(t, s)
	if got, want := strings.Join(tasks, " "), "0:0-1 1:0-1 2:0-1 1:1-3 3:0-1 3:1-3 4:0-1 5:0-1 5:1-3 3:3-9 6:0-1 7:0-1 8:0-1"; got != want {
		t.Errorf("tasks\n%s, want\n%s", got, want)
	}
	if want := "paused@1 paused@3 paused@1 completed@9 paused@1 paused@3 paused@1 paused@1 paused@1"; end != want {
		t.Errorf("end %s, want %s", end, want)
	}
	if got, want := s.Status()[3].Rungs, (map[int]float64{1: 1, 3: 0.9, 9: 0.5}); !maps.Equal(got, want) {
		t.Errorf("trial 3 recorded %v, want %v", got, want)
	}
}

func TestPromotionEnds(t *testing.T) {
	for _, c := range []struct {
		name       string
		rungs      Rungs
		errors     errorsAt
		tasks, end string
	}{
		// 1 is the best of {0,1} and goes to 2; of three the best one is 1 again.
		// Then nothing is left, and 1 is taken to the end, 2 → 4 → 5.
		{"end rule", Rungs{1, 2, 5}, errorsAt{{1: 3}, {1: 1, 2: 1, 4: 1, 5: 1}, {1: 2}},
			"0:0-1 1:0-1 1:1-2 2:0-1 1:2-4 1:4-5", "paused@1 completed@5 paused@1"},
		// The only trial of rung 2 diverges there. Of rung 1, 2 is the best that is
		// left.
		{"end rule below", Rungs{1, 2, 4}, errorsAt{{1: 3}, {1: 1, 2: inf}, {1: 2, 2: 2, 4: 2}},
			"0:0-1 1:0-1 1:1-2 2:0-1 2:1-2 2:2-4", "paused@1 diverged@2 completed@4"},
		{"one trial", Rungs{1, 2, 4}, errorsAt{{1: 1, 2: 1, 4: 1}}, "0:0-1 0:1-2 0:2-4", "completed@4"},
		{"one level", Rungs{4, 2, 4}, errorsAt{{4: 2}, {4: 1}}, "0:0-4 1:0-4", "completed@4 completed@4"},
		// Of two the best is 0, of four 0 and 1.
		{"ties", Rungs{1, 2, 2}, errorsAt{{1: 1, 2: 1}, {1: 1, 2: 1}, {1: 1}, {1: 1}},
			"0:0-1 1:0-1 0:1-2 2:0-1 3:0-1 1:1-2", "completed@2 completed@2 paused@1 paused@1"},
		{"all diverge", Rungs{1, 2, 4}, errorsAt{{1: nan}, {1: inf}, {1: math.Inf(-1)}},
			"0:0-1 1:0-1 2:0-1", "diverged@1 diverged@1 diverged@1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tasks, end := c.errors.sequence(t, must(Promotion(points(len(c.errors)), c.rungs, Watch{Metric: "error"})))
			if got := strings.Join(tasks, " "); got != c.tasks || end != c.end {
				t.Errorf("tasks %s, end %s; want %s, %s", got, end, c.tasks, c.end)
			}
		})
	}
}

// Four reports come before anyone asks. Rung 1 has {4:.5, 0:1, 1:2, 2:3, 3:4, 5:5},
// of which 4, 0 and 1 may go on, 0 and 1 have; rung 2 has {0, 1}, of which 0 may.
func TestPromotionLooksFromTheTop(t *testing.T) {
	s := must(Promotion(points(6), Rungs{1, 2, 4}, Watch{Metric: "error"}))
	next := func(want ...Task) {
		t.Helper()
		for _, w := range want {
			if got, ok := s.Next(); !ok || got.Trial != w.Trial || got.From != w.From || got.To != w.To {
				t.Errorf("task %+v, want %+v", got, w)
			}
		}
	}
	observe := func(trial, epoch int, v float64) {
		t.Helper()
		if err := s.Observe(Report{Trial: trial, Epoch: epoch, Metrics: map[string]float64{"error": v}}); err != nil {
			t.Error(err)
		}
	}
	next(Task{Trial: 0, To: 1}, Task{Trial: 1, To: 1}, Task{Trial: 2, To: 1}, Task{Trial: 3, To: 1})
	for trial := range 4 {
		observe(trial, 1, float64(trial+1))
	}
	next(Task{Trial: 0, From: 1, To: 2}, Task{Trial: 1, From: 1, To: 2}, Task{Trial: 4, To: 1}, Task{Trial: 5, To: 1})
	observe(0, 2, 0.9)
	observe(1, 2, 1.9)
	observe(4, 1, 0.5)
	observe(5, 1, 5)
	next(Task{Trial: 0, From: 2, To: 4}, Task{Trial: 4, From: 1, To: 2})
	if task, ok := s.Next(); ok || s.Done() {
		t.Errorf("task %+v, done %t, while two are under way", task, s.Done())
	}
}

// The published search watched "loss", where trials reported "train_loss" and
// "val_loss": 36 trials, none stopped.
func TestMissingMetric(t *testing.T) {
	report := func(task Task) Report {
		return Report{Trial: task.Trial, Epoch: task.To, Metrics: map[string]float64{"val_loss": float64(task.Trial), "train_loss": 1}}
	}
	s := must(Stopping(Grid(paperAxes), Rungs{1, 2, 100}, Watch{Metric: "loss", AllowMissing: true}))
	for task, ok := s.Next(); ok; task, ok = s.Next() {
		if err := s.Observe(report(task)); err != nil {
			t.Fatal(err)
		}
	}
	for _, trial := range s.Status() {
		if trial.State != Completed || trial.Epoch != 100 || len(trial.Rungs) != 0 {
			t.Errorf("with a metric that may be missing: %+v", trial)
		}
	}
	// A metric may be below 0, as a log-likelihood is; one that is missing is not 0.
	s = must(Stopping(points(2), Rungs{1, 2, 2}, Watch{Metric: "loss", AllowMissing: true}))
	for trial, metrics := range []map[string]float64{{"loss": -5}, nil} {
		for range 2 {
			if task, ok := s.Next(); !ok || task.Trial != trial || s.Observe(Report{Trial: trial, Epoch: task.To, Metrics: metrics}) != nil {
				t.Errorf("trial %d: task %+v, %v", trial, task, s.Status()[trial].State)
			}
		}
	}
	if got := s.Status()[1]; got.State != Completed {
		t.Errorf("without the metric a trial was %s", got.State)
	}
	for name, s := range map[string]Scheduler{
		"stopping":  must(Stopping(points(2), Rungs{1, 2, 4}, Watch{Metric: "loss"})),
		"promotion": must(Promotion(points(2), Rungs{1, 2, 4}, Watch{Metric: "loss"})),
	} {
		task, _ := s.Next()
		err := s.Observe(report(task))
		if want := `the report of trial 0 at epoch 1 lacks the metric "loss": it has train_loss, val_loss`; err == nil || err.Error() != want {
			t.Errorf("%s: error %v, want %s", name, err, want)
		}
		if err := s.Observe(Report{Epoch: 1}); err == nil || !strings.HasSuffix(err.Error(), "none at all") {
			t.Errorf("%s: error %v of a report without metrics", name, err)
		}
		if err := s.Observe(Report{Epoch: 1, Diverged: true}); err != nil { // a diverged trial needs none
			t.Errorf("%s: %v", name, err)
		}
		if got := s.Status()[0]; got.State != Diverged || got.Rungs[1] != inf {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestConstructorsErr(t *testing.T) {
	for name, f := range map[string]func() (Scheduler, error){
		"rungs":  func() (Scheduler, error) { return Stopping(points(1), Rungs{1, 1, 9}, Watch{Metric: "m"}) },
		"metric": func() (Scheduler, error) { return Stopping(points(1), Rungs{1, 2, 9}, Watch{}) },
		"records": func() (Scheduler, error) {
			return Stopping(points(1), Rungs{1, 2, 9}, Watch{Metric: "m", MinRecords: -1})
		},
		"promotion rungs": func() (Scheduler, error) { return Promotion(points(1), Rungs{}, Watch{Metric: "m"}) },
		"allow missing": func() (Scheduler, error) {
			return Promotion(points(1), Rungs{1, 2, 9}, Watch{Metric: "m", AllowMissing: true})
		},
		"promotion metric": func() (Scheduler, error) { return Promotion(points(1), Rungs{1, 2, 9}, Watch{}) },
	} {
		if s, err := f(); err == nil || s != nil {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}

// What a scheduler was given and what it gave can be changed without it.
func TestStatusIsACopy(t *testing.T) {
	configs := points(2)
	s := must(Stopping(configs, Rungs{1, 2, 4}, Watch{Metric: "error"}))
	configs[0]["x"] = 9
	task, _ := s.Next()
	metrics := map[string]float64{"error": 3}
	if err := s.Observe(Report{Epoch: 1, Metrics: metrics}); err != nil || task.Config["x"] != 0 {
		t.Fatal(task, err)
	}
	metrics["error"] = 9
	status := s.Status()
	status[0].Rungs[1], status[0].Last["error"] = 9, 9
	slices.Reverse(status)
	if got := s.Status()[0]; got.Rungs[1] != 3 || got.Last["error"] != 3 {
		t.Errorf("status %+v", got)
	}
}
