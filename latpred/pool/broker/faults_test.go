package broker

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// How many faults TestPoolSurvives injects, which takes about a second for each:
// go test ./latpred/pool/broker -run Survives -v -faults 200 -timeout 30m
var (
	faultCount = flag.Int("faults", 5, "faults to inject")
	faultSeed  = flag.Uint64("faults.seed", 1, "seed of the faults")
	faultNodes = flag.Int("faults.servers", 1, "servers: 1, or 3 as a cluster")
)

// fault is done to a campaign and leaves all processes running. It names the device that is
// hit, or ""; what it waits for itself does not count as recovery.
type fault struct {
	name string
	do   func(th *theatre) (device string)
}

// faults are all that there are.
var faults = []fault{
	{"worker killed", func(th *theatre) string { w := th.worker(); w.kill(); th.start(w); return w.role.Device }},
	{"coordinator killed", func(th *theatre) string { th.coordinator.kill(); th.start(th.coordinator); return "" }},
	{"server killed", func(th *theatre) string {
		s := th.server()
		s.kill()
		th.pause(500 * time.Millisecond)
		th.start(s)
		return ""
	}},
	{"leader killed", func(th *theatre) string { // of the stream
		if s := th.leader(); s != nil {
			s.kill()
			th.start(s)
		}
		return ""
	}},
	{"all killed, in any order", func(th *theatre) string {
		all := slices.Concat(th.servers, th.workers, []*actor{th.coordinator})
		th.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, a := range all {
			a.kill()
		}
		th.rng.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		for _, a := range all {
			th.start(a)
		}
		return ""
	}},
	{"worker stopped for 3 s", func(th *theatre) string {
		w := th.worker()
		w.signal(syscall.SIGSTOP)
		time.Sleep(3 * time.Second)
		w.signal(syscall.SIGCONT)
		return w.role.Device
	}},
	{"coordinator stopped for 3 s", func(th *theatre) string {
		th.coordinator.signal(syscall.SIGSTOP)
		time.Sleep(3 * time.Second)
		th.coordinator.signal(syscall.SIGCONT)
		return ""
	}},
	{"machine suspended for 3 s", func(th *theatre) string {
		all := slices.Concat(th.servers, th.workers, []*actor{th.coordinator})
		for _, a := range all {
			a.signal(syscall.SIGSTOP)
		}
		time.Sleep(3 * time.Second)
		for _, a := range all {
			a.signal(syscall.SIGCONT)
		}
		return ""
	}},
	{"two workers on a device", func(th *theatre) string {
		w := th.worker()
		newer := &actor{role: w.role, stderr: w.stderr}
		newer.role.Dir += "x"
		th.start(newer)
		for began := time.Now(); w.running(); time.Sleep(10 * time.Millisecond) {
			if over := th.over(); over || time.Since(began) > 30*time.Second {
				w.kill()
				if !over { // else nobody gives a lease
					th.t.Errorf("the older worker of %s was not fenced", w.role.Device)
				}
			}
		}
		*w = *newer
		return w.role.Device
	}},
	{"hung measurement", func(th *theatre) string { // longer than Limits.Stall
		w := th.worker()
		w.kill()
		w.role.Hang = true
		th.start(w)
		time.Sleep(time.Second)
		w.role.Hang = false
		go func(w *actor, a actor) {
			time.Sleep(5 * time.Second)
			a.kill()
		}(w, *w)
		spare := &actor{role: w.role, stderr: w.stderr}
		spare.role.Device += "b"
		th.start(spare)
		*w = *spare
		return w.role.Device
	}},
	{"result delivered twice", func(th *theatre) string {
		th.mu.Lock()
		defer th.mu.Unlock()
		if len(th.results) > 0 {
			m := th.results[th.rng.IntN(len(th.results))]
			_ = th.observer.nc.Publish(m.Subject, m.Data)
		}
		return ""
	}},
	{"journal torn", func(th *theatre) string {
		th.coordinator.kill()
		files, _ := filepath.Glob(filepath.Join(th.coordinator.role.Dir, "journals", "*.jsonl"))
		if len(files) > 0 {
			file := files[th.rng.IntN(len(files))]
			if info, err := os.Stat(file); err == nil {
				_ = os.Truncate(file, max(0, info.Size()-1-th.rng.Int64N(2000)))
			}
		}
		th.start(th.coordinator)
		return ""
	}},
	{"stream full for 2 s", func(th *theatre) string {
		th.full.Store(true)
		for range 200 {
			ctx, cancel := context.WithTimeout(th.t.Context(), time.Second)
			_, err := th.observer.js.Publish(ctx, th.junk(), make([]byte, 1<<14), jetstream.WithRetryAttempts(1))
			cancel()
			if err != nil {
				break
			}
		}
		time.Sleep(2 * time.Second)
		th.full.Store(false)
		return ""
	}},
}

// disturb injects a fault and notes how long it takes until the device that was hit has
// measured a group, or any device where all were.
func (th *theatre) disturb(f fault) {
	before := th.done("")
	device := f.do(th)
	th.faults++
	began := time.Now()
	if device != "" || th.done("") < before {
		before = th.done(device)
	}
	for !th.over() && th.done(device) <= before {
		if time.Since(began) > time.Minute {
			th.fail("no group was measured for a minute after: %s", f.name)
		}
		if now := th.done(device); now < before { // a new coordinator counts anew
			before = now
		}
		time.Sleep(10 * time.Millisecond)
	}
	if !th.over() {
		th.took[f.name] = append(th.took[f.name], time.Since(began).Seconds())
	}
}

// Whatever is killed, stopped, torn or doubled: in the end every network is measured, once.
func TestPoolSurvives(t *testing.T) {
	t.Parallel()
	th := open(t, *faultNodes)
	th.plan = plan{Networks: 400, Group: 4, Replicas: *faultNodes, MaxBytes: 1 << 20}
	if *faultCount < 20 {
		th.plan.Networks = 120
	}
	order := th.rng.Perm(len(faults))
	for campaigns := 0; th.faults < *faultCount; campaigns++ {
		th.begin(fmt.Sprint("campaign", campaigns), 4)
		for !th.over() {
			th.pause(400 * time.Millisecond)
			if th.faults < *faultCount && !th.over() {
				th.disturb(faults[order[th.faults%len(order)]])
			}
		}
		if err := th.plan.want(th.coordinator.role.Dir); err != nil {
			th.fail("%s, after %d faults: %v", th.plan.Name, th.faults, err)
		}
		t.Logf("%s: %d faults so far, 0 networks lost, 0 doubled: %s", th.plan.Name, th.faults, strings.TrimSpace(th.coordinator.stdout.String()))
	}
	for _, name := range sortedKeys(th.took) {
		slices.Sort(th.took[name])
		n := len(th.took[name])
		t.Logf("%-30s %3d times; recovered after %.2f s in the median, %.2f s at most", name, n, th.took[name][n/2], th.took[name][n-1])
	}
}

// A coordinator that hangs is replaced, and ends when it wakes up: nothing that it does then
// counts.
func TestPoolReplacesAHungCoordinator(t *testing.T) {
	t.Parallel()
	th := open(t, 1)
	th.plan = plan{Networks: 80, Group: 4}
	th.begin("campaign", 2)
	for began := time.Now(); th.done("") < 3; time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			th.fail("nothing is measured")
		}
	}
	hung := th.coordinator
	hung.signal(syscall.SIGSTOP)
	newer := &actor{role: hung.role}
	newer.role.Dir = filepath.Join(th.dir, "newer")
	th.coordinator = newer
	th.start(newer)
	time.Sleep(2 * time.Second)
	hung.signal(syscall.SIGCONT)
	for began := time.Now(); !th.over() || hung.running(); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > time.Minute {
			th.fail("hung: %v, newer: %v", hung.running(), newer.running())
		}
	}
	if said := hung.stderr.String(); hung.cmd.ProcessState.Success() || !strings.Contains(said, ErrReplaced.Error()) {
		t.Errorf("the older coordinator ended with %v: %s", hung.cmd.ProcessState, said)
	}
	if err := th.plan.want(newer.role.Dir); err != nil {
		th.fail("%v", err)
	}
}

func sortedKeys(m map[string][]float64) (list []string) {
	for k := range m {
		list = append(list, k)
	}
	slices.Sort(list)
	return list
}
