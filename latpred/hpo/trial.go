package hpo

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"strconv"
)

// Task is a piece of work: train Trial up to and including epoch To.
type Task struct {
	Trial    int
	Config   Config // must not be changed
	From, To int    // epochs; From is the last one trained so far, 0 for a new trial
}

// Report is the result of a task. In JSON, metrics that are not finite are the strings
// "NaN", "+Inf" and "-Inf".
type Report struct {
	Trial    int                `json:"trial"`
	Epoch    int                `json:"epoch"` // the task's To, even if the trial diverged earlier
	Metrics  map[string]float64 `json:"metrics,omitempty"`
	Diverged bool               `json:"diverged,omitempty"` // the loss is no longer a finite number
	Seconds  float64            `json:"seconds"`            // wall-clock time of the task
}

// State is the state of a trial.
type State string

// A trial is Waiting before its first task, Running during a task and Paused between
// tasks. The other states are final. A trial that Promotion never promotes stays Paused.
const (
	Waiting   State = "waiting"
	Running   State = "running"
	Paused    State = "paused"
	Stopped   State = "stopped" // by the scheduler
	Completed State = "completed"
	Diverged  State = "diverged"
)

// final reports whether a trial in state s gets no more tasks.
func (s State) final() bool { return s == Stopped || s == Completed || s == Diverged }

// TrialStatus is what a scheduler knows about a trial.
type TrialStatus struct {
	Trial   int
	Config  Config // shared: must not be changed
	Epoch   int    // epoch of the last report; 0: none yet
	State   State
	Rungs   map[int]float64    // watched metric by rung (epoch), for rungs reached; +Inf: diverged
	Last    map[string]float64 // metrics of the last report
	Seconds float64            // sum over all reports
}

// number is a float64 whose JSON may be NaN or infinite, as a string.
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

// reportFields is a Report without its methods. In reportJSON the outer Metrics replace
// the inner ones.
type (
	reportFields Report
	reportJSON   struct {
		reportFields
		Metrics map[string]number `json:"metrics,omitempty"`
	}
)

// MarshalJSON implements json.Marshaler: metrics may be NaN or infinite.
func (r Report) MarshalJSON() ([]byte, error) {
	out := reportJSON{reportFields: reportFields(r), Metrics: map[string]number{}}
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
	*r = Report(in.reportFields)
	r.Metrics = nil
	if len(in.Metrics) > 0 {
		r.Metrics = make(map[string]float64, len(in.Metrics))
	}
	for name, v := range in.Metrics {
		r.Metrics[name] = float64(v)
	}
	return nil
}

// clone copies t with the maps that later reports change; Config is shared.
func (t TrialStatus) clone() TrialStatus {
	t.Rungs, t.Last = maps.Clone(t.Rungs), maps.Clone(t.Last)
	return t
}
