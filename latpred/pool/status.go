package pool

import (
	"math"
	"time"
)

// Status is how far a campaign is.
type Status struct {
	Campaign string         `json:"campaign"`
	Pool     string         `json:"pool,omitempty"`
	At       time.Time      `json:"at,omitzero"`
	Networks int            `json:"networks"` // of the campaign, for each kind
	Groups   int            `json:"groups"`
	Over     bool           `json:"over"`
	Kinds    []KindStatus   `json:"kinds"`
	Devices  []DeviceStatus `json:"devices"`
	Counts   Counts         `json:"counts"`
}

// KindStatus is how far one kind of device is.
type KindStatus struct {
	Name     string  `json:"name"`
	Devices  int     `json:"devices"` // that are there
	Networks int     `json:"networks"`
	Done     int     `json:"done"` // groups
	Out      int     `json:"out"`
	GivenUp  []int   `json:"given_up,omitempty"` // groups, at most 20
	PerHour  float64 `json:"per_hour"`           // networks; 0: not known
	LeftS    float64 `json:"left_s"`             // seconds to the end; -1: not known
}

// DeviceStatus is how a device does.
type DeviceStatus struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind,omitempty"`
	State    string  `json:"state"` // measuring, idle, resting, silent, not ready, refused, gone or over
	Note     string  `json:"note,omitempty"`
	Group    int     `json:"group"` // that it has; -1: none
	Groups   int     `json:"groups"`
	Networks int     `json:"networks"`
	PerHour  float64 `json:"per_hour"`
	Failures int     `json:"failures"`        // in a row
	Drift    float64 `json:"drift,omitempty"` // how much slower than at first its anchors are, as a fraction
	SilentS  float64 `json:"silent_s"`        // since its last report
}

// Status tells how far the campaign is. Status.Pool and Status.At are left to the caller.
func (c *Coordinator) Status(now time.Duration) Status {
	c.at(now)
	s := Status{Campaign: c.job.Campaign, Groups: len(c.groups), Over: c.Over(), Counts: c.counts}
	for _, g := range c.groups {
		s.Networks += len(g)
	}
	rates := map[*kind]float64{}
	present := map[*kind]int{}
	for _, d := range c.order {
		told := c.describe(d)
		s.Devices = append(s.Devices, told)
		if d.kind != nil && told.State != "gone" && told.State != "silent" {
			rates[d.kind] += told.PerHour
			present[d.kind]++
		}
	}
	for _, k := range c.kinds {
		told := KindStatus{Name: k.name, Devices: present[k], Done: k.done, PerHour: math.Round(rates[k]), LeftS: -1}
		left := 0
		for g, state := range k.states {
			switch state.phase {
			case done:
				told.Networks += len(c.groups[g])
			case givenUp:
				if len(told.GivenUp) < 20 {
					told.GivenUp = append(told.GivenUp, g)
				}
			case out:
				told.Out++
				left += len(c.groups[g])
			default:
				left += len(c.groups[g])
			}
		}
		switch {
		case left == 0:
			told.LeftS = 0
		case rates[k] > 0:
			told.LeftS = math.Round(float64(left) / rates[k] * 3600)
		}
		s.Kinds = append(s.Kinds, told)
	}
	return s
}

// describe tells how a device does.
func (c *Coordinator) describe(d *device) DeviceStatus {
	s := DeviceStatus{Name: d.facts.Device, Group: -1, Groups: d.groups, Networks: d.units, Failures: d.failures}
	s.SilentS = math.Round(max(0, c.now-d.heard).Seconds())
	if d.kind != nil {
		s.Kind = d.kind.name
	}
	if took := d.upTo - d.began; took > 0 && d.units > 0 {
		s.PerHour = math.Round(float64(d.units) / took.Hours())
	}
	if d.task != nil {
		s.Group = d.task.group
	}
	if d.doing.Anchors > 0 {
		s.Drift = math.Round((d.doing.Anchors-1)*1e4) / 1e4
	}
	switch {
	case d.worker == "":
		s.State = "gone"
	case d.refused != "":
		s.State, s.Note = "refused", d.refused
	case d.lost || c.now-d.heard > c.limits.Lost:
		s.State = "silent"
	case d.task != nil:
		s.State, s.Note = "measuring", d.doing.Step
	case d.unready != "":
		s.State, s.Note = "not ready", d.unready
	case c.over:
		s.State = "over"
	case c.now < d.rest:
		s.State = "resting"
	default:
		s.State = "idle"
	}
	return s
}
