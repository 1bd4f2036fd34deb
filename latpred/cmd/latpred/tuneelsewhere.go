package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/campaign/slurm"
	"github.com/ofalat/ofalat/latpred/hpo"
	"github.com/ofalat/ofalat/latpred/neural"
)

// tuneElsewhere has trials trained by the jobs of a cluster, for those who train on data that
// one machine takes long with: a job for each segment of a trial, from one comparison to the
// next.
type tuneElsewhere struct {
	Engine  string   `enum:"slurm," default:"" help:"Train each trial's segments as jobs: slurm (default: here)."`
	Dir     string   `help:"Of --engine: folder for checkpoints, results and the journal, on a disk that all nodes share." type:"path"`
	AtOnce  int      `default:"4" min:"1" max:"10000" help:"Of --engine: jobs at the same time."`
	Sbatch  []string `placeholder:"OPTION" sep:"none" help:"Of --engine slurm: an option of sbatch for each job, such as --sbatch=--partition=gpu; may be repeated."`
	Program string   `placeholder:"FILE" help:"Of --engine: latpred on the nodes (default: this program)." type:"path"`

	SegmentTrial *int `hidden:"" min:"0" max:"1000000" help:"Train this trial alone."`
	SegmentTo    int  `hidden:"" min:"1" max:"1000000" help:"Up to and including this epoch."`
}

// prepare makes the folder and sets the journal.
func (e *tuneElsewhere) prepare(journal *string) error {
	switch {
	case e.Engine == "":
		return nil
	case e.Dir == "":
		return errors.New("--engine: jobs leave their results in a folder: name it with --dir")
	case *journal != "":
		return errors.New("--engine: the journal is in --dir: leave --journal out")
	}
	*journal = filepath.Join(e.Dir, "tune.jsonl")
	return os.MkdirAll(e.Dir, 0o755)
}

// segmentResult is the file that a job leaves.
type segmentResult struct {
	Args   []string   `json:"args"` // of the search that it was for
	Report hpo.Report `json:"report"`
}

func (e *tuneElsewhere) checkpoint(trial int) string {
	return filepath.Join(e.Dir, fmt.Sprintf("trial-%04d.checkpoint", trial))
}

func (e *tuneElsewhere) result(trial, to int) string {
	return filepath.Join(e.Dir, fmt.Sprintf("trial-%04d-epoch-%05d.json", trial, to))
}

// segment trains a segment of a trial: what a job does.
func (e *tuneElsewhere) segment(ctx context.Context, be *backend.Backend, s neural.Search, configs []hpo.Config, out *output) error {
	trial := *e.SegmentTrial
	if trial >= len(configs) || e.Dir == "" {
		return fmt.Errorf("trial %d of %d, folder %q", trial, len(configs), e.Dir)
	}
	out.saves.Store(true)
	began := time.Now()
	metrics, err := neural.Segment(ctx, be, s, configs[trial], e.SegmentTo, e.checkpoint(trial))
	diverged := errors.Is(err, hpo.ErrDiverged)
	if err != nil && !diverged {
		return err
	}
	args := out.args[:len(out.args)-len(segmentArgs(0, 0))]
	text, err := json.Marshal(segmentResult{args, hpo.Report{Trial: trial, Epoch: e.SegmentTo, Metrics: metrics, Diverged: diverged, Seconds: time.Since(began).Seconds()}})
	if err != nil {
		return err
	}
	return atomicfile.WriteBytes(e.result(trial, e.SegmentTo), text)
}

// segmentArgs follow the arguments of a search in those of a job.
func segmentArgs(trial, to int) []string {
	return []string{"--segment-trial", fmt.Sprint(trial), "--segment-to", fmt.Sprint(to)}
}

// submits returns neural.Search.Elsewhere; nil: trials are trained here.
func (e *tuneElsewhere) submits(out *output) func(ctx context.Context, trial int, c hpo.Config, to int) (map[string]float64, error) {
	if e.Engine == "" || e.SegmentTrial != nil {
		return nil
	}
	return func(ctx context.Context, trial int, _ hpo.Config, to int) (map[string]float64, error) {
		if r, err := e.read(trial, to, out.args); r != nil || err != nil { // of an earlier session
			return done(r, err)
		}
		program, err := os.Executable()
		dir, err2 := os.Getwd()
		log, err3 := filepath.Abs(filepath.Join(e.Dir, fmt.Sprintf("trial-%04d.log", trial)))
		if err := errors.Join(err, err2, err3); err != nil {
			return nil, err
		}
		job := slurm.Job{
			Name: fmt.Sprintf("tune-%d-%d", trial, to), Dir: dir, Log: log, Options: e.Sbatch,
			Command: slices.Concat([]string{cmp.Or(e.Program, program)}, out.args, segmentArgs(trial, to)),
		}
		if err := job.Run(ctx); err != nil {
			return nil, err
		}
		r, err := e.read(trial, to, out.args)
		if r == nil && err == nil {
			err = fmt.Errorf("its job left no result: see %s", log)
		}
		return done(r, err)
	}
}

// done is what a segment came to.
func done(r *hpo.Report, err error) (map[string]float64, error) {
	if err != nil {
		return nil, err
	}
	if r.Diverged {
		return r.Metrics, hpo.ErrDiverged
	}
	return r.Metrics, nil
}

// maxSegmentResult is the largest size of a job's result, in bytes.
const maxSegmentResult = 1 << 20

// read reads the result of a segment; nil: there is none, or it is of another search.
func (e *tuneElsewhere) read(trial, to int, args []string) (*hpo.Report, error) {
	text, err := bounded.ReadFile(e.result(trial, to), maxSegmentResult)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var r segmentResult
	if err := json.Unmarshal(text, &r); err != nil {
		return nil, fmt.Errorf("%s: %w: remove it to train this again", e.result(trial, to), err)
	}
	if !slices.Equal(r.Args, args) || r.Report.Trial != trial || r.Report.Epoch != to {
		return nil, nil
	}
	return &r.Report, nil
}
