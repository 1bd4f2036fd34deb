package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/go-zeromq/zmq4"
)

// Connection is the file that tells a Jupyter kernel where to listen.
type Connection struct {
	Shell     int    `json:"shell_port"`
	IOPub     int    `json:"iopub_port"`
	Stdin     int    `json:"stdin_port"`
	Control   int    `json:"control_port"`
	Heartbeat int    `json:"hb_port"`
	IP        string `json:"ip"`
	Key       string `json:"key"`
	Transport string `json:"transport"`
	Scheme    string `json:"signature_scheme"`
	Name      string `json:"kernel_name"`
}

// newConnection finds five free ports of this machine.
func newConnection() (Connection, error) {
	c := Connection{IP: "127.0.0.1", Key: newID(), Transport: "tcp", Scheme: "hmac-sha256", Name: "latpred"}
	for _, port := range []*int{&c.Shell, &c.IOPub, &c.Stdin, &c.Control, &c.Heartbeat} {
		l, err := net.Listen("tcp", c.IP+":0")
		if err != nil {
			return c, err
		}
		defer l.Close() // only when all five are found, so that they differ
		*port = l.Addr().(*net.TCPAddr).Port
	}
	return c, nil
}

// Session is a running Jupyter kernel, a process of GoNB, and the connection to it.
type Session struct {
	cmd     *exec.Cmd
	exited  chan struct{} // closed when the process has ended
	log     string        // file with what the process printed
	dir     string        // temporary files, removed by Close
	signer  signer
	session string
	shell   zmq4.Socket
	control zmq4.Socket
	iopub   zmq4.Socket
	events  chan message // from iopub
	replies chan message // from shell
	board   board
	stop    context.CancelFunc
	closing sync.Once
	watch   *watch // ends the Jupyter kernel when this process is killed
}

// startLimit bounds the wait for a Jupyter kernel to answer.
const startLimit = 60 * time.Second

// sendLimit bounds how long a message may wait for a Jupyter kernel that has gone.
const sendLimit = time.Second

// startAttempts bounds how often a Jupyter kernel is started whose ports another program took
// before it did.
const startAttempts = 3

// Start starts a Jupyter kernel in folder dir and waits until it answers. Close must be
// called.
func Start(ctx context.Context, launch Launch, dir string) (s *Session, err error) {
	for range startAttempts {
		if s, err = startOnce(ctx, launch, dir); !errors.Is(err, errPortTaken) {
			break
		}
	}
	return s, err
}

// errPortTaken is the error of a Jupyter kernel that found a port of its taken.
var errPortTaken = errors.New("a port that was free was taken by another program")

func startOnce(ctx context.Context, launch Launch, dir string) (*Session, error) {
	tmp, err := os.MkdirTemp("", "kernelext-")
	if err != nil {
		return nil, err
	}
	s := &Session{dir: tmp, session: newID(), exited: make(chan struct{}), log: filepath.Join(tmp, "kernel.log"),
		events: make(chan message, 1024), replies: make(chan message, 16), board: newBoard()}
	if err := s.start(ctx, launch, dir); err != nil {
		if log, _ := os.ReadFile(s.log); strings.Contains(string(log), syscall.EADDRINUSE.Error()) {
			err = errors.Join(err, errPortTaken)
		}
		err = fmt.Errorf("kernel: %w%s%s", err, s.complaint(), s.tail())
		s.Close()
		return nil, err
	}
	return s, nil
}

func (s *Session) start(ctx context.Context, launch Launch, dir string) error {
	connection, err := newConnection()
	if err != nil {
		return err
	}
	s.signer = signer{[]byte(connection.Key)}
	content, err := json.Marshal(connection)
	if err != nil {
		return err
	}
	file := filepath.Join(s.dir, "connection.json")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return err
	}
	log, err := os.Create(s.log)
	if err != nil {
		return err
	}
	defer log.Close()
	s.cmd = launch.Command(file)
	s.cmd.Dir, s.cmd.Stdout, s.cmd.Stderr = dir, log, log
	s.cmd.Env = append(s.cmd.Environ(), "TMPDIR="+s.dir) // GoNB's folders go with ours
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if s.watch, err = startWatch(s.dir); err != nil {
		return err
	}
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if err := s.watch.over(s.cmd.Process.Pid); err != nil {
		return err
	}
	go func() {
		_ = s.cmd.Wait() // how it ended shows in what it left undone
		close(s.exited)
	}()
	return s.connect(ctx, connection)
}

// connect opens the sockets and asks for the Jupyter kernel's name until it answers on
// both: what it publishes before the subscription has arrived is lost.
func (s *Session) connect(ctx context.Context, c Connection) error {
	sockets, stop := context.WithCancel(context.Background())
	s.stop = stop
	options := []zmq4.Option{zmq4.WithTimeout(sendLimit), zmq4.WithDialerRetry(50 * time.Millisecond), zmq4.WithDialerMaxRetries(int(startLimit / (50 * time.Millisecond)))}
	s.shell, s.control, s.iopub = zmq4.NewDealer(sockets, options...), zmq4.NewDealer(sockets, options...), zmq4.NewSub(sockets, options...)
	address := func(port int) string { return fmt.Sprintf("%s://%s:%d", c.Transport, c.IP, port) }
	dialled := make(chan error, 1)
	go func() {
		dialled <- errors.Join(s.iopub.Dial(address(c.IOPub)), s.iopub.SetOption(zmq4.OptionSubscribe, ""),
			s.shell.Dial(address(c.Shell)), s.control.Dial(address(c.Control)))
	}()
	select {
	case err := <-dialled:
		if err != nil {
			return err
		}
	case <-s.exited:
		return errors.New("it ended before it listened")
	case <-ctx.Done():
		return ctx.Err()
	}
	go s.receive(s.iopub, s.events)
	go s.receive(s.shell, s.replies)

	deadline := time.After(startLimit)
	for answered, heard := false, false; !answered || !heard; {
		if _, err := s.send(s.shell, "kernel_info_request", struct{}{}); err != nil {
			return err
		}
		wait := time.After(500 * time.Millisecond)
	listen:
		for {
			select {
			case <-s.replies:
				answered = true
			case <-s.events:
				heard = true
			case <-wait:
				break listen
			case <-s.exited:
				return errors.New("it ended at its start")
			case <-ctx.Done():
				return ctx.Err()
			case <-deadline:
				return fmt.Errorf("it did not answer within %v", startLimit)
			}
			if answered && heard {
				break listen
			}
		}
	}
	return nil
}

// receive passes on messages until the socket closes. One that can't be read is
// dropped: it is not from this Jupyter kernel.
func (s *Session) receive(socket zmq4.Socket, to chan<- message) {
	for {
		raw, err := socket.Recv()
		if err != nil {
			return
		}
		m, err := s.signer.decode(raw.Frames)
		if err != nil {
			continue
		}
		to <- m
	}
}

func (s *Session) send(socket zmq4.Socket, kind string, content any) (string, error) {
	id, frames, err := s.signer.encode(s.session, kind, content)
	if err != nil {
		return "", err
	}
	return id, socket.SendMulti(zmq4.NewMsgFrom(frames...))
}

// Interrupt asks the Jupyter kernel to stop the cell that runs.
func (s *Session) Interrupt() {
	_, _ = s.send(s.control, "interrupt_request", struct{}{}) // a kernel that is gone needs none
}

// Close ends the Jupyter kernel, if need be by force, and removes its temporary files.
func (s *Session) Close() {
	s.closing.Do(func() {
		if s.cmd != nil && s.cmd.Process != nil {
			if s.control != nil {
				_, _ = s.send(s.control, "shutdown_request", map[string]any{"restart": false})
			}
			group := -s.cmd.Process.Pid
			for _, step := range []struct {
				signal syscall.Signal
				wait   time.Duration
			}{{0, 300 * time.Millisecond}, {syscall.SIGTERM, 2 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
				_ = syscall.Kill(group, step.signal)
				select {
				case <-s.exited:
				case <-time.After(step.wait):
					continue
				}
				break
			}
			_ = syscall.Kill(group, syscall.SIGKILL) // cells that outlived it
		}
		if s.watch != nil {
			s.watch.end()
		}
		for _, s := range []zmq4.Socket{s.shell, s.control, s.iopub} {
			if s != nil {
				_ = s.Close()
			}
		}
		if s.stop != nil {
			s.stop()
		}
		os.RemoveAll(s.dir)
	})
}

// peakMB is the resident memory of the largest process that the Jupyter kernel was or had, in
// MB, once it has been closed; 0 where that is not known.
func (s *Session) peakMB() float64 {
	select {
	case <-s.exited:
	default:
		return 0
	}
	usage, ok := s.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) / 1e6 // bytes there
	}
	return float64(usage.Maxrss) * 1024 / 1e6
}

// complaint gives what the go command says in the Jupyter kernel's log, as of modules that
// don't go together; it stands far above the log's end.
func (s *Session) complaint() string {
	content, err := os.ReadFile(s.log)
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(content)) {
		if strings.HasPrefix(line, "go: ") && !strings.HasPrefix(line, "go: downloading ") {
			return ": " + strings.TrimSpace(line)
		}
	}
	return ""
}

// tail gives the last lines of the Jupyter kernel's log.
func (s *Session) tail() string {
	content, err := os.ReadFile(s.log)
	if err != nil || len(content) == 0 {
		return ""
	}
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	return "\n" + strings.Join(lines[max(0, len(lines)-10):], "\n")
}
