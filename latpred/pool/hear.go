package pool

import (
	"fmt"
	"time"
)

// Hear takes a worker's report.
func (c *Coordinator) Hear(now time.Duration, r Report) []Addressed {
	c.at(now)
	d := c.meet(r)
	if d == nil {
		return c.take()
	}
	if r.Leaving {
		c.release(d)
		d.worker = ""
		c.tell(d)
		return c.take()
	}
	d.unready = r.Unready
	if d.task != nil && r.Doing != nil && r.Doing.same(Doing{Campaign: c.job.Campaign, Group: d.task.group, Attempt: d.task.attempt}) {
		c.progress(d, *r.Doing)
	} else if d.lost { // it is back, and at something else
		d.task, d.lost = nil, false
	}
	c.offer(d)
	return c.take()
}

// meet settles whether a report's worker has the device's lease, and gives the device; nil
// if the worker has not.
func (c *Coordinator) meet(r Report) *device {
	d := c.device(r.Device)
	switch {
	case r.Leaving && r.Worker != d.worker:
		return nil
	case r.Epoch == 0 && r.Worker != d.worker: // it joins
		c.lease(d, d.epoch+1, r)
	case r.Epoch == 0: // it has not seen its lease yet
		c.tell(d)
	case r.Epoch > d.epoch: // leased by a coordinator whose orders are lost
		c.lease(d, r.Epoch, r)
	case r.Epoch < d.epoch || r.Worker != d.worker: // fenced
		return nil
	case d.facts.Labels == nil && d.facts.Runners == nil: // known from an earlier coordinator's order
		c.know(d, r.Facts)
	}
	d.heard = c.now
	return d
}

// lease gives the device to a worker.
func (c *Coordinator) lease(d *device, epoch uint64, r Report) {
	c.release(d)
	c.counts.Leases++
	d.epoch, d.worker = epoch, r.Worker
	d.failures, d.rest = 0, 0
	c.know(d, r.Facts)
	c.tell(d)
}

// know takes a device's facts and decides whether it takes part.
func (c *Coordinator) know(d *device, f Facts) {
	d.facts = f
	d.refused = c.wish.refuses(f)
	var k *kind
	if d.refused == "" {
		name := c.wish.Kind(f)
		if k = c.admit(name); k == nil {
			d.refused = fmt.Sprintf("the campaign measures %d kinds of devices (%s); this one is another (%s)", len(c.kinds), c.kinds[0].name, name)
		}
	}
	if k != d.kind {
		c.release(d)
		d.failed, d.last = nil, -1
	}
	d.kind = k
}

// progress notes that a device is at its task.
func (c *Coordinator) progress(d *device, doing Doing) {
	d.seen = c.now
	if d.steps != doing.Steps {
		d.moved, d.steps = c.now, doing.Steps
	}
	d.doing = doing
	if !d.lost {
		return
	}
	d.lost = false
	if s := &d.kind.states[d.task.group]; s.phase == waiting { // nobody else has it yet
		s.phase, s.holder = out, d
	}
}

// release takes a device's task from it.
func (c *Coordinator) release(d *device) {
	if d.task == nil {
		return
	}
	c.free(d)
	d.task, d.lost = nil, false
}

// free makes the group that a device has available, unless it is another's by now.
func (c *Coordinator) free(d *device) {
	s := &d.kind.states[d.task.group]
	if s.phase == out && s.holder == d {
		s.phase, s.holder = waiting, nil
		d.kind.again = append(d.kind.again, int32(d.task.group))
	}
}

// giveUp ends a group that has failed or was lost too often. The device must not have it any
// more.
func (c *Coordinator) giveUp(k *kind, group int) {
	s := &k.states[group]
	if s.phase == waiting && (int(s.fails) >= c.limits.Failures || int(s.losses) >= c.limits.Losses) {
		s.phase = givenUp
		k.givenUp++
	}
}

// Tick looks for silent and stalled devices and gives out what is free. It wants to be
// called several times within Limits.Lost.
func (c *Coordinator) Tick(now time.Duration) []Addressed {
	c.at(now)
	for _, d := range c.order {
		switch {
		case d.task == nil:
		case !d.lost && c.now-d.seen > c.limits.Lost:
			c.lose(d)
		case !d.lost && c.now-d.moved > c.limits.Stall:
			c.counts.Stalled++
			d.avoid(d.task.group)
			c.miss(d)
			c.tell(d)
		}
		c.offer(d)
	}
	return c.take()
}

// lose frees the group of a device that was not heard to be at it. One that was heard
// otherwise has no idea of it, and gets an order anew.
func (c *Coordinator) lose(d *device) {
	c.counts.Lost++
	if c.now-d.heard <= c.limits.Lost {
		c.miss(d)
		return
	}
	c.free(d)
	d.kind.states[d.task.group].losses++
	c.giveUp(d.kind, d.task.group)
	d.lost = true
}

// miss takes a group from a device that is there.
func (c *Coordinator) miss(d *device) {
	k, group := d.kind, d.task.group
	c.release(d)
	k.states[group].losses++
	c.giveUp(k, group)
	c.tire(d)
}

// tire lets a device rest, longer after each failure in a row.
func (c *Coordinator) tire(d *device) {
	d.rest = c.now + c.limits.Rest<<min(d.failures, 6)
	d.failures++
}

// avoid remembers a group that others should try.
func (d *device) avoid(group int) {
	if d.failed == nil {
		d.failed = map[int]bool{}
	}
	d.failed[group] = true
}

// offer gives a device a group, if it can take one and there is one.
func (c *Coordinator) offer(d *device) {
	if d.task != nil || d.kind == nil || d.worker == "" || d.unready != "" || c.now < d.rest || c.now-d.heard > c.limits.Lost {
		return
	}
	group, ok := c.pick(d)
	if !ok {
		return
	}
	s := &d.kind.states[group]
	s.phase, s.holder = out, d
	s.attempt++
	if d.units == 0 && d.began == 0 {
		d.began = c.now
	}
	d.task, d.last = &held{group, int(s.attempt)}, group
	d.seen, d.moved, d.steps, d.doing = c.now, c.now, 0, Doing{}
	c.tell(d)
}

// pick chooses a group: the one that the device had last, whose rounds it may have kept;
// one that has come back; the next. A group that the device failed at is left to others,
// where there are any.
func (c *Coordinator) pick(d *device) (group int, ok bool) {
	k := d.kind
	free := func(g int) bool { return k.states[g].phase == waiting && (!d.failed[g] || !c.another(d, g)) }
	if d.last >= 0 && free(d.last) {
		return d.last, true
	}
	kept := k.again[:0]
	for i, g := range k.again {
		if k.states[g].phase != waiting {
			continue // taken since
		}
		if free(int(g)) {
			k.again = append(kept, k.again[i+1:]...)
			return int(g), true
		}
		kept = append(kept, g)
	}
	k.again = kept
	for ; k.fresh < len(k.states); k.fresh++ {
		if free(k.fresh) {
			k.fresh++
			return k.fresh - 1, true
		}
	}
	return 0, false
}

// another reports whether a device of d's kind is there that has not failed at a group.
func (c *Coordinator) another(d *device, group int) bool {
	for _, other := range c.order {
		if other != d && other.kind == d.kind && !other.failed[group] && other.worker != "" && other.unready == "" && c.now-other.heard <= c.limits.Lost {
			return true
		}
	}
	return false
}
