package pool

// Agent decides what a worker does. It is a state machine, as Coordinator is: orders go in,
// and what is to be done comes out.
type Agent struct {
	facts  Facts
	worker string
	epoch  uint64
	order  Order

	task      *Task // that is measured; nil: none
	doing     Doing
	finished  Doing // the last task that came to an end; zero: none has
	delivered bool  // its result has arrived
}

// Action is what a worker has to do. Stop comes before Start.
type Action struct {
	Fenced bool  // another worker has the device: stop and end
	Joined bool  // the lease was given
	Stop   bool  // end what is being measured
	Start  *Task // measure this; nil: nothing new
}

// NewAgent returns the agent of a worker, whose name no other process may have.
func NewAgent(f Facts, worker string) *Agent { return &Agent{facts: f, worker: worker} }

// Obey takes an order.
func (a *Agent) Obey(o Order) (do Action) {
	switch {
	case o.Worker != a.worker && a.epoch > 0 && o.Epoch > a.epoch:
		return Action{Fenced: true, Stop: a.task != nil}
	case o.Worker != a.worker || o.Epoch < a.epoch: // of somebody before
		return Action{}
	}
	do.Joined = a.epoch == 0
	a.epoch, a.order = o.Epoch, o
	wanted := o.Task
	if wanted != nil && wanted.key().same(a.finished) {
		return do // the coordinator has not heard of it yet
	}
	if a.task != nil && (wanted == nil || !wanted.key().same(a.task.key())) {
		do.Stop, a.task = true, nil
	}
	if a.task == nil && wanted != nil {
		do.Start, a.task, a.doing = wanted, wanted, wanted.key()
	}
	return do
}

// Progress notes how far the task is.
func (a *Agent) Progress(step string, anchors float64) {
	a.doing.Steps++
	a.doing.Step, a.doing.Anchors = short(step), anchors
}

// End notes that the measuring of a task has ended, and gives the result to be delivered,
// with the journal or the failure; false if the task was taken away meanwhile.
func (a *Agent) End(t *Task, journal []byte, failure string) (r Result, ok bool) {
	if a.task == nil || !a.task.key().same(t.key()) {
		return r, false
	}
	key := t.key()
	a.task, a.finished, a.delivered = nil, key, false
	return Result{Report: Report{Facts: a.facts, Worker: a.worker, Epoch: a.epoch, Doing: &key}, Journal: journal, Failure: failure}, true
}

// Delivered notes that the result of the last task has arrived.
func (a *Agent) Delivered(r Result) { a.delivered = a.delivered || r.Doing.same(a.finished) }

// Leftover is a result that an earlier worker of the device has left complete. The lease
// must have been given.
func (a *Agent) Leftover(campaign string, group int, journal []byte) Result {
	return Result{Report: Report{Facts: a.facts, Worker: a.worker, Epoch: a.epoch, Doing: &Doing{Campaign: campaign, Group: group}}, Journal: journal, Leftover: true}
}

// Report is what the worker has to say. unready is why the device can't measure now.
func (a *Agent) Report(unready string) Report {
	r := Report{Facts: a.facts, Worker: a.worker, Epoch: a.epoch, Unready: short(unready)}
	switch doing := a.doing; {
	case a.task != nil:
		r.Doing = &doing
	case a.finished.Campaign != "" && !a.delivered:
		doing.Step = "delivering"
		r.Doing = &doing
	}
	return r
}

// Order is the last order of the agent's coordinator.
func (a *Agent) Order() Order { return a.order }

// SetFacts replaces what is known of the device; its name stays.
func (a *Agent) SetFacts(f Facts) {
	f.Device = a.facts.Device
	a.facts = f
}
