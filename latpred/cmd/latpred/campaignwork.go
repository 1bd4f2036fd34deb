package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ofalat/ofalat/internal/proc"
	"github.com/ofalat/ofalat/latpred/campaign"
	"github.com/ofalat/ofalat/latpred/campaign/slurm"
	"github.com/ofalat/ofalat/latpred/measure"
)

type campaignWorkCmd struct {
	Dir      string        `arg:"" help:"Folder of the campaign." type:"path"`
	Plan     string        `help:"Make the folder of this plan, if it is not there yet." type:"existingfile"`
	Shard    int           `required:"" xor:"shard" min:"1" max:"100000" help:"Which one, from 1."`
	Index    *int          `required:"" xor:"shard" min:"0" max:"99999" help:"Which one, from 0, as Kubernetes counts."`
	Warning  time.Duration `min:"0s" max:"24h" help:"Time between SIGUSR1, which asks for an end with the group in hand, and the process's end by the queue: a group that takes longer is left at a round."`
	Attached bool          `hidden:"" help:"End with standard input."`
}

// Run measures a shard. Asked to end by SIGUSR1 or SIGTERM it ends with the group in hand;
// a task of Slurm that SIGUSR1 asked queues itself again.
func (c *campaignWorkCmd) Run(ctx context.Context, out *output) error {
	work, requeue, done := c.listen(ctx)
	defer done()
	if c.Attached {
		work = campaign.Attached(work, os.Stdin)
	}
	f, err := c.open()
	if err != nil {
		return err
	}
	args, err := localArgs(f.Plan)
	if err != nil {
		return err
	}
	before, err := f.Progress(c.Shard)
	if err != nil || before.Complete() {
		return err
	}
	if err := alone(ctx, f.Journal(c.Shard)); err != nil {
		return err
	}
	out.saves.Store(true)
	began := time.Now()
	run(work, append(f.Program(c.Shard), args...), newOutput(out.stdout.w, out.stderr)) // it says itself what is wrong
	after, err := f.Progress(c.Shard)
	switch again := requeue.Load() && *f.Plan.Slurm.Requeue; {
	case err != nil || after.Complete():
		return err
	case again && after.Rounds == before.Rounds && long(f.Plan.Slurm, time.Since(began)):
		return fmt.Errorf("shard %d has not got further in the time that it was given, and is not queued again: allow more, or smaller groups", c.Shard)
	case again:
		return c.again(ctx)
	}
	return fmt.Errorf("shard %d is not complete: %d of %d are measured", c.Shard, after.Units, after.Of)
}

// open opens the campaign's folder, or makes it, and errs if the shard is not for this
// machine.
func (c *campaignWorkCmd) open() (f *campaign.Folder, err error) {
	if c.Plan != "" {
		f, err = campaign.Create(c.Dir, c.Plan)
	} else {
		f, err = campaign.Open(c.Dir)
	}
	if err != nil {
		return nil, err
	}
	if c.Index != nil {
		c.Shard = *c.Index + 1
	}
	if c.Shard > f.Plan.Shards {
		return nil, fmt.Errorf("shard %d: the plan has %d", c.Shard, f.Plan.Shards)
	}
	return f, f.Plan.Device.Fits(campaign.MachineLabels())
}

// alone returns when no other process has the journal, such as one that is ending because its
// parent was killed.
func alone(ctx context.Context, journal string) error {
	if _, err := os.Stat(journal); err != nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	release, err := measure.Lock(limited, journal, measure.Wait)
	if err != nil && ctx.Err() == nil {
		return fmt.Errorf("%s: another process is measuring into it", journal)
	}
	if err == nil {
		release()
	}
	return err
}

// long reports whether a task had at least half of the time that it can have before it is
// asked to end: if it got no further in that, it will not the next time.
func long(s campaign.Slurm, took time.Duration) bool {
	return s.Time > 0 && took > (s.Time-s.Warning)/2
}

// listen returns a context for a measurement that ends with its group at SIGUSR1 or SIGTERM.
// After SIGUSR1 requeue is true, and when most of the warning is over the context ends.
func (c *campaignWorkCmd) listen(ctx context.Context) (_ context.Context, requeue *atomic.Bool, done func()) {
	signal.Reset(syscall.SIGTERM) // which elsewhere ends at once
	signals, asked := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, proc.UserSignal, syscall.SIGTERM)
	ctx, cancel := context.WithCancel(context.WithValue(ctx, enoughKey{}, (<-chan struct{})(asked)))
	requeue = new(atomic.Bool)
	go func() {
		for once := true; ; once = false {
			select {
			case <-ctx.Done():
				return
			case s := <-signals:
				if once {
					close(asked)
				}
				if s == proc.UserSignal && os.Getenv("SLURM_JOB_ID") != "" {
					requeue.Store(true)
				}
				if s == proc.UserSignal && c.Warning > 0 {
					time.AfterFunc(c.Warning*3/4, cancel)
				}
			}
		}
	}()
	return ctx, requeue, func() {
		signal.Stop(signals)
		cancel()
	}
}

// again queues this task of Slurm again. The controller may be away for a moment.
func (c *campaignWorkCmd) again(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, max(time.Minute, c.Warning/4))
	defer cancel()
	for {
		err := slurm.Requeue(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, errors.New("this task is not queued again: latpred campaign resume does it"))
		case <-time.After(2 * time.Second):
		}
	}
}
