package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
)

// maxOutput bounds what is kept of a tool's output: its end, where summaries stand.
const maxOutput = 1 << 20

// called is how a call of a tool ended.
type called struct {
	out  string // standard output and error, in the order written, with plain line ends
	exit int    // −1: it did not start, or was ended
}

// question is a prompt that waits for an answer at the end of an output.
var question = regexp.MustCompile(`(?i)([^\n]*(?:\(y(?:es)?/n(?:o)?\)|\[y(?:es)?/n(?:o)?\])[^\n]*)\s*$`)

// call runs a tool to its end, without an input, so that a prompt finds nobody. It errs
// only if the tool can't be started, ctx ends, or the limit passes.
func call(ctx context.Context, limit time.Duration, name string, args ...string) (c called, err error) {
	limited, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	cmd := exec.CommandContext(limited, name, args...)
	var out ending
	cmd.Stdout, cmd.Stderr = &out, &out
	proc.Alone(cmd)
	cmd.WaitDelay = time.Second
	err = cmd.Run()
	c = called{strings.ReplaceAll(out.text.String(), "\r", ""), -1}
	var exit *exec.ExitError
	switch {
	case ctx.Err() != nil:
		return c, ctx.Err()
	case limited.Err() != nil:
		if q := question.FindStringSubmatch(c.out); q != nil {
			return c, fmt.Errorf("%s asks %q: run it by hand once and answer", name, strings.TrimSpace(q[1]))
		}
		return c, fmt.Errorf("%s %s took over %v and was ended; --timeout allows more%s", name, args[0], limit, lastLine(c.out))
	case err == nil, errors.Is(err, exec.ErrWaitDelay): // a server that it started may keep its output open
		c.exit = cmd.ProcessState.ExitCode()
		return c, nil
	case errors.As(err, &exit):
		c.exit = exit.ExitCode()
		return c, nil
	}
	return c, err
}

// lastLine is the last line of an output that is not empty, for an error.
func lastLine(out string) string {
	out = strings.TrimSpace(out)
	if out == "" {
		return ""
	}
	return ": " + excerpt(out[strings.LastIndexByte(out, '\n')+1:])
}

// fault is the first line of an output that tells an error, or else the last.
func fault(out string) string {
	for line := range strings.Lines(out) {
		if faulty.MatchString(line) {
			return ": " + excerpt(line)
		}
	}
	return lastLine(out)
}

var faulty = regexp.MustCompile(`(?i)^\s*(?:error|fatal|\S*: error|adb: )|\[E\]|&&&& FAILED|not found$|Permission denied|No such file`)

// ending keeps the last maxOutput bytes of what is written to it.
type ending struct{ text bytes.Buffer }

func (e *ending) Write(p []byte) (int, error) {
	e.text.Write(p)
	if over := e.text.Len() - maxOutput; over > 0 {
		e.text.Next(over)
	}
	return len(p), nil
}
