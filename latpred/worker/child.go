package worker

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a running process that does a task.
type child struct {
	cmd      *exec.Cmd
	life     io.WriteCloser // its standard input: the child ends when this is closed
	told     chan struct{}  // closed when the task is written there
	messages chan message   // closed when the child has ended

	mu   sync.Mutex
	said bytes.Buffer // the beginning of what it printed
	dump bool         // it is printing why it dies
}

// start starts a child. log is given the lines that it prints, up to those of a crash.
func start(command []string, t Task, log func(string)) (*child, error) {
	task, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	c := &child{cmd: exec.Command(command[0], command[1:]...), messages: make(chan message, 16), told: make(chan struct{})}
	c.cmd.Env = append(os.Environ(), Variable+"=1")
	c.cmd.ExtraFiles = []*os.File{write} // descriptor 3
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.WaitDelay = time.Second
	dieWithParent(c.cmd.SysProcAttr)
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, errors.Join(err, read.Close(), write.Close())
	}
	c.life = in
	printed, printer := io.Pipe()
	c.cmd.Stdout, c.cmd.Stderr = printer, printer
	go c.listen(printed, log)
	began := make(chan error)
	go func() {
		// The kernel ends the child with the thread that started it.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		write.Close()
		began <- err
		if err != nil {
			return
		}
		go func() {
			_, _ = in.Write(task) // a child that does not read it ends, and that is noticed
			close(c.told)
		}()
		lines := json.NewDecoder(read)
		for {
			var m message
			if lines.Decode(&m) != nil {
				break // the end, or a line torn by it
			}
			c.messages <- m
		}
		read.Close()
		_ = c.cmd.Wait() // how it ended is in cmd.ProcessState
		printer.Close()
		close(c.messages)
	}()
	if err := <-began; err != nil {
		return nil, errors.Join(err, read.Close(), printer.Close())
	}
	return c, nil
}

// dying begins the lines that Go, C++ or XLA print when a process ends by itself.
var dying = regexp.MustCompile(`^(fatal error: |panic: |SIG[A-Z]+: |runtime: |terminate called|F\d{4}|\*\*\* |free\(\)|double free|malloc)|Unknown flags? in XLA_FLAGS`)

// listen passes lines on and keeps them.
func (c *child) listen(r io.Reader, log func(string)) {
	lines := bufio.NewReader(r)
	for {
		text, err := lines.ReadString('\n')
		text = strings.TrimRight(text, "\n")
		c.mu.Lock()
		c.dump = c.dump || dying.MatchString(text)
		if text != "" && c.said.Len() < 1<<20 {
			c.said.WriteString(text + "\n")
		}
		quiet := c.dump
		c.mu.Unlock()
		if text != "" && !quiet {
			log(text)
		}
		if err != nil {
			_, _ = io.Copy(io.Discard, lines) // the end, or a line that is too long
			return
		}
	}
}

// enough asks the child to end with the group in hand.
func (c *child) enough() {
	go func() {
		<-c.told
		_, _ = io.WriteString(c.life, "{}\n") // a child that does not read it has ended
	}()
}

// end ends the child, which gets a second to stop by itself, and returns when it has.
func (c *child) end() {
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	c.finish()
}

// finish returns when the child has ended, which it is made to after a second.
func (c *child) finish() {
	kill := time.AfterFunc(time.Second, func() { c.kill() })
	defer kill.Stop()
	for range c.messages { // until it has ended
	}
	c.kill() // what it started
	c.life.Close()
}

// kill ends the child and every process that it started.
func (c *child) kill() { _ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) }

// how says how a child that told no result ended, and gives all that it printed.
func (c *child) how() (how, said string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	said = c.said.String()
	reason := c.cmd.ProcessState.String()
	var last string
	for l := range strings.Lines(said) {
		l = strings.TrimSpace(l)
		if dying.MatchString(l) {
			last = l
			break
		}
		last = l
	}
	if len(last) > 300 {
		last = last[:300] + "…"
	}
	if last != "" {
		reason += ": " + last
	}
	return "crashed (" + reason + ")", said
}
