package lut

import (
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/space"
)

// Indexed is a table laid out for one space: every time is found by slot and choice
// instead of by name. Its sums are those of the table, to the bit where layers that are
// of no slot run before and after all others.
type Indexed struct {
	table *Table
	space *space.Space
	by    []*slotTimes // by resolution; nil where the table has none
}

// slotTimes are the times at one resolution, in the order in which layers run.
type slotTimes struct {
	before float64     // sum of the layers before the first slot
	slots  [][]float64 // slot × Arch.Choice; NaN where the table lacks the layer
	after  []float64   // all other layers that are of no slot
	filled bool        // before and after are complete
	lacks  [][]bool    // slot × Arch.Choice: the table lacks one of its layers
}

// Index lays the table out for the architectures of s. A layer that the table
// lacks is an error when it is asked for; one that all architectures have, or a
// table without resolutions, is one here.
func (t *Table) Index(s *space.Space) (*Indexed, error) {
	if len(t.Rows) == 0 {
		return nil, fmt.Errorf("table %s is empty", t.Device)
	}
	x := &Indexed{table: t, space: s, by: make([]*slotTimes, slices.Max(t.Resolutions())+1)}
	for r, rows := range t.Rows {
		times := newSlotTimes(s.Family)
		for choice := range s.Family.Choices() {
			if err := times.add(t, r, rows, uniform(s, r, choice), choice+1); err != nil {
				return nil, err
			}
		}
		x.by[r] = times
	}
	return x, nil
}

func newSlotTimes(f *space.Family) *slotTimes {
	t := &slotTimes{}
	for range f.Slots() {
		times := slices.Repeat([]float64{math.NaN()}, 1+f.Choices())
		times[0] = 0 // the slot does not run
		t.slots, t.lacks = append(t.slots, times), append(t.lacks, make([]bool, len(times)))
	}
	return t
}

// Missing lists the layers of s at a resolution that the table lacks, in the order
// in which they run; none where it covers the space.
func (t *Table) Missing(s *space.Space, resolution int) []string {
	var missing []string
	for choice := range s.Family.Choices() {
		for _, key := range t.Style.Keys(uniform(s, resolution, choice)) {
			if _, ok := t.Rows[resolution][key]; !ok && key != "" && !slices.Contains(missing, key) {
				missing = append(missing, key)
			}
		}
	}
	return missing
}

// Layers lists the layers that networks of s have at a resolution and that cost
// something, each once.
func Layers(s *space.Space, resolution int) []space.Layer {
	var list []space.Layer
	seen := map[string]bool{}
	for choice := range s.Family.Choices() {
		for _, l := range uniform(s, resolution, choice) {
			if key := Key(l); key != "" && !seen[key] {
				seen[key] = true
				list = append(list, l)
			}
		}
	}
	return list
}

// uniform lists the layers of the deepest network whose slots all have one choice,
// whether or not s ties it to something.
func uniform(s *space.Space, resolution, choice int) []space.Layer {
	return s.Macro.Layers(s.Uniform(resolution, choice))
}

// add takes in the layers of a network whose slots all have one choice, as Arch.Choice
// has it.
func (s *slotTimes) add(t *Table, resolution int, rows map[string]Entry, layers []space.Layer, choice int) error {
	inSlots, keys := false, t.Style.Keys(layers)
	for i, l := range layers {
		e, ok := rows[keys[i]]
		ok = ok || keys[i] == "" // part of another row
		switch {
		case l.Slot >= 0:
			inSlots = true
			s.addToSlot(l.Slot, choice, e.MeanMs, ok)
		case s.filled || keys[i] == "":
		case !ok:
			return &MissingError{Device: t.Device, Resolution: resolution, Keys: keys[i : i+1]}
		case !inSlots:
			s.before += e.MeanMs
		default:
			s.after = append(s.after, e.MeanMs)
		}
	}
	s.filled = true
	return nil
}

// addToSlot takes in one of a slot's layers, which cells repeat in some spaces. One
// that is missing leaves its choice without a time.
func (s *slotTimes) addToSlot(slot, choice int, ms float64, ok bool) {
	switch at := &s.slots[slot][choice]; {
	case !ok:
		*at, s.lacks[slot][choice] = math.NaN(), true
	case s.lacks[slot][choice]:
	case math.IsNaN(*at): // the first
		*at = ms
	default:
		*at += ms
	}
}

// LatencyMs is Table.LatencyMs for an architecture of the space, which is not
// checked. It does not allocate.
func (x *Indexed) LatencyMs(a space.Arch) (float64, error) { return x.latencyMs(&a) }

func (x *Indexed) latencyMs(a *space.Arch) (float64, error) {
	var times *slotTimes
	if r := a.Resolution; r >= 0 && r < len(x.by) {
		times = x.by[r]
	}
	switch {
	case a.Family != x.space.Family:
		return x.table.LatencyMs(x.space, *a) // names what is wrong
	case times == nil:
		return 0, &MissingError{Device: x.table.Device, Resolution: a.Resolution, Have: x.table.Resolutions()}
	}
	sum := times.before
	for slot, ms := range times.slots {
		sum += ms[a.Choice[slot]]
	}
	for _, ms := range times.after {
		sum += ms
	}
	if sum != sum {
		return x.table.LatencyMs(x.space, *a) // names what is missing
	}
	return sum, nil
}

// sumsPerWorker is from how many architectures on another goroutine pays.
const sumsPerWorker = 1024

// PredictMs writes the latency of each architecture to dst, which has their length.
// Many are divided among the cores.
func (x *Indexed) PredictMs(dst []float64, archs []space.Arch) error {
	workers := min(runtime.GOMAXPROCS(0), len(archs)/sumsPerWorker)
	if workers < 2 {
		return x.estimate(dst, archs, 0)
	}
	errs := make([]error, workers)
	var group sync.WaitGroup
	for w := range workers {
		from, to := w*len(archs)/workers, (w+1)*len(archs)/workers
		group.Go(func() { errs[w] = x.estimate(dst[from:to], archs[from:to], from) })
	}
	group.Wait()
	return errors.Join(errs...)
}

// estimate does some of the architectures, the first of which has the number first.
func (x *Indexed) estimate(dst []float64, archs []space.Arch, first int) error {
	for i := range archs {
		ms, err := x.latencyMs(&archs[i])
		if err != nil {
			return fmt.Errorf("architecture %d (%s): %w", first+i, archs[i], err)
		}
		dst[i] = ms
	}
	return nil
}
