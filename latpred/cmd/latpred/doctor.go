package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/doctor"
)

type doctorCmd struct {
	Timeout time.Duration `default:"30s" min:"1ms" max:"24h" help:"For trying a plugin, in a process of its own."`
}

// doctorHost is the machine that doctor asks; tests have others.
var doctorHost = func(timeout time.Duration) doctor.Host {
	h := doctor.Local()
	for _, p := range backend.Plugins() {
		h.Plugins = append(h.Plugins, doctor.Plugin{Kind: p.Kind, Path: p.Path})
	}
	h.Try = func(ctx context.Context, p doctor.Plugin) doctor.Plugin {
		program, err := os.Executable()
		if err != nil {
			p.Error = err.Error()
			return p
		}
		return tryPlugin(ctx, program, p, timeout)
	}
	return h
}

// Run prints the page. The exit status is 0 if predictors can be trained and used.
func (c *doctorCmd) Run(ctx context.Context, out *output) error {
	r := doctor.Inspect(ctx, doctorHost(c.Timeout))
	if err := ctx.Err(); err != nil {
		return err
	}
	if out.JSON() {
		if err := out.Emit(r); err != nil {
			return err
		}
	}
	var rows [][]string
	for _, l := range r.Lines() {
		rows = append(rows, l[:])
	}
	out.Table([]string{"what", "here"}, rows)
	for _, f := range r.Findings {
		out.Printf("%s: %s\n", f.Level, f.Text)
		if f.Do != "" {
			out.Printf("  do: %s\n", f.Do)
		}
	}
	out.Printf("next: %s\n", r.Next)
	if !r.OK {
		return errors.New("predictors can't be trained here as things are: see the problems")
	}
	return nil
}

// tryPlugin computes on a plugin in another process of this program, so that one that
// crashes or hangs takes nothing else with it.
func tryPlugin(ctx context.Context, program string, p doctor.Plugin, timeout time.Duration) doctor.Plugin {
	ctx, stop := context.WithTimeout(ctx, timeout)
	defer stop()
	start := time.Now()
	cmd := exec.CommandContext(ctx, program, "backend", "check", "--backend", p.Kind, "--json")
	cmd.Env = append(os.Environ(), "LATPRED_OFFLINE=1")
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	p.Took = time.Since(start)
	var report backend.Report
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		p.Error = fmt.Sprintf("%s in %s", doctor.Hung, timeout)
	case errors.As(err, &exit) && exit.ExitCode() != 1: // 1: latpred's own error; others are signals and panics
		p.Error = fmt.Sprintf("%s (%s): %s", doctor.Crashed, exit, firstLine(stderr.String()))
	case err != nil:
		p.Error = strings.TrimPrefix(lastLine(stderr.String()), "latpred: ")
	default:
		if err := json.Unmarshal(stdout.Bytes(), &report); err != nil {
			p.Error = "its check printed no report"
		}
	}
	p.Version, p.Device, p.CompileMs, p.RunMs = report.PJRT, report.Device, report.CompileMs, report.RunMs
	return p
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}

func lastLine(text string) string {
	text = strings.TrimSpace(text)
	return text[strings.LastIndexByte(text, '\n')+1:]
}
