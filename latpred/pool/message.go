package pool

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// Job is what all tasks of a campaign have in common.
type Job struct {
	Campaign  string `json:"campaign"`            // its name and a hash of all that is measured
	Space     string `json:"space"`               // id
	Seed      uint64 `json:"seed,omitempty"`      // that the networks were sampled with
	Hardware  string `json:"hardware,omitempty"`  // of the device's name in labels; "": what the worker knows
	Batch     int    `json:"batch"`               // images at once
	Threads   int    `json:"threads"`             // of a processor
	Precision string `json:"precision,omitempty"` // see measure.Precision; "": the runner's own
	Runner    string `json:"runner,omitempty"`    // name of one that is configured at the worker; "": XLA, by the worker itself
	Rounds    int    `json:"rounds,omitempty"`    // as in measure.Config, as the next two
	Extra     int    `json:"extra,omitempty"`
	Runs      int    `json:"runs,omitempty"`
}

// Task is a group to measure.
type Task struct {
	Job
	Group   int      `json:"group"`   // counted from 0
	Attempt int      `json:"attempt"` // from 1: how often the group was given to a device
	Units   []string `json:"units"`   // canonical texts of networks
}

// key tells tasks apart.
func (t *Task) key() Doing { return Doing{Campaign: t.Campaign, Group: t.Group, Attempt: t.Attempt} }

// Facts are what a worker states of its device.
type Facts struct {
	Device  string            `json:"device"`            // its name, by which it is known in the pool
	Labels  map[string]string `json:"labels,omitempty"`  // such as model, system, driver, governor, clocks: see KindLabels
	Runners map[string]string `json:"runners,omitempty"` // runners that are configured, by name: a hash of each; "": XLA
}

// Doing is what a worker is at.
type Doing struct {
	Campaign string  `json:"campaign"`
	Group    int     `json:"group"`
	Attempt  int     `json:"attempt"`
	Steps    int     `json:"steps,omitempty"`   // grows as long as there is progress
	Step     string  `json:"step,omitempty"`    // for people: "round 3 of 7"
	Anchors  float64 `json:"anchors,omitempty"` // see measure.Progress
}

// same reports whether d and e are the same attempt.
func (d Doing) same(e Doing) bool {
	return d.Campaign == e.Campaign && d.Group == e.Group && d.Attempt == e.Attempt
}

// Report is what a worker says, again and again.
type Report struct {
	Facts
	Worker  string `json:"worker"`            // a name that no other process has
	Epoch   uint64 `json:"epoch,omitempty"`   // of its lease; 0: it asks for one
	Doing   *Doing `json:"doing,omitempty"`   // nil: nothing
	Unready string `json:"unready,omitempty"` // why the device can't measure now: "it has 43 °C"; "": it can
	Leaving bool   `json:"leaving,omitempty"` // the worker ends
}

// Result is what became of a task, which must reach the coordinator.
type Result struct {
	Report          // of the worker, whose Doing is the task
	Journal  []byte `json:"journal,omitempty"`  // of package measure, complete
	Failure  string `json:"failure,omitempty"`  // why there is none
	Leftover bool   `json:"leftover,omitempty"` // measured before the worker began, by one that has ended
}

// Order is what a device is to do. The last one counts.
type Order struct {
	Worker  string `json:"worker"`            // that has the lease; "": none has
	Epoch   uint64 `json:"epoch"`             // of the lease
	Kind    string `json:"kind,omitempty"`    // of the device
	Task    *Task  `json:"task,omitempty"`    // nil: wait
	Refused string `json:"refused,omitempty"` // why the device gets nothing
	Over    bool   `json:"over,omitempty"`    // the campaign has ended
}

// Addressed is an order with the name of its device.
type Addressed struct {
	Device string
	Order  Order
}

// Bounds on what is accepted of a message.
const (
	maxMessage = 8 << 20 // bytes
	maxLabels  = 64
	maxText    = 400 // bytes of a label, a reason or a step
)

// nameForm is what devices, workers and campaigns may be called.
var nameForm = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._:-]{0,98}[A-Za-z0-9])?$`)

// CheckName errs if a device or pool can't be called so.
func CheckName(name string) error {
	if !nameForm.MatchString(name) {
		return fmt.Errorf("%q is no name: want letters, digits and . _ : -, at most 100", name)
	}
	return nil
}

// ParseReport reads a report. It errs for one that no worker of ours sends.
func ParseReport(text []byte) (r Report, err error) {
	if err := unmarshal(text, &r); err != nil {
		return r, err
	}
	return r, r.check()
}

// ParseResult reads a result. It errs for one that no worker of ours sends.
func ParseResult(text []byte) (r Result, err error) {
	if err := unmarshal(text, &r); err != nil {
		return r, err
	}
	switch {
	case r.Doing == nil:
		return r, errors.New("a result of no task")
	case r.Epoch == 0:
		return r, errors.New("a result without a lease")
	case (len(r.Journal) == 0) == (r.Failure == ""):
		return r, errors.New("a result is either a journal or a failure")
	}
	r.Failure = short(r.Failure)
	return r, r.check()
}

// short is the beginning of a text, of at most maxText bytes.
func short(text string) string {
	if len(text) <= maxText {
		return text
	}
	return strings.ToValidUTF8(text[:maxText-len("…")], "") + "…"
}

func unmarshal(text []byte, v any) error {
	if len(text) > maxMessage {
		return fmt.Errorf("a message of %d bytes, more than %d", len(text), maxMessage)
	}
	if err := json.Unmarshal(text, v); err != nil {
		return fmt.Errorf("no message of a pool: %w", err)
	}
	return nil
}

func (r *Report) check() error {
	if err := CheckName(r.Device); err != nil {
		return err
	}
	if err := CheckName(r.Worker); err != nil {
		return err
	}
	if len(r.Labels) > maxLabels || len(r.Runners) > maxLabels {
		return fmt.Errorf("device %s: %d labels and %d runners, more than %d", r.Device, len(r.Labels), len(r.Runners), maxLabels)
	}
	for _, m := range []map[string]string{r.Labels, r.Runners} {
		for k, v := range m {
			if len(k) > maxText || len(v) > maxText {
				return fmt.Errorf("device %s: a label of %d bytes", r.Device, len(k)+len(v))
			}
		}
	}
	if d := r.Doing; len(r.Unready) > maxText || d != nil && (len(d.Step) > maxText || d.Group < 0 || d.Attempt < 0) {
		return fmt.Errorf("device %s: no report of ours", r.Device)
	}
	return nil
}
