package pool

import "time"

// Verdict is what becomes of a result.
type Verdict int

// The verdicts of Coordinator.Take.
const (
	Accepted Verdict = iota // it is the group's
	Again                   // the group has one already: this is a repeat, or the same once more
	Fenced                  // another worker had the device
	Refused                 // it is none of the campaign's, or can't be joined with the others
	Failed                  // it says that the attempt failed
)

// String is a word for files and people.
func (v Verdict) String() string {
	return [...]string{"accepted", "repeat", "fenced", "refused", "failed"}[v]
}

// Take judges a result. bad says what is wrong with its journal; "": nothing. An accepted
// result must be kept before anybody is told of the orders, and before its message is
// acknowledged: a coordinator that can't keep it must end.
func (c *Coordinator) Take(now time.Duration, r Result, bad string) (Verdict, []Addressed) {
	c.at(now)
	d := c.meet(r.Report)
	v := c.judge(d, r, bad)
	switch v {
	case Accepted:
		c.counts.Accepted++
		c.accept(d, r.Doing.Group)
	case Again:
		c.counts.Again++
	case Fenced:
		c.counts.Fenced++
	case Refused:
		c.counts.Refused++
	case Failed:
		c.counts.Failed++
	}
	if d != nil {
		c.settle(d, r, v, bad)
	}
	return v, c.take()
}

// Repeated notes that the last result that was judged Again is another measurement, which is
// set aside.
func (c *Coordinator) Repeated() { c.counts.Repeats++ }

// judge decides without changing anything.
func (c *Coordinator) judge(d *device, r Result, bad string) Verdict {
	switch {
	case d == nil:
		return Fenced
	case r.Doing.Campaign != c.job.Campaign || r.Doing.Group >= len(c.groups) || d.kind == nil:
		return Refused
	case r.Failure != "":
		return Failed
	case bad != "":
		return Refused
	case d.kind.states[r.Doing.Group].phase == done:
		return Again
	}
	return Accepted
}

// accept marks a group as done and takes it from all that have it.
func (c *Coordinator) accept(d *device, group int) {
	k := d.kind
	s := &k.states[group]
	if s.phase == givenUp {
		k.givenUp--
	}
	several := s.attempt > 1 || s.holder != d
	s.phase, s.holder = done, nil
	k.done++
	d.failures, d.upTo = 0, c.now
	d.groups++
	d.units += len(c.groups[group])
	if !several {
		return
	}
	for _, other := range c.order {
		if other != d && other.kind == k && other.task != nil && other.task.group == group {
			other.task, other.lost = nil, false
			c.tell(other)
			c.offer(other)
		}
	}
}

// settle goes on with a device whose result was judged, where it is that of its task. A
// device whose result is bad gets nothing more: its next one would be no better.
func (c *Coordinator) settle(d *device, r Result, v Verdict, bad string) {
	if v == Refused && bad != "" {
		c.release(d)
		d.refused, d.kind = bad, nil
		c.tell(d)
		return
	}
	if d.task == nil || d.task.group != r.Doing.Group || d.task.attempt != r.Doing.Attempt && v != Accepted {
		c.offer(d)
		return
	}
	k, group := d.kind, d.task.group
	c.release(d)
	if v == Failed {
		k.states[group].fails++
		c.giveUp(k, group)
		c.tire(d)
		d.avoid(group)
	}
	c.offer(d)
	if d.task == nil {
		c.tell(d)
	}
}
