package campaign

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"golang.org/x/sync/errgroup"
)

// Local runs shards in processes of this machine, which end with this process. It is what
// other engines are compared with.
type Local struct {
	Program string // latpred
	Slots   int    // shards at the same time; below 1: one
}

// Submit returns the name of this process. Run does the work.
func (Local) Submit(context.Context, *Folder, []int) (id string, err error) {
	host, err := os.Hostname()
	return fmt.Sprintf("%s:%d:%s", host, os.Getpid(), started(os.Getpid())), err
}

// Run measures shards and returns when they have ended. When ctx ends, each keeps the rounds
// that it has. A shard that fails doesn't end the others; the error names its log.
func (l Local) Run(ctx context.Context, f *Folder, shards []int) error {
	var group errgroup.Group
	group.SetLimit(max(1, l.Slots))
	failed := make([]error, len(shards))
	for i, shard := range shards {
		group.Go(func() error {
			if err := l.run(ctx, f, shard); err != nil && ctx.Err() == nil {
				failed[i] = fmt.Errorf("shard %d: %w: see %s", shard, err, f.Log(shard))
			}
			return nil
		})
	}
	_ = group.Wait() // its functions give no error
	return errors.Join(ctx.Err(), errors.Join(failed...))
}

// run measures one shard.
func (l Local) run(ctx context.Context, f *Folder, shard int) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	log, err := os.OpenFile(f.Log(shard), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, l.Program, "campaign", "work", f.Dir, "--shard", strconv.Itoa(shard), "--attached")
	cmd.Stdout, cmd.Stderr = log, log
	proc.Group(cmd) // a terminal's interrupt comes through here alone
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGINT) }
	cmd.WaitDelay = 10 * time.Second
	life, err := cmd.StdinPipe() // the system closes it with this process, and the shard ends
	if err != nil {
		return err
	}
	defer life.Close()
	return cmd.Run()
}

// Attached returns a context that ends with standard input, which a parent holds open for as
// long as it lives.
func Attached(ctx context.Context, in io.Reader) context.Context {
	ctx, cancel := context.WithCancel(ctx)
	go func() {
		_, _ = io.Copy(io.Discard, in)
		cancel()
	}()
	return ctx
}

// Tasks returns the shards of a process that is still there, as running. This one, which
// asks, has done with its own.
func (Local) Tasks(_ context.Context, f *Folder, id string) (map[int]Task, error) {
	host, err := os.Hostname()
	if err != nil {
		return nil, err
	}
	name, rest, _ := strings.Cut(id, ":")
	text, began, _ := strings.Cut(rest, ":")
	pid, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %q names no process", f.submissionsFile(), id)
	}
	if name != host || pid == os.Getpid() || !proc.Alive(pid) || started(pid) != began {
		return nil, nil
	}
	list, err := f.Submissions()
	if err != nil {
		return nil, err
	}
	tasks := map[int]Task{}
	for _, s := range list {
		if s.ID == id {
			for _, shard := range s.Shards {
				tasks[shard] = Task{ID: text, State: Running, Node: host}
			}
		}
	}
	return tasks, nil
}

// Cancel asks the process to end.
func (l Local) Cancel(ctx context.Context, f *Folder, id string) error {
	tasks, err := l.Tasks(ctx, f, id)
	for _, t := range tasks {
		pid, _ := strconv.Atoi(t.ID) // Tasks has read it
		return proc.Interrupt(pid)
	}
	return err
}

// started is when a process began, in the system's own units; "" where it does not tell.
func started(pid int) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return ""
	}
	_, after, _ := strings.Cut(string(text), ") ") // the program's name may have spaces
	if fields := strings.Fields(after); len(fields) > 19 {
		return fields[19]
	}
	return ""
}
