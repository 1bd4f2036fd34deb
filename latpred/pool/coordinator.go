package pool

import "time"

// Limits are the coordinator's patience. Zero fields stand for defaults.
type Limits struct {
	Lost     time.Duration // a device that does not say that it is at its group for so long loses it; default 30 s
	Stall    time.Duration // a group without progress for so long is taken away; default 20 min: a network may take 10 to compile
	Rest     time.Duration // a device that has failed rests so long, doubled by each failure in a row, at most 64 times; default 10 s
	Failures int           // a group that has failed so often is given up; default 3
	Losses   int           // a group that was lost, or stalled, so often is given up; default 6
	Kinds    int           // kinds of devices that take part at most; default 1
}

func (l Limits) withDefaults() Limits {
	set := func(v *time.Duration, d time.Duration) {
		if *v == 0 {
			*v = d
		}
	}
	set(&l.Lost, 30*time.Second)
	set(&l.Stall, 20*time.Minute)
	set(&l.Rest, 10*time.Second)
	for v, d := range map[*int]int{&l.Failures: 3, &l.Losses: 6, &l.Kinds: 1} {
		if *v == 0 {
			*v = d
		}
	}
	return l
}

// Coordinator gives the groups of a campaign to devices. It is a state machine: every
// method is given the time, as what has passed since any moment, and returns the orders
// that have changed. It is not safe for concurrent use.
type Coordinator struct {
	job    Job
	groups [][]string
	wish   Wish
	limits Limits

	now     time.Duration
	devices map[string]*device
	order   []*device // in the order in which they came
	kinds   []*kind
	byKind  map[string]*kind
	counts  Counts
	over    bool
	changed []Addressed
}

// Counts are what became of results and groups.
type Counts struct {
	Accepted int `json:"accepted"` // results that count, one for each group and kind
	Again    int `json:"again"`    // results of groups that were measured already
	Repeats  int `json:"repeats"`  // of these, other measurements than the accepted ones, which are set aside; the rest was delivered twice
	Fenced   int `json:"fenced"`   // results of workers whose device had another worker
	Refused  int `json:"refused"`  // results that are none of the campaign's
	Failed   int `json:"failed"`   // attempts that failed
	Lost     int `json:"lost"`     // attempts whose device was silent
	Stalled  int `json:"stalled"`  // attempts without progress
	Leases   int `json:"leases"`   // that workers took
}

// device is what the coordinator knows of one.
type device struct {
	facts   Facts
	epoch   uint64
	worker  string // "": none
	kind    *kind  // nil: it gets nothing
	refused string // why
	unready string

	task     *held
	lost     bool          // it was silent, and its group is free for others
	heard    time.Duration // last report
	seen     time.Duration // last sign that it is at its task
	moved    time.Duration // last progress
	steps    int
	doing    Doing
	rest     time.Duration // until then it gets nothing
	failures int           // in a row
	last     int           // the group it had last; -1: none
	failed   map[int]bool  // groups that it failed at

	began  time.Duration // when it got its first group
	units  int           // of accepted groups
	groups int
	upTo   time.Duration // when the last one came
}

// held is the group that a device has.
type held struct{ group, attempt int }

// phase is how far a group is.
type phase uint8

const (
	waiting phase = iota
	out           // a device has it
	done
	givenUp
)

// state is that of a group, for one kind.
type state struct {
	holder  *device // while it is out
	attempt uint16
	fails   uint8
	losses  uint8
	phase   phase
}

// kind is the campaign's progress on one kind of device.
type kind struct {
	name    string
	states  []state
	fresh   int     // groups from here on were never given out
	again   []int32 // groups that have come back; some may be taken since
	done    int
	givenUp int
}

// NewCoordinator returns the coordinator of a campaign that measures groups of networks.
// It keeps groups and must not see them changed.
func NewCoordinator(job Job, groups [][]string, wish Wish, limits Limits) *Coordinator {
	return &Coordinator{job: job, groups: groups, wish: wish, limits: limits.withDefaults(), devices: map[string]*device{}, byKind: map[string]*kind{}}
}

// Restore tells the order that a device has from an earlier coordinator; Finished must have
// told of the groups that are done before.
func (c *Coordinator) Restore(name string, o Order) {
	d := c.device(name)
	d.epoch, d.worker = o.Epoch, o.Worker
	if o.Task == nil || o.Task.Campaign != c.job.Campaign || o.Task.Group < 0 || o.Task.Group >= len(c.groups) {
		return
	}
	d.kind = c.admit(o.Kind)
	if d.kind == nil {
		return
	}
	s := &d.kind.states[o.Task.Group]
	s.attempt = max(s.attempt, uint16(min(o.Task.Attempt, 1<<16-1)))
	if s.phase == waiting {
		s.phase, s.holder = out, d
	}
	d.task, d.last = &held{o.Task.Group, o.Task.Attempt}, o.Task.Group
	d.heard, d.seen, d.moved = c.now, c.now, c.now
}

// Finished tells that a kind has measured a group before this coordinator began.
func (c *Coordinator) Finished(kindName string, group int) {
	k := c.admit(kindName)
	if k == nil || group < 0 || group >= len(k.states) || k.states[group].phase == done {
		return
	}
	k.states[group].phase = done
	k.done++
}

// Over reports whether every kind that takes part has measured all that it can; before the
// first device of a kind has come it is not.
func (c *Coordinator) Over() bool {
	for _, k := range c.kinds {
		if k.done+k.givenUp < len(k.states) {
			return false
		}
	}
	return len(c.kinds) > 0
}

// admit gives the kind of that name, or nil if no further kind may take part.
func (c *Coordinator) admit(name string) *kind {
	if k := c.byKind[name]; k != nil {
		return k
	}
	if len(c.kinds) >= c.limits.Kinds {
		return nil
	}
	k := &kind{name: name, states: make([]state, len(c.groups))}
	c.kinds, c.byKind[name] = append(c.kinds, k), k
	return k
}

func (c *Coordinator) device(name string) *device {
	d := c.devices[name]
	if d == nil {
		d = &device{facts: Facts{Device: name}, last: -1}
		c.devices[name] = d
		c.order = append(c.order, d)
	}
	return d
}

// at sets the time, which never goes back. After a gap that no tick fell into, the
// coordinator itself was away, and nobody is blamed for the silence.
func (c *Coordinator) at(now time.Duration) {
	if gap := now - c.now; gap > c.limits.Lost/2 {
		for _, d := range c.order {
			d.heard, d.seen, d.moved = d.heard+gap, d.seen+gap, d.moved+gap
		}
	}
	c.now = max(c.now, now)
}

// tell puts a device's order among those that have changed.
func (c *Coordinator) tell(d *device) {
	o := Order{Worker: d.worker, Epoch: d.epoch, Refused: d.refused, Over: c.over}
	if d.kind != nil {
		o.Kind = d.kind.name
	}
	if d.task != nil {
		o.Task = &Task{Job: c.job, Group: d.task.group, Attempt: d.task.attempt, Units: c.groups[d.task.group]}
	}
	c.changed = append(c.changed, Addressed{d.facts.Device, o})
}

// take returns the orders that have changed, the last for each device.
func (c *Coordinator) take() []Addressed {
	if !c.over && c.Over() {
		c.over = true
		for _, d := range c.order {
			c.tell(d)
		}
	}
	changed := c.changed
	c.changed = nil
	if len(changed) < 2 {
		return changed
	}
	last := map[string]int{}
	for i, a := range changed {
		last[a.Device] = i
	}
	kept := changed[:0]
	for i, a := range changed {
		if last[a.Device] == i {
			kept = append(kept, a)
		}
	}
	return kept
}
