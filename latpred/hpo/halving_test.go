package hpo

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"
)

// By hand, one worker: the trials of TestPromotionByHand. Rungs 1, 3, 9, the last
// being the end; reduction 3, so that 9, 3 and 1 trials train to them. After each
// report: the records of rung 1, how many are to come, who is certain to be among
// the best three, and who goes on.
//
//	5:1=2  {3,5,1,0,2,4}          3 to come: nobody   next: new trial 6
//	6:1=7  {3,5,1,0,6,2,4}        2: 3                trial 3 to 3
//	3:3=.9 rung 3 {3}             2 to come: nobody   new 7
//	7:1=4  {3,5,1,7,0,6,2,4}      1: 3,5              trial 5 to 3
//	5:3=2.6 rung 3 {3,5}          1: nobody           new 8
//	8:1=6  {3,5,1,7,0,8,6,2,4}    0: 3,5,1            trial 1 to 3
//	1:3=2.5 rung 3 {3,1,5}        0: 3                trial 3 to 9
func TestHalvingByHand(t *testing.T) {
	s := must(Halving(points(9), Rungs{1, 3, 9}, 1, Watch{Metric: "error"}))
	tasks, end := errorsAt{
		{1: 5}, {1: 3, 3: 2.5}, {1: 8}, {1: 1, 3: 0.9, 9: 0.5}, {1: 9}, {1: 2, 3: 2.6}, {1: 7}, {1: 4}, {1: 6},
	}.sequence(t, s)
	if got, want := strings.Join(tasks, " "), "0:0-1 1:0-1 2:0-1 3:0-1 4:0-1 5:0-1 6:0-1 3:1-3 7:0-1 5:1-3 8:0-1 1:1-3 3:3-9"; got != want {
		t.Errorf("tasks\n%s, want\n%s", got, want)
	}
	if want := "stopped@1 stopped@3 stopped@1 completed@9 stopped@1 stopped@3 stopped@1 stopped@1 stopped@1"; end != want {
		t.Errorf("end %s, want %s", end, want)
	}
	if got, want := s.Status()[3].Rungs, (map[int]float64{1: 1, 3: 0.9, 9: 0.5}); !maps.Equal(got, want) {
		t.Errorf("trial 3 recorded %v, want %v", got, want)
	}
}

func TestHalvingEnds(t *testing.T) {
	for _, c := range []struct {
		name       string
		rungs      Rungs
		finalists  int
		errors     errorsAt
		tasks, end string
	}{
		// Two of four may go on, and three have diverged: 3 alone does, and nobody is
		// waited for at rung 2.
		{"a place stays empty", Rungs{1, 2, 4}, 1, errorsAt{{1: nan}, {1: nan}, {1: inf}, {1: 1, 2: 1, 4: 1}},
			"0:0-1 1:0-1 2:0-1 3:0-1 3:1-2 3:2-4", "diverged@1 diverged@1 diverged@1 completed@4"},
		// After three reports 1 is certain. It diverges at 2, where 2, the other that
		// went on, is the best then.
		{"the best diverges", Rungs{1, 2, 4}, 1, errorsAt{{1: 3}, {1: 1, 2: inf}, {1: 2, 2: 2, 4: 2}, {1: 4}},
			"0:0-1 1:0-1 2:0-1 1:1-2 3:0-1 2:1-2 2:2-4", "stopped@1 diverged@2 completed@4 stopped@1"},
		// 4, 2 and 2 train to 1, 2 and 4: at 2 nobody is cut, so that nobody is
		// waited for.
		{"two finalists", Rungs{1, 2, 4}, 2, errorsAt{{1: 3}, {1: 1, 2: 1, 4: 1}, {1: 2, 2: 2, 4: 2}, {1: 4}},
			"0:0-1 1:0-1 2:0-1 1:1-2 1:2-4 3:0-1 2:1-2 2:2-4", "stopped@1 completed@4 completed@4 stopped@1"},
		{"more finalists than trials", Rungs{1, 2, 2}, 5, errorsAt{{1: 2, 2: 2}, {1: 1, 2: 1}},
			"0:0-1 0:1-2 1:0-1 1:1-2", "completed@2 completed@2"},
		{"one trial", Rungs{1, 2, 4}, 1, errorsAt{{1: 1, 2: 1, 4: 1}}, "0:0-1 0:1-2 0:2-4", "completed@4"},
		{"one level", Rungs{4, 2, 4}, 1, errorsAt{{4: 2}, {4: 1}}, "0:0-4 1:0-4", "completed@4 completed@4"},
		// After three reports 0 is certain whatever 3 has, and 2 is out.
		{"ties", Rungs{1, 2, 2}, 1, errorsAt{{1: 1, 2: 1}, {1: 1, 2: 1}, {1: 1}, {1: 1}},
			"0:0-1 1:0-1 2:0-1 0:1-2 3:0-1 1:1-2", "completed@2 completed@2 stopped@1 stopped@1"},
		{"all diverge", Rungs{1, 2, 4}, 1, errorsAt{{1: nan}, {1: inf}, {1: math.Inf(-1)}},
			"0:0-1 1:0-1 2:0-1", "diverged@1 diverged@1 diverged@1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tasks, end := c.errors.sequence(t, must(Halving(points(len(c.errors)), c.rungs, c.finalists, Watch{Metric: "error"})))
			if got := strings.Join(tasks, " "); got != c.tasks || end != c.end {
				t.Errorf("tasks %s, end %s; want %s, %s", got, end, c.tasks, c.end)
			}
		})
	}
}

// inStep is successive halving as the paper has it, all trials of a rung before
// the next rung: the epochs that each trial gets.
func (w world) inStep(r Rungs, finalists int) []int {
	epochs, alive, keep := make([]int, len(w.errors)), make([]int, len(w.errors)), len(w.errors)
	for i := range alive {
		alive[i] = i
	}
	for _, level := range r.levels() {
		for _, i := range alive {
			epochs[i] = level
		}
		alive = slices.DeleteFunc(alive, func(i int) bool { return math.IsNaN(w.errors[i][level]) || math.IsInf(w.errors[i][level], 0) })
		slices.SortFunc(alive, func(i, j int) int { return cmp.Or(cmp.Compare(w.errors[i][level], w.errors[j][level]), i-j) })
		keep = min(keep, max(keep/r.Reduction, finalists))
		alive = alive[:min(keep, len(alive))]
	}
	return epochs
}

// However many workers there are and whatever their pace, the trials get the epochs
// that halving in step gives them; and of these, rungs are not waited for.
func TestHalvingIsInStep(t *testing.T) {
	watch := Watch{Metric: "error"}
	ahead := 0 // tasks beyond the first rung while trials are at it
	for seed := range uint64(12) {
		for _, c := range []struct {
			trials, finalists int
			rungs             Rungs
		}{{36, 1, Rungs{1, 2, 16}}, {36, 2, Rungs{2, 3, 20}}, {7, 3, Rungs{1, 4, 20}}, {20, 1, HalvingRungs(20, 3, 20)}} {
			w := newWorld(seed, c.trials)
			want := w.inStep(c.rungs, c.finalists)
			for _, workers := range []int{1, 2, 5, 50} {
				s := must(Halving(points(c.trials), c.rungs, c.finalists, watch))
				tasks, _ := w.simulate(t, s, workers, func([]Task) {})
				for i, trial := range s.Status() {
					if trial.Epoch != want[i] {
						t.Fatalf("%+v, seed %d, %d workers: trial %d got %d epochs, in step %d", c, seed, workers, i, trial.Epoch, want[i])
					}
				}
				last := len(tasks) - 1
				for tasks[last].From > 0 {
					last--
				}
				for _, task := range tasks[:last] {
					if task.From > 0 {
						ahead++
					}
				}
			}
		}
	}
	if ahead == 0 {
		t.Error("nobody went on before the first rung was complete")
	}
}

func TestHalvingRungs(t *testing.T) {
	for _, c := range []struct {
		trials, reduction, max, grace int
		total                         string
	}{
		{81, 3, 81, 1, "Hyperband's Table 1, bracket 4"},
		{27, 3, 81, 3, "Hyperband's Table 1, bracket 3 but for its number of trials"},
		{36, 3, 100, 4, "36 → 12 → 4 → 1: 100/27 = 3.7"},
		{36, 2, 100, 4, "36 → 18 → 9 → 4 → 2 → 1: 100/32 = 3.1"},
		{1, 3, 9, 9, "a single trial is not cut"},
		{1000, 2, 3, 1, "fewer epochs than cuts"},
	} {
		if got, want := HalvingRungs(c.trials, c.reduction, c.max), (Rungs{c.grace, c.reduction, c.max}); got != want {
			t.Errorf("%s: %+v, want %+v", c.total, got, want)
		}
	}
	// 36 × 4 + 12 × 8 + 4 × 24 + 64 epochs.
	total, w := 0, world{}
	for i := range 36 {
		w.errors, w.seconds = append(w.errors, slices.Repeat([]float64{float64(i)}, 101)), append(w.seconds, 1)
	}
	for _, epochs := range w.inStep(HalvingRungs(36, 3, 100), 1) {
		total += epochs
	}
	if total != 400 {
		t.Errorf("the authors' grid takes %d epochs, want 400", total)
	}
	for _, bad := range []Rungs{HalvingRungs(9, 1, 9), HalvingRungs(9, 0, 9), HalvingRungs(9, 3, 0), HalvingRungs(9, -2, -5)} {
		if s, err := Halving(points(9), bad, 1, Watch{Metric: "m"}); err == nil || s != nil {
			t.Errorf("%+v makes %v", bad, s)
		}
	}
	for name, f := range map[string]func() (Scheduler, error){
		"0 finalists": func() (Scheduler, error) { return Halving(points(1), Rungs{1, 2, 9}, 0, Watch{Metric: "m"}) },
		"metric":      func() (Scheduler, error) { return Halving(points(1), Rungs{1, 2, 9}, 1, Watch{}) },
		"never missing": func() (Scheduler, error) {
			return Halving(points(1), Rungs{1, 2, 9}, 1, Watch{Metric: "m", AllowMissing: true})
		},
	} {
		if s, err := f(); err == nil || s != nil || !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%s: %v, %v", name, s, err)
		}
	}
}
