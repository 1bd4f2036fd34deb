package broker

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/pool"
	"github.com/ofalat/ofalat/latpred/space"
)

// role is what a process of the test's program is, for tests that kill it.
type role struct {
	Role   string // server, coordinator or worker
	Server ServerOptions
	URL    string // of the pool
	Dir    string
	Plan   plan
	Device string
	RunMs  float64 // of a timed run, really
	Hang   bool    // every measurement hangs
}

// plan is a small campaign.
type plan struct {
	Name            string
	Networks, Group int
	Replicas        int
	MaxBytes        int64
	Lost, Stall     time.Duration
}

func TestMain(m *testing.M) {
	if text := os.Getenv("POOL_TEST_ROLE"); text != "" {
		var r role
		if err := json.Unmarshal([]byte(text), &r); err != nil {
			panic(err)
		}
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		defer stop()
		if err := r.play(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func (r role) play(ctx context.Context) error {
	if r.Role == "server" {
		s, err := StartServer(r.Server)
		if err != nil {
			return err
		}
		<-ctx.Done()
		s.Close()
		return nil
	}
	log := func(text string) { fmt.Fprintln(os.Stderr, time.Now().Format("05.00"), text) }
	p, err := Connect(ctx, Options{URL: r.URL, Pool: "test", Log: log})
	if err != nil {
		return err
	}
	defer p.Close()
	if r.Role == "coordinator" {
		status, err := p.Coordinate(ctx, r.Plan.campaign(r.Dir))
		if err == nil {
			err = json.NewEncoder(os.Stdout).Encode(status)
		}
		return err
	}
	w := r.worker()
	w.Observe = func(e Event) {
		if e.Step == nil {
			log(e.Text)
		}
	}
	return p.Work(ctx, w)
}

func (r role) worker() Worker {
	return Worker{Device: r.Device, Instrument: &stopwatch{ms: r.RunMs, hang: r.Hang}, Dir: r.Dir, Beat: 200 * time.Millisecond}
}

const testSpace = "nasbench201"

func (p plan) networks() []string {
	s, err := space.ByID(testSpace)
	if err != nil {
		panic(err)
	}
	archs, err := measure.Sample(s, 1, p.Networks)
	if err != nil {
		panic(err)
	}
	var list []string
	for _, a := range archs {
		list = append(list, a.String())
	}
	return list
}

func (p plan) campaign(dir string) Campaign {
	c := Campaign{
		Job: pool.Job{Campaign: p.Name, Space: testSpace, Seed: 1, Batch: 1, Threads: 1, Rounds: 3, Extra: -1, Runs: 2},
		Dir: dir, Replicas: p.Replicas, MaxBytes: p.MaxBytes, Tick: 100 * time.Millisecond,
		Limits: pool.Limits{Lost: cmp.Or(p.Lost, 2*time.Second), Stall: cmp.Or(p.Stall, 4*time.Second), Rest: 100 * time.Millisecond, Losses: 1000},
	}
	names := p.networks()
	for from := 0; from < len(names); from += p.Group {
		c.Groups = append(c.Groups, names[from:min(from+p.Group, len(names))])
	}
	return c
}

// stopwatch is an instrument whose networks take a time that their names decide.
type stopwatch struct {
	ms    float64 // that a run really takes
	hang  bool
	group int // units that are measured in turn; 0: all of the task
}

func (w *stopwatch) Facts(context.Context) (pool.Facts, error) {
	return pool.Facts{Labels: map[string]string{"model": "stopwatch"}, Runners: map[string]string{"": ""}}, nil
}

func (w *stopwatch) Unready(context.Context) string { return "" }

func (w *stopwatch) Measure(ctx context.Context, t *pool.Task, journal string, observe func(measure.Progress)) error {
	if w.hang {
		<-ctx.Done()
		return ctx.Err()
	}
	s, err := space.ByID(t.Space)
	if err != nil {
		return err
	}
	d := measure.NewDevice(s, measure.Header{Device: "stopwatch-b1", Batch: t.Batch}, measure.Config{Rounds: t.Rounds, Extra: t.Extra, Runs: t.Runs, WarmUps: -1, Discard: -1, Group: cmp.Or(w.group, len(t.Units))})
	d.Network = func(a space.Arch) (measure.Subject, error) { return lap{w, trueMs(a.String())}, nil }
	var archs []space.Arch
	for _, u := range t.Units {
		a, err := space.Parse(u)
		if err != nil {
			return err
		}
		archs = append(archs, a)
	}
	_, err = d.Nets(ctx, archs, t.Seed, journal, observe)
	return err
}

// trueMs is what a network takes.
func trueMs(arch string) float64 {
	h := fnv.New32a()
	h.Write([]byte(arch))
	return float64(100+h.Sum32()%1000) / 64 // exact in binary, so that nothing is rounded
}

type lap struct {
	w  *stopwatch
	ms float64
}

func (l lap) Run(ctx context.Context) (float64, error) {
	if l.w.ms > 0 {
		if err := sleep(ctx, time.Duration(l.w.ms*float64(time.Millisecond))); err != nil {
			return 0, err
		}
	}
	return l.ms, ctx.Err()
}

func (lap) Close() {}

// want errs unless the folder's journals have every network of a plan once, with its true
// time.
func (p plan) want(dir string) error {
	files, err := filepath.Glob(filepath.Join(dir, "journals", "*.jsonl"))
	if err != nil {
		return err
	}
	found := map[string]int{}
	for _, file := range files {
		j, err := measure.ReadJournalFile(file)
		if err != nil {
			return err
		}
		for _, r := range j.Results() {
			found[r.Key]++
			if r.LatencyMs != trueMs(r.Key) {
				return fmt.Errorf("%s: %v ms, want %v", r.Key, r.LatencyMs, trueMs(r.Key))
			}
		}
	}
	lost, doubled := 0, 0
	for _, n := range p.networks() {
		switch found[n] {
		case 1:
		case 0:
			lost++
		default:
			doubled++
		}
	}
	if lost+doubled > 0 || len(found) != p.Networks {
		return fmt.Errorf("%d networks lost, %d doubled, %d in %d journals", lost, doubled, len(found), len(files))
	}
	return nil
}
