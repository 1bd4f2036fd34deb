package pool

import (
	"container/heap"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
	"time"
)

// The campaign of TestSimulatedCampaign, which flags make larger:
// go test ./latpred/pool -run Simulated -v -sim.devices 1000 -sim.networks 10000 -sim.kinds 50
var (
	simDevices  = flag.Int("sim.devices", 60, "devices of the simulated campaign")
	simKinds    = flag.Int("sim.kinds", 3, "kinds that they are of")
	simNetworks = flag.Int("sim.networks", 2000, "networks that each kind measures")
	simFaults   = flag.Float64("sim.faults", 20, "how often things go wrong, 0: never")
)

// world is a campaign in virtual time: the state machines are the real ones; the network
// loses, doubles and delays, workers and the coordinator die and come back, devices vanish
// and hang.
type world struct {
	rng    *rand.Rand
	faults float64
	now    time.Duration
	events events
	seq    int

	groups   [][]string
	job      Job
	wish     Wish
	limits   Limits
	c        *Coordinator // nil: it is dead
	orders   map[string]Order
	devices  []*simDevice
	byName   map[string]*simDevice
	stream   []Result       // not acknowledged
	accepted map[string]int // by kind and group

	counts                                           Counts // of coordinators that are dead
	messages, crashes, vanished, hangs, coordinators int
}

// simDevice is a device with its worker.
type simDevice struct {
	name    string
	model   string
	speed   float64 // factor on times
	agent   *Agent  // nil: it is dead
	worker  int
	run     int // of measuring, so that an old end is not taken for a new one
	started time.Duration
	hung    bool
	away    bool
	spent   time.Duration // measuring, whatever became of it
}

type event struct {
	at  time.Duration
	seq int
	do  func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].seq < e[j].seq
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

func (w *world) after(d time.Duration, do func()) {
	w.seq++
	heap.Push(&w.events, event{w.now + d, w.seq, do})
}

// exponential draws a time with a mean.
func (w *world) exponential(mean time.Duration) time.Duration {
	return time.Duration(w.rng.ExpFloat64() * float64(mean))
}

const (
	simBeat    = 10 * time.Second
	simTick    = 5 * time.Second
	simNetwork = 20 * time.Second // measuring one, on a device of speed 1
	simGroup   = 24
)

func newWorld(seed uint64, devices, kinds, networks int, faults float64) *world {
	w := &world{rng: rand.New(rand.NewPCG(seed, 22)), faults: faults, orders: map[string]Order{}, byName: map[string]*simDevice{}, accepted: map[string]int{}}
	for from := 0; from < networks; from += simGroup {
		var g []string
		for n := from; n < min(from+simGroup, networks); n++ {
			g = append(g, fmt.Sprint("network ", n))
		}
		w.groups = append(w.groups, g)
	}
	w.job = Job{Campaign: "simulated"}
	w.limits = Limits{Kinds: kinds, Losses: 100}
	for i := range devices {
		d := &simDevice{name: fmt.Sprint("device-", i), model: modelOf(i % kinds), speed: math.Exp(.2 * w.rng.NormFloat64())}
		w.devices, w.byName[d.name] = append(w.devices, d), d
		w.after(w.exponential(time.Minute), func() { w.begin(d) })
		if faults > 0 {
			w.disturb(12*time.Hour, func() { w.crashes++; w.kill(d); w.after(time.Minute, func() { w.begin(d) }) })
			w.disturb(24*time.Hour, func() { w.vanished++; d.away = true; w.after(w.exponential(20*time.Minute), func() { d.away = false }) })
			w.disturb(96*time.Hour, func() { w.hangs++; d.hung = true })
		}
	}
	w.serve()
	if faults > 0 {
		w.disturb(6*time.Hour, func() {
			if w.c != nil {
				w.counts = w.counts.and(w.c.counts)
				w.c = nil
				w.after(5*time.Minute, w.serve)
			}
		})
	}
	w.after(simTick, w.tick)
	return w
}

// disturb does something again and again, in the mean after so long.
func (w *world) disturb(mean time.Duration, do func()) {
	w.after(w.exponential(time.Duration(float64(mean)/w.faults)), func() { do(); w.disturb(mean, do) })
}

// serve starts a coordinator, which knows orders and accepted results, as from the stream
// and the journals.
func (w *world) serve() {
	w.coordinators++
	w.c = NewCoordinator(w.job, w.groups, w.wish, w.limits)
	w.c.now = w.now
	for k := range w.limits.Kinds {
		model := modelOf(k)
		for g := range w.groups {
			if w.accepted[acceptedKey(model, g)] > 0 {
				w.c.Finished(model, g)
			}
		}
	}
	for _, d := range w.devices {
		if o, ok := w.orders[d.name]; ok {
			w.c.Restore(d.name, o)
		}
	}
	w.drain()
}

func modelOf(kind int) string { return fmt.Sprint("model ", kind) }

func acceptedKey(model string, group int) string { return fmt.Sprint(model, "/", group) }

func (w *world) tick() {
	if w.c != nil {
		w.publish(w.c.Tick(w.now))
	}
	w.after(simTick, w.tick)
}

// begin starts a worker and its heart.
func (w *world) begin(d *simDevice) {
	if d.agent != nil {
		return
	}
	d.worker++
	f := Facts{Device: d.name, Labels: map[string]string{"model": d.model}, Runners: map[string]string{"": ""}}
	d.agent = NewAgent(f, fmt.Sprint("w", d.worker))
	w.beat(d, d.worker)
}

func (w *world) kill(d *simDevice) {
	w.end(d)
	d.agent, d.hung = nil, false
}

// end ends what a device measures.
func (w *world) end(d *simDevice) {
	if d.agent != nil && d.agent.task != nil {
		d.spent += w.now - d.started
	}
	d.run++
}

func (w *world) beat(d *simDevice, worker int) {
	if d.agent == nil || d.worker != worker {
		return
	}
	if !d.away {
		w.obey(d, w.orders[d.name]) // in case that it was not told of it
		if d.agent.task != nil && !d.hung {
			d.agent.Progress("", 0)
		}
		r := d.agent.Report("")
		if !w.loses() {
			w.after(w.delay(), func() { w.report(r) })
		}
	}
	w.after(simBeat, func() { w.beat(d, worker) })
}

func (w *world) loses() bool          { return w.rng.Float64() < .01*w.faults }
func (w *world) delay() time.Duration { return w.exponential(20 * time.Millisecond) }

func (w *world) report(r Report) {
	if w.c != nil {
		w.messages++
		w.publish(w.c.Hear(w.now, r))
	}
}

// publish stores orders and tells workers of them.
func (w *world) publish(list []Addressed) {
	for _, a := range list {
		w.orders[a.Device] = a.Order
		d := w.byName[a.Device]
		if !w.loses() {
			w.after(w.delay(), func() {
				if d.agent != nil && !d.away {
					w.obey(d, a.Order)
				}
			})
		}
	}
}

func (w *world) obey(d *simDevice, o Order) {
	before := d.agent.task
	if before != nil {
		defer func(started time.Duration) {
			if d.agent.task != before {
				d.spent += w.now - started
			}
		}(d.started)
	}
	do := d.agent.Obey(o)
	if do.Stop {
		d.run++
		d.hung = false // it is ended from outside
	}
	if do.Start == nil {
		return
	}
	d.run++
	d.started = w.now
	run, task := d.run, do.Start
	takes := time.Duration(float64(len(task.Units)+3) * d.speed * float64(simNetwork))
	w.after(takes, func() { w.finish(d, run, task) })
}

func (w *world) finish(d *simDevice, run int, task *Task) {
	if d.run != run || d.agent == nil || d.hung {
		return
	}
	if d.away { // what has begun is measured; it can't be told yet
		w.after(simBeat, func() { w.finish(d, run, task) })
		return
	}
	d.spent += w.now - d.started
	if r, ok := d.agent.End(task, []byte("journal"), ""); ok {
		agent := d.agent
		w.after(w.delay(), func() {
			agent.Delivered(r)
			w.stream = append(w.stream, r)
			if w.loses() { // the acknowledgement
				w.stream = append(w.stream, r)
			}
			w.drain()
		})
	}
}

func (w *world) drain() {
	if w.c == nil {
		return
	}
	for _, r := range w.stream {
		w.messages++
		v, changed := w.c.Take(w.now, r, "")
		if v == Accepted {
			w.accepted[acceptedKey(w.byName[r.Device].model, r.Doing.Group)]++
		}
		w.publish(changed)
	}
	w.stream = nil
}

// run lets the campaign come to its end.
func (w *world) run(t testing.TB) {
	for w.c == nil || !w.c.Over() {
		if w.now > 5000*time.Hour {
			t.Fatalf("no end: %+v", w.c.Status(w.now).Counts)
		}
		e := heap.Pop(&w.events).(event)
		w.now = e.at
		e.do()
	}
}

func TestSimulatedCampaign(t *testing.T) {
	seeds := 3
	if *simDevices > 100 {
		seeds = 1
	}
	for seed := range seeds {
		began := time.Now()
		w := newWorld(uint64(seed), *simDevices, *simKinds, *simNetworks, *simFaults)
		w.run(t)
		took := time.Since(began)
		if want := *simKinds * len(w.groups); len(w.accepted) != want {
			t.Errorf("%d groups were accepted, want %d", len(w.accepted), want)
		}
		for key, n := range w.accepted {
			if n != 1 {
				t.Errorf("%s was accepted %d times", key, n)
			}
		}
		w.tell(t, took)
	}
}

// and adds counts.
func (n Counts) and(m Counts) Counts {
	return Counts{n.Accepted + m.Accepted, n.Again + m.Again, n.Repeats + m.Repeats, n.Fenced + m.Fenced, n.Refused + m.Refused, n.Failed + m.Failed, n.Lost + m.Lost, n.Stalled + m.Stalled, n.Leases + m.Leases}
}

// tell reports what the campaign took, beside what it can't take less than.
func (w *world) tell(t testing.TB, took time.Duration) {
	var spent, bound float64
	perKind := map[string][]float64{}
	for _, d := range w.devices {
		spent += d.spent.Hours()
		perKind[d.model] = append(perKind[d.model], 1/d.speed)
	}
	units := 0
	for _, g := range w.groups {
		units += len(g) + 3
	}
	longest := 0.
	for _, rates := range perKind {
		var sum float64
		for _, r := range rates {
			sum += r
		}
		hours := float64(units) * simNetwork.Hours() / sum // if all devices of the kind were busy to the end
		longest = max(longest, float64(len(w.groups[0])+3)*simNetwork.Hours()/slices.Max(rates))
		bound += hours * float64(len(rates))
		longest = max(longest, hours)
	}
	var before, after runtime.MemStats
	c := w.c
	*w = world{now: w.now, counts: w.counts, messages: w.messages, crashes: w.crashes, vanished: w.vanished, hangs: w.hangs, coordinators: w.coordinators}
	runtime.GC()
	runtime.ReadMemStats(&before)
	counts, devices := w.counts.and(c.counts), len(c.devices)
	c = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	t.Logf("%d devices, %d messages and %d coordinators in %.1f s (%.1f µs a message); a coordinator has %.1f MB\n"+
		"%d crashes, %d times gone, %d hangs; %+v\n"+
		"%.1f device hours, at least %.1f (%+.1f %%); %.2f hours, at least %.2f (%+.1f %%)",
		devices, w.messages, w.coordinators, took.Seconds(), took.Seconds()*1e6/float64(w.messages), float64(before.HeapAlloc-after.HeapAlloc)/1e6,
		w.crashes, w.vanished, w.hangs, counts,
		spent, bound, 100*(spent/bound-1), w.now.Hours(), longest, 100*(w.now.Hours()/longest-1))
}
