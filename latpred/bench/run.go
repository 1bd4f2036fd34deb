package bench

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"syscall"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/loops"
	"github.com/ofalat/ofalat/latpred/metric"
)

// Job names what is measured.
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

// Jobs lists them in the order of reports.
func Jobs() []Job { return []Job{Start, Train, FineTune, Tune, Predict, Search, Encode} }

// Options say how Run works.
type Options struct {
	Jobs        []Job // nil: all
	Peer        *Peer // nil: ours alone
	Repetitions int   // of each side; 0: 3
	// Budget ends the repetitions of a row: none begins after it. 0: three minutes.
	Budget  time.Duration
	Program string       // latpred itself, a file, for the job Start; "": that is left out
	Epochs  int          // of trainings; 0: the 100 that targets are about
	Seed    uint64       // of weights, shuffles and searches
	Observe func(string) // told what begins; may be nil
}

// Row is a job, or a part of one, and its times.
type Row struct {
	Job    Job     `json:"job"`
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`             // "s", "µs", "ns": less is better; "1/s": more is
	Target float64 `json:"target,omitempty"` // ratio to reach; 0: none
	Most   float64 `json:"most,omitempty"`   // time not to be above, in Unit; 0: none
	Least  float64 `json:"least,omitempty"`  // rate not to be below; 0: none

	Ours       []float64            `json:"ours"`               // each repetition
	Median     float64              `json:"median"`             // of ours
	OursCPU    []float64            `json:"ours_cpu"`           // processor seconds of each repetition: what other programs took doesn't count
	Peer       map[string][]float64 `json:"peer,omitempty"`     // by variant and threads
	PeerCPU    map[string][]float64 `json:"peer_cpu,omitempty"` // of its whole process, start and reading of data included
	PeerMedian float64              `json:"peer_median,omitempty"`
	PeerBest   string               `json:"peer_best,omitempty"` // variant whose median that is
	Ratio      float64              `json:"ratio,omitempty"`     // how many times faster ours is
	Limit      float64              `json:"limit,omitempty"`     // share of the machine's multiply-adds that ours uses
	Note       string               `json:"note,omitempty"`
}

// Report is what Run found.
type Report struct {
	Date    string  `json:"date"`
	Machine Machine `json:"machine"`
	Limits  Limits  `json:"limits"`
	Rows    []Row   `json:"rows,omitempty"`
	Growth  []Curve `json:"growth,omitempty"`
	Memory  []Peak  `json:"memory,omitempty"`
}

// NewReport begins a report of this machine.
func NewReport(be *backend.Backend) *Report {
	return &Report{
		Date:    time.Now().Format(time.DateOnly),
		Machine: Machine{cpuName(), runtime.GOMAXPROCS(0), runtime.Version(), loops.Name(), be.String(), loadAverage()},
		Limits:  measureLimits(),
	}
}

// job is what a row is measured by.
type job struct {
	row    Row
	once   bool    // a repetition is enough
	flops  float64 // that ours takes if nothing is skipped; 0: not counted
	ours   func(ctx context.Context) (float64, error)
	peer   map[string]func(ctx context.Context) (float64, error)
	finish func(r *Row) // may complete the row; may be nil
}

// Run measures the jobs on be, which trains and tunes. When ctx ends it returns
// what it has, with ctx's error.
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
	if o.Peer != nil {
		if err := o.Peer.Check(ctx); err != nil {
			return nil, err
		}
	}
	o.Observe("limits of the machine")
	r := NewReport(be)
	subject, err := newSubject(o, be)
	if err != nil {
		return nil, err
	}
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

// measure takes the sides in turn.
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
		before := cpuSeconds(syscall.RUSAGE_SELF)
		v, err := j.ours(ctx)
		if err != nil {
			return row, fmt.Errorf("%s, %s: %w", row.Job, row.Name, err)
		}
		row.Ours = append(row.Ours, v)
		row.OursCPU = append(row.OursCPU, cpuSeconds(syscall.RUSAGE_SELF)-before)
		for _, side := range sides {
			o.Observe(fmt.Sprintf("%s: %s, %d, peer %s", row.Job, row.Name, n+1, side))
			before := cpuSeconds(syscall.RUSAGE_CHILDREN)
			v, err := j.peer[side](ctx)
			if err != nil {
				return row, err
			}
			row.Peer[side] = append(row.Peer[side], v)
			row.PeerCPU[side] = append(row.PeerCPU[side], cpuSeconds(syscall.RUSAGE_CHILDREN)-before)
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

// cpuSeconds is what this process, or those that it has waited for, had of the
// processor.
func cpuSeconds(who int) float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(who, &u); err != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

// rate reports whether more is better.
func (r *Row) rate() bool { return r.Unit == "1/s" }

// sum fills medians and ratio.
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

// Reached reports whether all that is asked of a row is reached; without a target
// it is.
func (r *Row) Reached() bool {
	return (r.Target == 0 || r.Ratio == 0 || r.Ratio >= r.Target) &&
		(r.Most == 0 || r.Median <= r.Most) && (r.Least == 0 || r.Median >= r.Least)
}
