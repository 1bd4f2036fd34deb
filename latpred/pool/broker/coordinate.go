package broker

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
)

// Campaign is what a coordinator offers to a pool.
type Campaign struct {
	Job      pool.Job
	Groups   [][]string // networks by group
	Wish     pool.Wish
	Limits   pool.Limits
	Dir      string            // of its pool.Folder
	Replicas int               // of the stream, in a cluster; 0: 1
	MaxBytes int64             // of results that wait in the stream; 0: 1 GiB
	Tick     time.Duration     // how often silence is looked for and the status told; 0: a second
	Observe  func(pool.Status) // told the status; nil: nobody
}

// Coordinate offers a campaign's groups to the pool until all are measured, or ctx ends. It
// goes on from what an earlier coordinator has left in the folder and the stream. It errs
// with ErrReplaced if another coordinator takes the pool, and if results can't be kept.
func (p *Pool) Coordinate(ctx context.Context, c Campaign) (pool.Status, error) {
	folder, err := pool.OpenFolder(ctx, c.Dir, c.Job, c.Groups)
	if err != nil {
		return pool.Status{}, err
	}
	s := &seat{Campaign: c, folder: folder, machine: pool.NewCoordinator(c.Job, c.Groups, c.Wish, c.Limits), began: time.Now()}
	err = s.run(ctx, p)
	return s.status(p), errors.Join(err, folder.Close())
}

// seat is a coordinator at work.
type seat struct {
	Campaign
	folder  *pool.Folder
	machine *pool.Coordinator
	claim   *claim
	began   time.Time
}

// now is the time of the state machine, which does not follow the wall clock.
func (s *seat) now() time.Duration { return time.Since(s.began) }

func (s *seat) run(ctx context.Context, p *Pool) (err error) {
	id := rand.Text()
	ping, err := p.nc.Subscribe(p.subject("coordinator", id), func(m *nats.Msg) { _ = m.Respond(nil) })
	if err != nil {
		return err
	}
	defer func() { _ = ping.Unsubscribe() }()
	var orders map[string]pool.Order
	if s.claim, orders, err = p.take(ctx, id, s.Job.Campaign, max(1, s.Replicas), cmp.Or(s.MaxBytes, 1<<30)); err != nil {
		return err
	}
	s.folder.Tell(s.machine)
	for device, o := range orders {
		s.machine.Restore(device, o)
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	reports := make(chan *nats.Msg, 1<<12)
	heard, err := p.nc.ChanSubscribe(p.subject("report"), reports)
	if err != nil {
		return err
	}
	defer func() { _ = heard.Unsubscribe() }()
	results := make(chan jetstream.Msg)
	go p.results(ctx, s.Job.Campaign, max(1, s.Replicas), results)
	return s.serve(ctx, p, reports, results)
}

// serve takes one message after the other.
func (s *seat) serve(ctx context.Context, p *Pool, reports <-chan *nats.Msg, results <-chan jetstream.Msg) error {
	tick := time.NewTicker(cmp.Or(s.Tick, time.Second))
	defer tick.Stop()
	quiet := 0
	for {
		var err error
		select {
		case <-ctx.Done():
			return ctx.Err()
		case m := <-reports:
			err = s.hear(ctx, m.Data)
		case m := <-results:
			quiet = 0
			err = s.result(ctx, m)
		case <-tick.C:
			if !p.nc.IsConnected() {
				break // nobody can be heard: time stands still
			}
			s.status(p)
			err = s.give(ctx, s.machine.Tick(s.now()))
			if s.machine.Over() {
				quiet++ // what still comes is kept
			}
		}
		if err != nil {
			return err
		}
		if quiet > 1 {
			return nil
		}
	}
}

// hear takes a report.
func (s *seat) hear(ctx context.Context, text []byte) error {
	r, err := pool.ParseReport(text)
	if err != nil {
		s.claim.options.Log("a report that is none of ours: " + err.Error())
		return nil
	}
	return s.give(ctx, s.machine.Hear(s.now(), r))
}

// result judges and keeps a result. Its message is acknowledged when the result is on disk
// and the orders that follow are given, so that it comes again after a kill.
func (s *seat) result(ctx context.Context, m jetstream.Msg) error {
	r, err := pool.ParseResult(m.Data())
	if err != nil {
		s.claim.options.Log("a result that is none of ours: " + err.Error())
		return m.Term()
	}
	kind := s.Wish.Kind(r.Facts)
	j, bad := s.folder.Check(kind, r)
	verdict, orders := s.machine.Take(s.now(), r, bad)
	if err := s.keep(verdict, kind, r, j, bad); err != nil {
		return err
	}
	if err := s.give(ctx, orders); err != nil {
		return err
	}
	_ = m.Ack() // else it comes again, which is seen
	return nil
}

func (s *seat) keep(verdict pool.Verdict, kind string, r pool.Result, j *measure.Journal, bad string) error {
	fresh, err := s.folder.Keep(verdict, kind, r, j)
	if err != nil {
		return fmt.Errorf("keeping group %d of %s: %w", r.Doing.Group, r.Device, err)
	}
	say := func(format string, args ...any) {
		s.claim.options.Log(fmt.Sprintf("group %d on %s: "+format, append([]any{r.Doing.Group, r.Device}, args...)...))
	}
	switch {
	case verdict == pool.Again && fresh:
		s.machine.Repeated()
		say("measured once more; the repeat is kept aside")
	case verdict == pool.Fenced && fresh:
		say("measured by a worker whose device had another one; it is kept aside")
	case verdict == pool.Refused:
		say("refused: %s", cmp.Or(bad, "the device takes no part, or it is no group of the campaign"))
	case verdict == pool.Failed:
		say("failed: %s", r.Failure)
	}
	return nil
}

// give writes orders where their devices find them.
func (s *seat) give(ctx context.Context, orders []pool.Addressed) error {
	for _, a := range orders {
		if err := s.claim.order(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// status tells everybody how far the campaign is.
func (s *seat) status(p *Pool) pool.Status {
	st := s.machine.Status(s.now())
	st.Pool, st.At = p.options.Pool, time.Now().UTC().Truncate(time.Second)
	if text, err := json.Marshal(st); err == nil {
		_ = p.nc.Publish(p.subject("status"), text) // the next says the same
	}
	if s.Observe != nil {
		s.Observe(st)
	}
	return st
}

// results passes on the results of a campaign as they come, until ctx ends.
func (p *Pool) results(ctx context.Context, campaign string, replicas int, to chan<- jetstream.Msg) {
	for ctx.Err() == nil {
		var consumer jetstream.Consumer
		err := p.again(ctx, "reading results", nil, func(ctx context.Context) (err error) {
			consumer, err = p.js.CreateOrUpdateConsumer(ctx, p.stream(), jetstream.ConsumerConfig{
				Durable: "campaign-" + token(campaign), FilterSubject: p.subject("result", token(campaign), ">"),
				AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxAckPending: 1000, Replicas: replicas,
			})
			return err
		})
		for err == nil {
			err = pull(ctx, consumer, to)
		}
		_ = sleep(ctx, 100*time.Millisecond)
	}
}

// ackWait is how long a result that was handed out is not handed out again.
const ackWait = 5 * time.Second

// pull passes on the next results.
func pull(ctx context.Context, from jetstream.Consumer, to chan<- jetstream.Msg) error {
	batch, err := from.Fetch(100, jetstream.FetchMaxWait(time.Second))
	if err != nil {
		return err
	}
	for m := range batch.Messages() {
		select {
		case to <- m:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := batch.Error(); err != nil && !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, nats.ErrTimeout) {
		return err
	}
	return ctx.Err()
}
