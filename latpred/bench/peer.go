package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// Peer is another implementation of the same jobs: a Python script that is called with the
// name of a job, does it and prints a JSON object with its times.
type Peer struct {
	Python string // interpreter; "": /usr/bin/python3
	Script string // path; "": there is only the peer on GPUs, TorchGraph
}

// python is the interpreter, by default the one that a distribution's PyTorch belongs to.
func (p *Peer) python() string {
	if p.Python != "" {
		return p.Python
	}
	return "/usr/bin/python3"
}

// Check errs if the script does not exist, or the interpreter lacks numpy or PyTorch.
func (p *Peer) Check(ctx context.Context) error {
	if _, err := os.Stat(p.Script); err != nil {
		return fmt.Errorf("the peer's script: %w; name it by --peer-script", err)
	}
	out, err := exec.CommandContext(ctx, p.python(), "-c", "import numpy, torch").CombinedOutput()
	if err != nil {
		return fmt.Errorf("the peer needs %s with numpy and PyTorch (on Debian: apt-get install python3-torch libopenblas0-pthread): %w\n%s", p.python(), err, tail(out))
	}
	return nil
}

// run does a job and returns the object that it prints. threads of 0 leaves their number
// to the script.
func (p *Peer) run(ctx context.Context, threads int, args ...string) (map[string]any, error) {
	args = append([]string{p.Script}, args...)
	if threads > 0 {
		args = append(args, "--threads", strconv.Itoa(threads))
	}
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, p.python(), args...)
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, errors.Join(ctx.Err(), fmt.Errorf("peer: %s: %w\n%s", strings.Join(args, " "), err, tail(stderr.Bytes())))
	}
	var object map[string]any
	if err := json.Unmarshal(stdout.Bytes(), &object); err != nil {
		return nil, fmt.Errorf("peer: %s printed no JSON object: %w\n%s", strings.Join(args, " "), err, tail(stdout.Bytes()))
	}
	return object, nil
}

// number returns a numeric field of the object that a peer printed.
func number(object map[string]any, field string) (float64, error) {
	v, ok := object[field].(float64)
	if !ok {
		return 0, fmt.Errorf("peer: no number %q in what it printed: %v", field, object)
	}
	return v, nil
}

// tail is the end of a program's output.
func tail(out []byte) string {
	const most = 600
	text := strings.TrimSpace(string(out))
	if len(text) > most {
		return "… " + text[len(text)-most:]
	}
	return text
}
