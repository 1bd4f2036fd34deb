// Command kernelext makes GoNB a lab for this module: it starts and installs the
// Jupyter kernel, and runs and checks notebooks.
//
//	kernelext run                execute all notebooks, write pages to out/
//	kernelext run my.ipynb       execute a notebook of yours, wherever it lies
//	kernelext check              what is wrong with the notebooks' sources
//	kernelext install --user     make the kernel "Go (latpred)" known to Jupyter
//	kernelext setup              build beforehand what cells import, and say what is missing
//	kernelext clean              remove caches, and what killed Jupyter kernels left
//
// The exit status is 0 only when the command did what it was asked; 130 after an
// interrupt.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the whole command line.
type commands struct {
	JSON bool `name:"json" help:"Print results as JSON."`

	Run     runCmd     `cmd:"" help:"Execute notebooks and make pages of them."`
	Check   checkCmd   `cmd:"" help:"Say what is wrong with the sources of notebooks."`
	Setup   setupCmd   `cmd:"" help:"Build the kernel and what cells import; say what is missing."`
	Install installCmd `cmd:"" help:"Make the kernel known to Jupyter, or take it away again."`
	Kernel  kernelCmd  `cmd:"" help:"Start the kernel; Jupyter calls this."`
	Clean   cleanCmd   `cmd:"" help:"Remove the cache of executed notebooks, and what killed kernels left."`
}

func main() {
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signals = append(signals, syscall.SIGHUP) // the terminal is gone
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	var c commands
	parser := kong.Must(&c, kong.Name("kernelext"), kong.Description("GoNB as a lab for latency predictors."),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}), kong.UsageOnError(), kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(&c))
	args := os.Args[1:]
	if len(args) == 0 {
		args = []string{"--help"}
	}
	verb, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(os.Stderr, "kernelext: %v\n", err)
		os.Exit(2)
	}
	switch err := verb.Run(); {
	case err == nil:
	case errors.Is(err, context.Canceled), ctx.Err() != nil: // a program that it ran was ended
		fmt.Fprintf(os.Stderr, "kernelext: interrupted: %v\n", err)
		os.Exit(130)
	default:
		fmt.Fprintf(os.Stderr, "kernelext: %v\n", err)
		os.Exit(1)
	}
}

// emit prints a result as JSON.
func emit(v any) error {
	enc := json.NewEncoder(os.Stdout)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
