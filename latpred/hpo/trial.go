package hpo

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"strconv"
)

// Task is a piece of work: train Trial up to and including epoch To. From is the
// epoch at which it stands, 0 for a new one. Config is not to be changed.
type Task struct {
	Trial    int
	Config   Config
	From, To int
}

// Report is what came of a task. In JSON, metrics that are no finite numbers are
// the strings "NaN", "+Inf" and "-Inf".
type Report struct {
	Trial    int                `json:"trial"`
	Epoch    int                `json:"epoch"` // the task's To, also where the trial diverged on the way
	Metrics  map[string]float64 `json:"metrics,omitempty"`
	Diverged bool               `json:"diverged,omitempty"` // the loss is no number any more
	Seconds  float64            `json:"seconds"`            // that the task took
}

// State says where a trial stands.
type State string

// A trial is waiting until its first task, running during tasks and paused
// between them. The other states are final. A trial of Promotion that nothing
// promotes stays paused.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Paused    State = "paused"
	Stopped   State = "stopped" // by the scheduler
	Completed State = "completed"
	Diverged  State = "diverged"
)

func (s State) final() bool { return s == Stopped || s == Completed || s == Diverged }

// TrialStatus is what a scheduler knows of a trial.
type TrialStatus struct {
	Trial   int
	Config  Config // shared: not to be changed
	Epoch   int    // of the last report, 0 without
	State   State
	Rungs   map[int]float64    // watched metric recorded at each rung; +Inf where the trial diverged
	Last    map[string]float64 // metrics of the last report
	Seconds float64            // over all reports
}

// number is a float64 that need not be finite in JSON.
type number float64

func (n number) MarshalJSON() ([]byte, error) {
	if v := float64(n); math.IsNaN(v) || math.IsInf(v, 0) {
		return strconv.AppendQuote(nil, strconv.FormatFloat(v, 'g', -1, 64)), nil
	}
	return json.Marshal(float64(n))
}

func (n *number) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case `"NaN"`:
		*n = number(math.NaN())
	case `"+Inf"`:
		*n = number(math.Inf(1))
	case `"-Inf"`:
		*n = number(math.Inf(-1))
	case "null":
		return errors.New("a metric that is null")
	default:
		return json.Unmarshal(text, (*float64)(n))
	}
	return nil
}

// plain is a Report without its methods; in reportJSON the outer Metrics stand in
// for the inner ones.
type (
	plain      Report
	reportJSON struct {
		plain
		Metrics map[string]number `json:"metrics,omitempty"`
	}
)

// MarshalJSON writes the report as its fields' tags say, any metric included.
func (r Report) MarshalJSON() ([]byte, error) {
	out := reportJSON{plain: plain(r), Metrics: map[string]number{}}
	for name, v := range r.Metrics {
		out.Metrics[name] = number(v)
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (r *Report) UnmarshalJSON(text []byte) error {
	var in reportJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return err
	}
	*r = Report(in.plain)
	r.Metrics = nil
	if len(in.Metrics) > 0 {
		r.Metrics = make(map[string]float64, len(in.Metrics))
	}
	for name, v := range in.Metrics {
		r.Metrics[name] = float64(v)
	}
	return nil
}

// clone copies what changes.
func (t TrialStatus) clone() TrialStatus {
	t.Rungs, t.Last = maps.Clone(t.Rungs), maps.Clone(t.Last)
	return t
}
