package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// Variable is set in the environment of a child, so that a program that is not latpred,
// such as a test, can tell that it is to call Main.
const Variable = "LATPRED_WORKER"

// pipe is the child's file descriptor for messages: what a plugin prints can't get into it.
const pipe = 3

// Main does the task on standard input, and returns when it is done. It is the whole of
// a child: if standard input ends, because the parent has, it kills the process. A second
// value there asks for an end with the group in hand.
func Main(ctx context.Context) error {
	out := os.NewFile(pipe, "messages")
	if out == nil || os.Getenv(Variable) == "" {
		return errors.New("worker: this process was not started by a Supervisor")
	}
	in := json.NewDecoder(os.Stdin)
	var t Task
	if err := in.Decode(&t); err != nil {
		return fmt.Errorf("worker: reading the task: %w", err)
	}
	enough := make(chan struct{})
	go func() {
		if in.Decode(&struct{}{}) == nil {
			close(enough)
			_, _ = io.Copy(io.Discard, os.Stdin) // until the parent closes it or dies
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}()
	return work(ctx, t, out, enough)
}

// Work does a task and writes messages to out. Its error is in the last message.
func Work(ctx context.Context, t Task, out io.Writer) error { return work(ctx, t, out, nil) }

func work(ctx context.Context, t Task, out io.Writer, enough <-chan struct{}) error {
	w := &worker{task: t, began: time.Now(), enough: enough, out: json.NewEncoder(out)}
	err := w.work(ctx)
	done := &result{Limit: errors.Is(err, measure.ErrLimit), Asked: errors.Is(err, measure.ErrEnough)}
	if err != nil {
		done.Error = err.Error()
	}
	w.tell(message{Done: done})
	return nil
}

type worker struct {
	task   Task
	began  time.Time
	enough <-chan struct{} // closed: to end with the group in hand

	mu  sync.Mutex
	out *json.Encoder
}

func (w *worker) tell(m message) {
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.out.Encode(m) // if the parent is gone, so is this process soon
}

func (w *worker) work(ctx context.Context) error {
	d, done, err := w.open(ctx)
	if err != nil {
		return err
	}
	defer done()
	if _, err := d.Normaliser(w.task.Normalise); err != nil {
		return fmt.Errorf("--normalise: %w", err)
	}
	w.tell(message{Opened: &d.Header})
	for i, j := range w.task.Jobs {
		if limit := w.task.Config.Limit; limit > 0 {
			if d.Config.Limit = limit - time.Since(w.began); d.Config.Limit <= 0 {
				return measure.ErrLimit
			}
		}
		if err := w.do(ctx, d, i, j); err != nil {
			return err
		}
	}
	return nil
}

// open opens the backend and makes the device, whose networks and layers tell of
// themselves.
func (w *worker) open(ctx context.Context) (d *measure.Device, done func(), err error) {
	t := w.task
	s, err := space.ByID(t.Space)
	if err != nil {
		return nil, nil, err
	}
	log := func(text string) { w.tell(message{Log: text}) }
	be, err := backend.Open(ctx, backend.Options{Kind: t.Backend, Threads: t.Threads, Install: true, Observe: log, Settings: t.Settings})
	if err != nil {
		return nil, nil, fmt.Errorf("backend: %w", err)
	}
	log(be.String())
	r, err := measure.NewRunner(be, t.Options)
	if err != nil {
		return nil, nil, err
	}
	d = r.Device(s, t.Hardware, t.Config)
	d.NoAnchors, d.TakeTurns, d.LockFile, d.Enough = t.NoAnchors, t.TakeTurns, t.LockFile, w.enough
	if t.LockFile == "" {
		if d.LockFile, err = measure.DeviceLock(d.Header.Device); err != nil {
			return nil, nil, err
		}
	}
	network, layer := d.Network, d.Layer
	d.Network = func(a space.Arch) (measure.Subject, error) {
		return w.watch(a.String(), func() (measure.Subject, error) { return network(a) })
	}
	d.Layer = func(l space.Layer) (measure.Subject, error) {
		return w.watch(lut.Key(l), func() (measure.Subject, error) { return layer(l) })
	}
	return d, r.Close, nil
}

// do does one job.
func (w *worker) do(ctx context.Context, d *measure.Device, i int, j Job) (err error) {
	w.tell(message{Job: i, Starts: &Job{Journal: j.Journal}})
	observe := func(p measure.Progress) { w.tell(message{Job: i, Progress: &p}) }
	d.Shard = j.Shard
	switch {
	case j.Check > 0:
		var q measure.Quiet
		if q, err = d.Check(ctx, j.Check); err == nil {
			w.tell(message{Quiet: &q, Units: q.Units})
		}
	case j.Resolution > 0:
		if _, err = d.Layers(ctx, j.Resolution, j.Journal, observe); err != nil {
			err = fmt.Errorf("resolution %d: %w", j.Resolution, err)
		}
	default:
		_, err = d.Nets(ctx, j.Archs, j.Seed, j.Journal, observe)
	}
	return err
}

// watch tells of a unit while it is prepared, and when it runs for the first time.
func (w *worker) watch(key string, prepare func() (measure.Subject, error)) (measure.Subject, error) {
	w.tell(message{Begin: key})
	defer w.tell(message{End: key})
	s, err := prepare()
	if err != nil {
		return nil, err
	}
	return &watched{Subject: s, worker: w, key: key}, nil
}

type watched struct {
	measure.Subject
	worker *worker
	key    string
	ran    bool
}

// Run tells of the first run, which is not timed. A crash is likely there.
func (s *watched) Run(ctx context.Context) (float64, error) {
	if !s.ran {
		s.ran = true
		s.worker.tell(message{Running: s.key})
	}
	return s.Subject.Run(ctx)
}
