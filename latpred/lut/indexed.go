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

// Indexed is a table indexed for one space: times are looked up by slot and choice
// instead of by key. Its sums are those of the table, to the bit if the layers of no slot
// come before or after all slots. It is safe for concurrent use.
type Indexed struct {
	table *Table
	space *space.Space
	by    []*slotTimes // by resolution; nil: the table does not have it
}

// slotTimes are the times at one resolution, in the order in which layers run.
type slotTimes struct {
	before float64     // sum of the layers before the first slot
	slots  [][]float64 // slot × Arch.Choice; NaN: the table lacks the layer
	after  []float64   // the other layers of no slot
	filled bool        // before and after are complete
	lacks  [][]bool    // slot × Arch.Choice: the table lacks one of the layers
}

// Index indexes the table for the architectures of s. It errs if the table is empty, or
// lacks a layer that all architectures have. Other missing layers are errors later, for
// architectures that need them. The table must not be changed afterwards.
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

// Missing lists the keys of the layers of s at a resolution that the table lacks, each
// once; none if it covers the space.
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

// Layers lists the distinct layers of the networks of s at a resolution, without those
// that cost nothing.
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

// uniform lists the layers of the deepest network with the same choice in every slot,
// ignoring the ties of s.
func uniform(s *space.Space, resolution, choice int) []space.Layer {
	return s.Macro.Layers(s.Uniform(resolution, choice))
}

// add records the times of the layers of a network whose slots all have one choice, in
// the form of Arch.Choice.
func (s *slotTimes) add(t *Table, resolution int, rows map[string]Entry, layers []space.Layer, choice int) error {
	inSlots, keys := false, t.Style.Keys(layers)
	for i, l := range layers {
		e, ok := rows[keys[i]]
		ok = ok || keys[i] == "" // included in another row
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

// addToSlot adds the time of one of a slot's layers; a slot has several if cells repeat
// it. If one is missing, the choice has no time.
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

// LatencyMs is Table.LatencyMs, in milliseconds. It does not check that a is in the space,
// and does not allocate unless it errs.
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

// sumsPerWorker is the number of architectures for which one more goroutine is worthwhile.
const sumsPerWorker = 1024

// PredictMs writes the latency of each architecture, in milliseconds, to dst, which must
// have their length. Long lists are divided among the cores. The error is that of the
// architecture, and names it by its number.
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

// estimate predicts a part of the architectures, which begins at number first.
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
