package runner

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/measure"
)

// process is a program of package runners that was started: it answers a line of JSON
// for each line of JSON.
type process struct {
	cmd     *exec.Cmd
	stdin   io.WriteCloser
	answers chan []byte // closed when its output ends
	stderr  *tail
	ended   func() // tells package measure
	turn    sync.Mutex
	id      int
}

// answer is a line of a program's.
type answer struct {
	Hello   *hello    `json:"hello"`
	Missing []string  `json:"missing"` // packages, at the start
	Pip     string    `json:"pip"`     // how to get them
	Python  string    `json:"python"`  // that lacks them
	Fault   string    `json:"fault"`   // why it can't run here
	ID      int       `json:"id"`
	Error   string    `json:"error"`
	Ms      []float64 `json:"ms"`
	Note    string    `json:"note"`
	Uncheck bool      `json:"unchecked"` // it can't give outputs that could be compared
}

// job is a line for a program.
type job struct {
	ID         int     `json:"id"`
	Do         string  `json:"do"` // load, run, outputs or close
	Key        string  `json:"key"`
	Model      string  `json:"model,omitempty"`
	Network    string  `json:"network,omitempty"`
	Image      string  `json:"image,omitempty"`
	Batch      int     `json:"batch,omitempty"`
	Resolution int     `json:"resolution,omitempty"`
	WarmUps    int     `json:"warm_ups"`
	WarmS      float64 `json:"warm_s"`
	Runs       int     `json:"runs,omitempty"`
	Out        string  `json:"out,omitempty"`
}

// start starts a program, and waits until it says hello.
func start(ctx context.Context, log func(string), limit time.Duration, name string, args ...string) (*process, *hello, error) {
	p := &process{cmd: exec.CommandContext(ctx, name, args...), answers: make(chan []byte), stderr: &tail{log: log}}
	proc.Alone(p.cmd)
	p.cmd.WaitDelay = time.Second
	p.cmd.Stderr = p.stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, nil, err
	}
	p.ended = measure.Child(p.cmd.Process.Pid)
	go p.read(stdout)
	a, err := p.next(ctx, limit)
	switch {
	case err == nil && a.Hello != nil:
		return p, a.Hello, nil
	case err == nil && len(a.Missing) > 0:
		err = fmt.Errorf("%s lacks %s: %s; --python names another Python", a.Python, strings.Join(a.Missing, ", "), a.Pip)
	case err == nil && a.Fault != "":
		err = errors.New(a.Fault)
		if a.Pip != "" {
			err = fmt.Errorf("%w (%s)", err, a.Pip)
		}
	case err == nil:
		err = errors.New("it did not say hello: is it a changed copy?")
	}
	p.close()
	return nil, nil, err
}

// read passes on what the program answers, a line at a time.
func (p *process) read(stdout io.Reader) {
	lines := bufio.NewScanner(stdout)
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		p.answers <- append([]byte(nil), lines.Bytes()...)
	}
	close(p.answers)
}

// next waits for an answer.
func (p *process) next(ctx context.Context, limit time.Duration) (a answer, err error) {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return a, ctx.Err()
	case <-timer.C:
		p.kill()
		return a, fmt.Errorf("no answer within %v, and it was ended; --timeout allows more%s", limit, p.stderr)
	case line, ok := <-p.answers:
		if !ok {
			return a, fmt.Errorf("it has ended%s", p.stderr)
		}
		if err := json.Unmarshal(line, &a); err != nil {
			return a, fmt.Errorf("it answered %q, which is no JSON", excerpt(string(line)))
		}
		return a, nil
	}
}

// ask gives the program a job and waits for its answer.
func (p *process) ask(ctx context.Context, limit time.Duration, j job) (a answer, err error) {
	p.turn.Lock()
	defer p.turn.Unlock()
	if err := ctx.Err(); err != nil {
		return a, err
	}
	p.id++
	j.ID = p.id
	line, err := json.Marshal(j)
	if err != nil {
		return a, err
	}
	if _, err := p.stdin.Write(append(line, '\n')); err != nil {
		return a, fmt.Errorf("it has ended%s", p.stderr)
	}
	for a.ID != j.ID { // the answer to a job that was given up may come first
		if a, err = p.next(ctx, limit); err != nil {
			return a, err
		}
	}
	if a.Error != "" {
		return a, errors.New(a.Error)
	}
	return a, nil
}

func (p *process) kill() { _ = proc.Kill(p.cmd.Process) } // gone already, perhaps

// close lets the program end, and ends it where it does not.
func (p *process) close() {
	_ = p.stdin.Close()
	timer := time.AfterFunc(2*time.Second, p.kill)
	defer timer.Stop()
	for range p.answers { // nobody wants them any more
	}
	defer p.ended()
	_ = p.cmd.Wait() // how it ends is of no interest
}

// tail keeps the end of what a program says beside its answers.
type tail struct {
	log  func(string)
	mu   sync.Mutex
	text string
}

func (t *tail) Write(text []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text += string(text)
	t.text = t.text[max(0, len(t.text)-2000):]
	if t.log != nil {
		t.log(strings.TrimRight(string(text), "\n"))
	}
	return len(text), nil
}

// String is the last line, for an error.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	text := strings.TrimSpace(t.text)
	if text == "" {
		return ""
	}
	return ": " + excerpt(text[strings.LastIndexByte(text, '\n')+1:])
}

// excerpt is the beginning of a text, for an error.
func excerpt(text string) string {
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > 300 {
		return string(runes[:300]) + "…"
	}
	return text
}
