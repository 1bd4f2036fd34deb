// Command latpred predicts how long Once-For-All sub-networks take on a device:
// it fetches and checks measurements, trains and applies predictors, and runs
// the paper's experiments again.
//
//	latpred data list                      the measurements that ship with the project
//	latpred doctor                         what this machine is like, and what is missing
//	latpred backend check                  what a training would run on
//	latpred train --data note10 --out m.latpred
//	latpred tune --data rtx2080ti-b64      which optimizer learns them best
//	latpred finetune --from m.latpred --data p40-b64 --out p40.latpred
//	latpred adapt --plan 10 --space mbv3-w1.0 > mine.csv
//	latpred adapt --data mine.csv --out mine.latpred
//	latpred predict --model m.latpred nets.csv
//	latpred search --device note10 --limit 25
//	latpred reproduce table1               the paper's Table 1, recomputed
//	source <(latpred completion bash)      the shell completes commands, flags and names
//
// Results go to standard output, everything else to standard error. With
// --json results are JSON. The exit status is 0 only when the command did what
// it was asked: 1 means that it failed, 2 that it was called wrongly, 130 that
// it was interrupted.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/latpred/experiment"
)

// commands is the whole command line; each field is a verb, in a file of its own.
type commands struct {
	JSON bool `name:"json" help:"Print results as JSON."`

	Data      dataCmd      `cmd:"" help:"List, fetch, rebuild and check measurements."`
	Lut       lutCmd       `cmd:"" help:"Sum and check lookup tables."`
	Backend   backendCmd   `cmd:"" help:"List, install and check what networks run on."`
	Measure   measureCmd   `cmd:"" help:"Measure networks and layers on this device, or on another through a program of yours."`
	Campaign  campaignCmd  `cmd:"" help:"Measure with several machines: on Slurm, on Kubernetes or here, from a plan."`
	Worker    workerCmd    `cmd:"" help:"Measure on this machine, or its phones, for a pool of devices."`
	Train     trainCmd     `cmd:"" help:"Train a latency predictor from measurements."`
	Finetune  finetuneCmd  `cmd:"" help:"Take a predictor to another device with few measurements."`
	Tune      tuneCmd      `cmd:"" help:"Search for the optimizer that learns measurements best (ASHA)."`
	Adapt     adaptCmd     `cmd:"" help:"Make a predictor of a new device from 3 to 700 measurements, or plan which to make."`
	Predict   predictCmd   `cmd:"" help:"Predict the latency of each architecture in a file."`
	Evaluate  evaluateCmd  `cmd:"" help:"Compare a predictor with measurements."`
	Explain   explainCmd   `cmd:"" help:"Show where the time of an architecture goes, and what would save most."`
	Card      cardCmd      `cmd:"" help:"Write a page about a predictor: what it is for, what it was made from, how good it is."`
	Export    exportCmd    `cmd:"" help:"Write a predictor as ONNX."`
	Search    searchCmd    `cmd:"" help:"Search for the most accurate network under a latency limit."`
	Bench     benchCmd     `cmd:"" help:"Measure how fast the jobs are, beside a peer and the limits of the machine."`
	GPURecord gpuRecordCmd `cmd:"" name:"gpu-record" help:"Make the record of a GPU in a quarter of an hour: settings, networks, a table, trainings."`
	Serve     serveCmd     `cmd:"" help:"Answer over HTTP, with a page to click networks together."`
	Pipe      pipeCmd      `cmd:"" help:"Answer another program on standard input and output, as the Python package has it."`
	Schema    schemaCmd    `cmd:"" help:"Print the JSON Schema of what a command prints with --json."`
	Doctor    doctorCmd    `cmd:"" help:"Say what this machine is like, what is missing, and the command that mends it."`
	Reproduce reproduceCmd `cmd:"" help:"Run tables and figures of the paper again."`

	Version    versionCmd    `cmd:"" help:"Say which version this is: commit, Go, modules."`
	Completion completionCmd `cmd:"" help:"Print what lets a shell complete this command line; for bash, put it into ~/.bashrc."`
	Man        manCmd        `cmd:"" help:"Print the manual page of all commands: latpred man > latpred.1."`
}

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	out := newOutput(os.Stdout, os.Stderr)
	go func() {
		<-ctx.Done()
		stop() // a second signal ends the process at once
		time.Sleep(grace)
		if out.saves.Load() {
			time.Sleep(saveGrace - grace)
		}
		if out.patient.Load() {
			return
		}
		// A call into a plugin, such as a compilation, or a read from a pipe that somebody
		// holds open, does not end because it is asked to.
		fmt.Fprintln(os.Stderr, "latpred: interrupted: what it was doing did not end in time; checkpoints and journals are kept")
		os.Exit(130)
	}()
	os.Exit(run(ctx, os.Args[1:], out))
}

// How long a command may take to end after it is interrupted: one that reads and prints,
// and one that has something to save, see output.saves.
const (
	grace     = time.Second
	saveGrace = 4 * time.Second
)

// run parses args, runs the verb they name and returns the exit status.
func run(ctx context.Context, args []string, out *output) int {
	var c commands
	done := -1
	parser := kong.Must(&c,
		kong.Name("latpred"),
		kong.Description("Predicts how long Once-For-All sub-networks take on a device."),
		kong.Writers(out.stdout, out.stderr),
		kong.Exit(func(status int) { done = status }),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.Vars{"items": strings.Join(experiment.Items(), ", ")},
		kong.UsageOnError(),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(out))
	if answerShell(parser) {
		return 0
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	verb, err := parser.Parse(args)
	switch {
	case out.stdout.err != nil: // --help was asked for and could not be printed
		err = out.stdout.err
	case done >= 0: // it was
		return done
	case err != nil:
		fmt.Fprintf(out.stderr, "latpred: %v\n", err)
		return 2
	default:
		out.json, out.args = c.JSON, args
		err = verb.Run()
		out.close()
		if err == nil {
			err = out.stdout.err
		}
	}
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		fmt.Fprintf(out.stderr, "latpred: interrupted: %v\n", err)
		return 130
	default:
		fmt.Fprintf(out.stderr, "latpred: %v\n", err)
		return 1
	}
}
