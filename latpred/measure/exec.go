package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/timing"
)

// Foreign measures networks with a program of the user's, such as one that runs them on
// a phone over adb, or with TensorRT or TFLite.
type Foreign struct {
	// Command is run by the shell for each timing. Every {} in it is replaced by the
	// name of a file that holds the Request as JSON, quoted as its place needs; without {} the command reads that
	// JSON on its standard input. On standard output it prints milliseconds, one number
	// for each run, or whatever else package timing reads: numbers with units, or the
	// report of a known tool.
	Command string
	Timeout time.Duration // of one call; 0: a minute
	Pick    string        // pattern that says which printed number counts, see timing.Pick; "": none is needed
	Notes   *Notes        // told when a printed time looks wrong, and which number of a report is read; nil: nobody
}

// Request is the network that a foreign program is asked to time, as JSON.
type Request struct {
	*space.OFAConfig          // in OFA's own form; nil: the network is not of OFA's family
	Arch             string   `json:"arch"`                 // canonical text
	Space            string   `json:"space"`                // id of the space
	Batch            int      `json:"batch"`                // images at once
	Resolution       int      `json:"resolution,omitempty"` // pixels; only where there is no OFAConfig
	Choices          []string `json:"choices,omitempty"`    // label of each slot's choice, "" for an inactive slot; only where there is no OFAConfig
}

// request describes a network for a foreign program.
func request(s *space.Space, a space.Arch, batch int) Request {
	r := Request{OFAConfig: a.OFA(), Arch: a.String(), Space: s.ID, Batch: max(1, batch)}
	if r.OFAConfig == nil {
		r.Resolution = a.Resolution
		for slot := range a.Slots() {
			label := ""
			if a.Active(slot) {
				label = a.Family.Label(int(a.Choice[slot]) - 1)
			}
			r.Choices = append(r.Choices, label)
		}
	}
	return r
}

// maxOutput bounds what is read of a program's output.
const maxOutput = 1 << 20

// Network prepares a network of s to be timed with batch images at once; a batch below
// 1 stands for 1. It errs if a is not in s. The command is first called by
// Subject.Run.
func (f Foreign) Network(s *space.Space, a space.Arch, batch int) (Subject, error) {
	if err := s.Validate(a); err != nil {
		return nil, err
	}
	pick, err := timing.Pick(f.Pick)
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(request(s, a, batch))
	if err != nil {
		return nil, err
	}
	p := &program{Foreign: f, input: text, pick: pick}
	if p.Timeout == 0 {
		p.Timeout = time.Minute
	}
	if strings.Contains(f.Command, "{}") {
		if p.dir, err = os.MkdirTemp("", "latpred-measure-"); err != nil {
			return nil, err
		}
		file := filepath.Join(p.dir, "arch.json")
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return nil, errors.Join(err, os.RemoveAll(p.dir))
		}
		p.Command = withFile(f.Command, file)
		p.input = nil
	}
	return p, nil
}

type program struct {
	Foreign
	input []byte         // for its standard input; nil: none
	dir   string         // to remove
	pick  *regexp.Regexp // nil: none
}

func (p *program) Close() {
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // temporary anyway
	}
}

// Run calls the program once and gives its fastest run, or the median that a report tells.
func (p *program) Run(ctx context.Context) (float64, error) {
	limited, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, "sh", "-c", p.Command)
	cmd.Stdin = bytes.NewReader(p.input)
	stdout, stderr := &beginning{}, &beginning{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// Kill the whole process group, so that no child of the shell can keep Run waiting.
	proc.Alone(cmd)
	cmd.WaitDelay = time.Second
	start := time.Now()
	err := cmd.Run()
	took := time.Since(start)
	switch {
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case limited.Err() != nil:
		return 0, fmt.Errorf("the command gave no time within %v and was ended; --timeout allows more", p.Timeout)
	case err != nil:
		return 0, fmt.Errorf("the command failed: %w: %s", err, excerpt(stderr.text.String()))
	case stdout.more:
		return 0, fmt.Errorf("the command printed over %d bytes, want milliseconds alone", maxOutput)
	}
	r, err := timing.Read(stdout.text.String(), p.pick)
	if err != nil {
		return 0, fmt.Errorf("the command %w", err)
	}
	if r.From != "" && p.pick == nil {
		p.Notes.Once("report", "of what the command prints, this is read: %s", r.From)
	}
	p.Notes.Plausible(r.Ms, r.Unit, took)
	return r.Ms, nil
}

// excerpt is the beginning of a text, for an error.
func excerpt(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}

// beginning keeps the first maxOutput bytes of what is written to it.
type beginning struct {
	text bytes.Buffer
	more bool
}

func (b *beginning) Write(p []byte) (int, error) {
	room := maxOutput - b.text.Len()
	b.more = b.more || len(p) > room
	b.text.Write(p[:min(len(p), room)])
	return len(p), nil
}
