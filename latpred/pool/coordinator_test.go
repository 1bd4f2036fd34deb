package pool

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// stage is a coordinator whose orders are remembered by device.
type stage struct {
	t      *testing.T
	c      *Coordinator
	now    time.Duration
	orders map[string]Order
}

func newStage(t *testing.T, groups int, l Limits) *stage {
	t.Helper()
	w := Wish{Fits: func(labels map[string]string) error {
		if !strings.HasPrefix(labels["model"], "phone") {
			return fmt.Errorf("want a phone, not a %s", labels["model"])
		}
		return nil
	}}
	return &stage{t: t, c: NewCoordinator(Job{Campaign: "test"}, someGroups(groups, 2), w, l), orders: map[string]Order{}}
}

func someGroups(n, units int) (list [][]string) {
	for g := range n {
		var group []string
		for u := range units {
			group = append(group, fmt.Sprintf("net %d.%d", g, u))
		}
		list = append(list, group)
	}
	return list
}

func (s *stage) keep(list []Addressed) {
	for _, a := range list {
		s.orders[a.Device] = a.Order
	}
}

func (s *stage) hear(device, worker string, epoch uint64, group int) Order {
	r := Report{Facts: aFact(device), Worker: worker, Epoch: epoch}
	if group >= 0 {
		r.Doing = &Doing{Campaign: "test", Group: group, Attempt: s.orders[device].attempt()}
	}
	s.keep(s.c.Hear(s.now, r))
	return s.orders[device]
}

// pass lets time go by, in ticks.
func (s *stage) pass(d time.Duration) {
	for end := s.now + d; s.now < end; {
		s.now += time.Second
		s.keep(s.c.Tick(s.now))
	}
}

func (s *stage) result(device, worker string, epoch uint64, group, attempt int, failure string) Verdict {
	r := Result{Report: Report{Facts: aFact(device), Worker: worker, Epoch: epoch, Doing: &Doing{Campaign: "test", Group: group, Attempt: attempt}}, Failure: failure}
	v, changed := s.c.Take(s.now, r, "")
	s.keep(changed)
	return v
}

func (o Order) attempt() int {
	if o.Task == nil {
		return 0
	}
	return o.Task.Attempt
}

func (o Order) group() int {
	if o.Task == nil {
		return -1
	}
	return o.Task.Group
}

func aFact(device string) Facts {
	return Facts{Device: device, Labels: map[string]string{"model": "phone 1"}, Runners: map[string]string{"": ""}}
}

func (s *stage) want(device string, epoch uint64, group, attempt int) {
	s.t.Helper()
	o := s.orders[device]
	if o.Epoch != epoch || o.group() != group || o.attempt() != attempt {
		s.t.Fatalf("%s has epoch %d, group %d, attempt %d; want %d, %d, %d", device, o.Epoch, o.group(), o.attempt(), epoch, group, attempt)
	}
}

func TestCoordinatorGivesEachGroupOnce(t *testing.T) {
	s := newStage(t, 3, Limits{})
	s.hear("a", "w1", 0, -1)
	s.hear("b", "w2", 0, -1)
	s.want("a", 1, 0, 1)
	s.want("b", 1, 1, 1)
	s.hear("a", "w1", 1, 0)
	s.want("a", 1, 0, 1)
	if v := s.result("a", "w1", 1, 0, 1, ""); v != Accepted {
		t.Fatal(v)
	}
	s.want("a", 1, 2, 1)
	if v := s.result("a", "w1", 1, 0, 1, ""); v != Again {
		t.Errorf("delivered twice: %v", v)
	}
	s.want("a", 1, 2, 1)
	s.result("b", "w2", 1, 1, 1, "")
	if s.c.Over() {
		t.Error("over before the last group")
	}
	s.result("a", "w1", 1, 2, 1, "")
	if !s.c.Over() || !s.orders["a"].Over || !s.orders["b"].Over {
		t.Error("not over")
	}
}

// Two workers on one device: the older gets nothing more, and what it delivers is set aside.
func TestCoordinatorFencesTheOlderWorker(t *testing.T) {
	s := newStage(t, 3, Limits{})
	s.hear("a", "old", 0, -1)
	s.want("a", 1, 0, 1)
	s.hear("a", "new", 0, -1)
	s.want("a", 2, 0, 2)
	if v := s.result("a", "old", 1, 0, 1, ""); v != Fenced {
		t.Errorf("the older worker's result: %v", v)
	}
	if o := s.hear("a", "old", 1, 0); o.Worker != "new" {
		t.Errorf("the older worker's report changed the lease: %+v", o)
	}
	if v := s.result("a", "new", 2, 0, 2, ""); v != Accepted {
		t.Errorf("the newer worker's result: %v", v)
	}
}

// A silent device loses its group; if it comes back before another has measured it, its
// result counts.
func TestCoordinatorSilence(t *testing.T) {
	s := newStage(t, 2, Limits{})
	s.hear("a", "w1", 0, -1)
	for range 40 {
		s.pass(time.Second)
		s.hear("b", "w2", s.orders["b"].Epoch, 1)
	}
	if v := s.result("b", "w2", 1, 1, 1, ""); v != Accepted {
		t.Fatal(v)
	}
	s.want("b", 1, 0, 2)
	if v := s.result("a", "w1", 1, 0, 1, ""); v != Accepted {
		t.Errorf("a late result: %v", v)
	}
	s.want("b", 1, -1, 0)
	if v := s.result("b", "w2", 1, 0, 2, ""); v != Again {
		t.Errorf("the second result: %v", v)
	}
}

// A worker that lives but makes no progress loses its group to another.
func TestCoordinatorStall(t *testing.T) {
	s := newStage(t, 1, Limits{Stall: time.Minute})
	s.hear("a", "w1", 0, -1)
	s.hear("b", "w2", 0, -1)
	for range 70 {
		s.pass(time.Second)
		s.hear("a", "w1", 1, s.orders["a"].group())
		s.hear("b", "w2", 1, s.orders["b"].group())
	}
	s.want("a", 1, -1, 0)
	s.want("b", 1, 0, 2)
	if s.c.counts.Stalled != 1 || s.c.counts.Lost != 0 {
		t.Errorf("%+v", s.c.counts)
	}
}

// A coordinator that was away itself, as after a suspended machine, blames nobody.
func TestCoordinatorClockJumps(t *testing.T) {
	s := newStage(t, 1, Limits{})
	s.hear("a", "w1", 0, -1)
	for _, jump := range []time.Duration{time.Hour, -2 * time.Hour, 24 * time.Hour} {
		s.keep(s.c.Tick(s.now + jump))
		s.now = max(s.now, s.now+jump)
		s.pass(10 * time.Second)
		s.hear("a", "w1", 1, 0)
		s.want("a", 1, 0, 1)
	}
	if s.c.counts.Lost != 0 {
		t.Errorf("%+v", s.c.counts)
	}
}

// Failing groups are given up, failing devices rest, and a group goes to another device
// than the one that failed at it.
func TestCoordinatorFailures(t *testing.T) {
	s := newStage(t, 2, Limits{})
	s.hear("a", "w1", 0, -1)
	s.hear("b", "w2", 0, -1)
	if v := s.result("a", "w1", 1, 0, 1, "boom"); v != Failed {
		t.Fatal(v)
	}
	s.want("a", 1, -1, 0)
	s.pass(11 * time.Second)
	s.hear("a", "w1", 1, -1)
	s.hear("b", "w2", 1, 1)
	s.want("a", 1, -1, 0) // the only free group is the one that it failed at
	s.result("b", "w2", 1, 1, 1, "")
	s.want("b", 1, 0, 2)
	s.result("b", "w2", 1, 0, 2, "boom")
	s.hear("a", "w1", 1, -1)
	for !s.c.Over() && s.now < time.Hour {
		s.pass(5 * time.Second)
		for _, d := range []string{"a", "b"} {
			w := map[string]string{"a": "w1", "b": "w2"}[d]
			s.hear(d, w, 1, s.orders[d].group())
			if s.orders[d].Task != nil {
				s.result(d, w, 1, s.orders[d].group(), s.orders[d].attempt(), "boom")
			}
		}
	}
	if st := s.c.Status(s.now); len(st.Kinds) != 1 || len(st.Kinds[0].GivenUp) != 1 || st.Kinds[0].GivenUp[0] != 0 || st.Counts.Failed != 3 {
		t.Errorf("%+v", st)
	}
}

func TestCoordinatorRefuses(t *testing.T) {
	s := newStage(t, 2, Limits{})
	refused := func(f Facts, want string) {
		t.Helper()
		s.keep(s.c.Hear(s.now, Report{Facts: f, Worker: "w-" + f.Device}))
		if o := s.orders[f.Device]; o.Task != nil || !strings.Contains(o.Refused, want) {
			t.Errorf("%s: %+v, want …%s…", f.Device, o, want)
		}
	}
	s.hear("a", "w1", 0, -1)
	tablet := aFact("tablet")
	tablet.Labels = map[string]string{"model": "tablet"}
	refused(tablet, "want a phone, not a tablet")
	program := aFact("program")
	program.Runners = map[string]string{"mine": "12"}
	refused(program, `wants the runner ""; this worker has ["mine"]`)
	other := aFact("other")
	other.Labels = map[string]string{"model": "phone 2"}
	refused(other, "measures 1 kinds of devices (phone 1); this one is another (phone 2)")
	if v := s.result("tablet", "w-tablet", 1, 0, 1, ""); v != Refused {
		t.Errorf("a refused device's result: %v", v)
	}
}

// A coordinator that starts again goes on from orders and journals.
func TestCoordinatorRestore(t *testing.T) {
	s := newStage(t, 3, Limits{})
	s.hear("a", "w1", 0, -1)
	s.hear("b", "w2", 0, -1)
	s.result("b", "w2", 1, 1, 1, "")
	before := s.orders
	s = newStage(t, 3, Limits{})
	s.c.Finished(before["a"].Kind, 1)
	for d, o := range before {
		s.c.Restore(d, o)
		s.orders[d] = o
	}
	s.hear("a", "w1", 1, 0)
	s.hear("c", "w3", 0, -1)
	s.want("a", 1, 0, 1)
	s.want("c", 1, -1, 0) // 0 is with a, 1 done, 2 with b
	if v := s.result("b", "w2", 1, 2, 1, ""); v != Accepted {
		t.Error(v)
	}
	if v := s.result("a", "w1", 1, 0, 1, ""); v != Accepted || !s.c.Over() {
		t.Error(v)
	}
	// Without the orders, the workers' own epochs count.
	s = newStage(t, 3, Limits{})
	if v := s.result("a", "w5", 7, 0, 3, ""); v != Accepted {
		t.Error(v)
	}
	if v := s.result("a", "w4", 6, 1, 3, ""); v != Fenced {
		t.Error(v)
	}
}

func TestAgent(t *testing.T) {
	a := NewAgent(aFact("a"), "w1")
	task := func(group, attempt int) *Task {
		return &Task{Job: Job{Campaign: "test"}, Group: group, Attempt: attempt}
	}
	if do := a.Obey(Order{Worker: "w0", Epoch: 4}); do != (Action{}) {
		t.Errorf("before the lease: %+v", do)
	}
	if do := a.Obey(Order{Worker: "w1", Epoch: 5, Task: task(0, 1)}); !do.Joined || do.Start == nil || do.Stop {
		t.Errorf("the first task: %+v", do)
	}
	if do := a.Obey(Order{Worker: "w1", Epoch: 5, Task: task(0, 1)}); do != (Action{}) {
		t.Errorf("the same once more: %+v", do)
	}
	if do := a.Obey(Order{Worker: "w1", Epoch: 5, Task: task(1, 1)}); !do.Stop || do.Start.Group != 1 {
		t.Errorf("another task: %+v", do)
	}
	if _, ok := a.End(task(0, 1), nil, "stopped"); ok {
		t.Error("the end of a task that was taken away is delivered")
	}
	if r, ok := a.End(task(1, 1), []byte("journal"), ""); !ok || r.Epoch != 5 || r.Doing.Group != 1 {
		t.Errorf("%+v", r)
	}
	if do := a.Obey(Order{Worker: "w1", Epoch: 5, Task: task(1, 1)}); do != (Action{}) {
		t.Errorf("an order that is not settled yet: %+v", do)
	}
	if do := a.Obey(Order{Worker: "w1", Epoch: 5, Task: task(1, 2)}); do.Start == nil {
		t.Errorf("the same group again: %+v", do)
	}
	a.Progress(strings.Repeat("é", 1000), 1)
	r := a.Report(strings.Repeat("hot", 1000))
	if text, err := json.Marshal(r); err != nil || len(r.Unready) > maxText || len(r.Doing.Step) > maxText {
		t.Errorf("%s, %v", text, err)
	} else if _, err := ParseReport(text); err != nil {
		t.Errorf("a long text: %v", err)
	}
	if do := a.Obey(Order{Worker: "w2", Epoch: 6}); !do.Fenced || !do.Stop {
		t.Errorf("a newer worker: %+v", do)
	}
}
