package bench

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/loops"
	"github.com/ofalat/ofalat/latpred/metric"
)

// Job is a kind of work that is measured.
type Job string

// The jobs.
const (
	Start    Job = "start"
	Train    Job = "train"
	FineTune Job = "finetune"
	Tune     Job = "tune"
	Predict  Job = "predict"
	Search   Job = "search"
	Encode   Job = "encode"
)

// Jobs lists the jobs in the order of reports.
func Jobs() []Job { return []Job{Start, Train, FineTune, Tune, Predict, Search, Encode} }

// Options of Run.
type Options struct {
	Jobs        []Job // nil: all
	Peer        *Peer // nil: only ours is measured
	Repetitions int   // of ours and of the peer's; 0: 3
	// Budget is the time after which no further repetition of a row begins; 0: three
	// minutes.
	Budget  time.Duration
	Program string       // executable of latpred, for the job Start; "": Start is left out
	Epochs  int          // of trainings; 0: 100, for which the targets are set
	Seed    uint64       // of weights, shuffles and searches
	Observe func(string) // told what begins; may be nil
}

// Row holds the times of a job, or of a part of one.
type Row struct {
	Job    Job     `json:"job"`
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`             // "s", "µs", "ns": less is better; "1/s": more is
	Target float64 `json:"target,omitempty"` // smallest acceptable Ratio; 0: none
	Most   float64 `json:"most,omitempty"`   // largest acceptable Median, in Unit; 0: none
	Least  float64 `json:"least,omitempty"`  // smallest acceptable Median, in Unit; 0: none

	Ours       []float64            `json:"ours"`                  // of each repetition, in Unit
	Median     float64              `json:"median"`                // of Ours
	OursCPU    []float64            `json:"ours_cpu"`              // processor seconds of each repetition, without those of other programs
	Peer       map[string][]float64 `json:"peer,omitempty"`        // of each repetition, in Unit, by variant and threads
	PeerCPU    map[string][]float64 `json:"peer_cpu,omitempty"`    // processor seconds of the peer's whole process, including its start and reading of data
	PeerMedian float64              `json:"peer_median,omitempty"` // the best of the variants' medians, in Unit
	PeerBest   string               `json:"peer_best,omitempty"`   // the variant with that median
	Ratio      float64              `json:"ratio,omitempty"`       // how many times faster ours is than the peer; 0: there is no peer
	Limit      float64              `json:"limit,omitempty"`       // share of Limits.AllThreadsGFLOPs that ours reaches, as if it skipped no zeros; 0: not known
	Note       string               `json:"note,omitempty"`        // for people
}

// Report holds the results of Run, Growth and Memory.
type Report struct {
	Date    string  `json:"date"` // "2006-01-02"
	Machine Machine `json:"machine"`
	Limits  Limits  `json:"limits"`
	Rows    []Row   `json:"rows,omitempty"`
	Growth  []Curve `json:"growth,omitempty"`
	Memory  []Peak  `json:"memory,omitempty"`
}

// NewReport makes a report without results and measures the limits of this machine, in
// about a second.
func NewReport(be *backend.Backend) *Report {
	return &Report{
		Date:    time.Now().Format(time.DateOnly),
		Machine: Machine{cpuName(), runtime.GOMAXPROCS(0), runtime.Version(), loops.Name(), be.String(), loadAverage()},
		Limits:  measureLimits(),
	}
}

// job is a row with the functions that measure it.
type job struct {
	row    Row
	once   bool    // only one repetition
	flops  float64 // operations of ours if no zeros are skipped; 0: not counted
	ours   func(ctx context.Context) (float64, error)
	peer   map[string]func(ctx context.Context) (float64, error)
	finish func(r *Row) // may complete the row; may be nil
}

// Run measures the jobs; be trains and tunes. It errs at once if the peer is not usable,
// see Peer.Check. If a job fails or ctx ends, it returns the rows so far with the error.
func Run(ctx context.Context, be *backend.Backend, o Options) (*Report, error) {
	if o.Repetitions == 0 {
		o.Repetitions = 3
	}
	if o.Budget == 0 {
		o.Budget = 3 * time.Minute
	}
	if o.Epochs == 0 {
		o.Epochs = 100
	}
	if o.Jobs == nil {
		o.Jobs = Jobs()
	}
	if o.Observe == nil {
		o.Observe = func(string) {}
	}
	if o.Peer != nil && o.Peer.Script != "" {
		if err := o.Peer.Check(ctx); err != nil {
			return nil, err
		}
	}
	o.Observe("limits of the machine")
	r := NewReport(be)
	subject, err := newSubject(ctx, o, be)
	if err != nil {
		return nil, err
	}
	defer subject.close()
	for _, name := range o.Jobs {
		jobs, err := subject.jobs(ctx, name)
		if err != nil {
			return r, err
		}
		for _, j := range jobs {
			row, err := j.measure(ctx, o, r.Limits)
			if len(row.Ours) > 0 {
				r.Rows = append(r.Rows, row)
			}
			if err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// measure does the repetitions of a row, ours and the peer's in turn.
func (j job) measure(ctx context.Context, o Options, limits Limits) (Row, error) {
	row := j.row
	if len(j.peer) > 0 {
		row.Peer, row.PeerCPU = map[string][]float64{}, map[string][]float64{}
	}
	sides := slices.Sorted(maps.Keys(j.peer))
	start := time.Now()
	for n := range o.Repetitions {
		if n > 0 && (j.once || time.Since(start) > o.Budget) {
			break
		}
		o.Observe(fmt.Sprintf("%s: %s, %d", row.Job, row.Name, n+1))
		before := proc.Seconds(proc.Self)
		v, err := j.ours(ctx)
		if err != nil {
			return row, fmt.Errorf("%s, %s: %w", row.Job, row.Name, err)
		}
		row.Ours = append(row.Ours, v)
		row.OursCPU = append(row.OursCPU, proc.Seconds(proc.Self)-before)
		for _, side := range sides {
			o.Observe(fmt.Sprintf("%s: %s, %d, peer %s", row.Job, row.Name, n+1, side))
			before := proc.Seconds(proc.Children)
			v, err := j.peer[side](ctx)
			if err != nil {
				return row, err
			}
			row.Peer[side] = append(row.Peer[side], v)
			row.PeerCPU[side] = append(row.PeerCPU[side], proc.Seconds(proc.Children)-before)
		}
	}
	row.sum()
	if j.flops > 0 && row.Unit == "s" {
		row.Limit = j.flops / row.Median / (limits.AllThreadsGFLOPs * 1e9)
	}
	if j.finish != nil {
		j.finish(&row)
	}
	return row, nil
}

// rate reports whether the row is a rate, of which more is better.
func (r *Row) rate() bool { return r.Unit == "1/s" }

// sum fills in the medians and the ratio.
func (r *Row) sum() {
	r.Median = metric.Median(r.Ours)
	for side, times := range r.Peer {
		m := metric.Median(times)
		if better := r.PeerBest == "" || m < r.PeerMedian != r.rate(); better || m == r.PeerMedian && side < r.PeerBest {
			r.PeerBest, r.PeerMedian = side, m
		}
	}
	switch {
	case r.PeerBest == "":
	case r.rate():
		r.Ratio = r.Median / r.PeerMedian
	default:
		r.Ratio = r.PeerMedian / r.Median
	}
}

// Reached reports whether Target, Most and Least are met. Those that are 0 are, and Target
// is if there is no peer.
func (r *Row) Reached() bool {
	return (r.Target == 0 || r.Ratio == 0 || r.Ratio >= r.Target) &&
		(r.Most == 0 || r.Median <= r.Most) && (r.Least == 0 || r.Median >= r.Least)
}
