package measure

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// Foreign measures by a program of the user's: a phone over adb, TensorRT, TFLite.
type Foreign struct {
	// Command is run by the shell for each timing. In place of {} it gets the name
	// of a file with the network, see Request; without {}, that text on its standard
	// input. It must print nothing but milliseconds, one number for each run, on
	// standard output.
	Command string
	Timeout time.Duration // of one call; 0: a minute
}

// Request is what a foreign program gets: a network in OFA's form, where it has one,
// and in ours.
type Request struct {
	*space.OFAConfig          // nil: the network is of another family
	Arch             string   `json:"arch"`
	Space            string   `json:"space"`
	Batch            int      `json:"batch"`
	Resolution       int      `json:"resolution,omitempty"` // of another family: pixels, and the choice of each slot
	Choices          []string `json:"choices,omitempty"`
}

// request says a network to a foreign program.
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

// Network makes a network ready to be measured.
func (f Foreign) Network(s *space.Space, a space.Arch, batch int) (Subject, error) {
	if err := s.Validate(a); err != nil {
		return nil, err
	}
	text, err := json.Marshal(request(s, a, batch))
	if err != nil {
		return nil, err
	}
	p := &program{Foreign: f, input: text}
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
		p.Command = strings.ReplaceAll(f.Command, "{}", file)
		p.input = nil
	}
	return p, nil
}

type program struct {
	Foreign
	input []byte // for its standard input; nil: none
	dir   string // to remove
}

func (p *program) Close() {
	if p.dir != "" {
		_ = os.RemoveAll(p.dir) // temporary anyway
	}
}

// Run calls the program once and gives its fastest run.
func (p *program) Run(ctx context.Context) (float64, error) {
	limited, cancel := context.WithTimeout(ctx, p.Timeout)
	defer cancel()
	cmd := exec.CommandContext(limited, "sh", "-c", p.Command)
	cmd.Stdin = bytes.NewReader(p.input)
	stdout, stderr := &bounded{}, &bounded{}
	cmd.Stdout, cmd.Stderr = stdout, stderr
	// The shell's children die with it, and none of them can keep us waiting.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
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
	return milliseconds(stdout.text.String())
}

// milliseconds reads what a foreign program printed and gives the smallest number.
func milliseconds(text string) (float64, error) {
	best := math.Inf(1)
	for _, word := range strings.Fields(text) {
		ms, err := strconv.ParseFloat(word, 64)
		if err != nil || !(ms > 0) || math.IsInf(ms, 0) {
			return 0, fmt.Errorf("the command printed %q, want milliseconds alone", excerpt(text))
		}
		best = min(best, ms)
	}
	if math.IsInf(best, 0) {
		return 0, errors.New("the command printed nothing, want milliseconds")
	}
	return best, nil
}

// excerpt is the beginning of a text, for an error.
func excerpt(text string) string {
	text = strings.TrimSpace(text)
	if len(text) > 200 {
		return text[:200] + "…"
	}
	return text
}

// bounded keeps the first maxOutput bytes of what is written to it.
type bounded struct {
	text bytes.Buffer
	more bool
}

func (b *bounded) Write(p []byte) (int, error) {
	room := maxOutput - b.text.Len()
	b.more = b.more || len(p) > room
	b.text.Write(p[:min(len(p), room)])
	return len(p), nil
}
