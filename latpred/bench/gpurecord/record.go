// Package gpurecord makes the record of a GPU in one go, in the time that one is lent for:
// which settings compile and run networks best, whole networks and a table measured with
// these, a predictor from ten of them judged on the rest, and the times of trainings beside
// PyTorch's.
//
//  1. Options says how long it may take and what to leave out.
//  2. Run does the parts one after the other, each by latpred commands in processes of their
//     own and in a time of its own. What a part makes lies in the record's folder; a part
//     that is done is not done again, so that a record that was killed goes on.
//  3. Report, written as report.md and report.json, holds what became of each part.
package gpurecord

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/measure"
)

// Options of Run.
type Options struct {
	Dir       string            // folder of the record, which is created
	Program   string            // executable of latpred
	Backend   string            // kind
	Hardware  string            // for the device's name: "h200"
	Space     string            // id
	Batch     int               // images at once
	Precision measure.Precision // of the networks and the table
	Nets      int               // whole networks to measure
	Seed      uint64            // of their draw
	Budget    time.Duration     // of all parts together, divided among them as that of Full is
	Python    string            // with PyTorch
	Torch     string            // device of PyTorch: "cuda", or "cpu" to try the record out
	Epochs    int               // of trainings
	Settings  []Setting         // to try; nil: Settings(Precision)
	Parts     []string          // to do; nil: all
	Observe   func(string)      // told what begins; may be nil
}

// Full is the time for which the parts are laid out.
const Full = 13 * time.Minute

// Part is what became of a part.
type Part struct {
	Name    string    `json:"name"`
	At      time.Time `json:"at"`
	Seconds float64   `json:"seconds"`
	Error   string    `json:"error,omitempty"` // "": it is done
}

// part is a part of a record.
type part struct {
	name string
	box  time.Duration // at the full budget
	do   func(context.Context) error
}

type recorder struct {
	Options
	ends time.Time
	ctx  context.Context // of the current part: ends with its box
}

// Run makes or continues a record. A part that fails is noted, and the next begins; the
// error at the end names those. When ctx ends, it returns ctx's error at once.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Observe == nil {
		o.Observe = func(string) {}
	}
	if o.Settings == nil {
		o.Settings = Settings(o.Precision)
	}
	if err := os.MkdirAll(filepath.Join(o.Dir, "parts"), 0o755); err != nil {
		return nil, err
	}
	r := &recorder{Options: o, ends: time.Now().Add(o.Budget)}
	var failed []error
	for _, p := range r.parts() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if !o.wants(p.name) || r.done(p.name) {
			continue
		}
		if err := r.run(ctx, p); err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", p.name, err))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	report, err := r.report()
	return report, errors.Join(append(failed, err)...)
}

func (o Options) wants(name string) bool {
	for _, p := range o.Parts {
		if p == name {
			return true
		}
	}
	return o.Parts == nil
}

// run does a part in its time and writes what became of it.
func (r *recorder) run(ctx context.Context, p part) error {
	box := time.Duration(float64(p.box) * float64(r.Budget) / float64(Full))
	box = min(box, time.Until(r.ends))
	r.Observe(fmt.Sprintf("%s, %.0f s at most", p.name, box.Seconds()))
	start := time.Now()
	err := errors.New("no time is left")
	if box > time.Second {
		var stop context.CancelFunc
		r.ctx, stop = context.WithTimeout(ctx, box)
		err = p.do(r.ctx)
		stop()
	}
	if ctx.Err() != nil {
		return ctx.Err() // it is begun anew
	}
	done := Part{Name: p.name, At: start.UTC().Truncate(time.Second), Seconds: time.Since(start).Seconds()}
	if err != nil {
		done.Error = err.Error()
	}
	return errors.Join(err, r.save(filepath.Join("parts", p.name+".json"), done))
}

// done reports whether a part was done before, without an error.
func (r *recorder) done(name string) bool {
	var p Part
	return r.load(filepath.Join("parts", name+".json"), &p) == nil && p.Error == ""
}

// save writes v as JSON to a file of the record.
func (r *recorder) save(name string, v any) error {
	return atomicfile.Write(r.path(name), func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", " ")
		return out.Encode(v)
	})
}

func (r *recorder) load(name string, v any) error {
	text, err := os.ReadFile(r.path(name))
	if err != nil {
		return err
	}
	return json.Unmarshal(text, v)
}

func (r *recorder) path(name string) string { return filepath.Join(r.Dir, name) }

// latpred runs a command; what it prints is in NAME.json and NAME.log of the record. When
// ctx ends it is interrupted, and killed after six seconds.
func (r *recorder) latpred(ctx context.Context, name string, args ...string) error {
	return r.program(ctx, name, r.Program, append([]string{"--json"}, args...)...)
}

func (r *recorder) program(ctx context.Context, name, program string, args ...string) (err error) {
	stdout, err := os.Create(r.path(name + ".json"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stdout.Close()) }()
	stderr, err := os.Create(r.path(name + ".log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stderr.Close()) }()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Stdout, cmd.Stderr = stdout, stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 6 * time.Second
	if err := cmd.Run(); err != nil {
		text, _ := os.ReadFile(stderr.Name()) // what there is
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		return fmt.Errorf("%w: %s", err, lines[len(lines)-1])
	}
	return nil
}

// left is the time of the current part that is left for --limit, with some for ending.
func (r *recorder) left() string {
	end, _ := r.ctx.Deadline()
	return max(time.Second, time.Until(end)-4*time.Second).Round(time.Millisecond).String()
}
