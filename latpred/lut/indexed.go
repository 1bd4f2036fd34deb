package lut

import (
	"fmt"
	"iter"

	"github.com/ofalat/ofalat/latpred/space"
)

// Indexed is a table laid out for one space: every time is found by slot, kernel
// and expansion instead of by name. Its sums are those of the table to the bit.
type Indexed struct {
	table *Table
	space *space.Space
	by    map[int]*slotTimes // by resolution
}

// slotTimes are the times at one resolution, in the order in which layers run.
type slotTimes struct {
	before []float64 // stem and fixed block
	slots  [space.MaxSlots][genesPerSlot]float64
	known  [space.MaxSlots][genesPerSlot]bool
	after  []float64 // head
}

// Index lays the table out for the architectures of s. A layer that the table
// lacks is an error when it is asked for; one that all architectures have, or a
// table without resolutions, is one here.
func (t *Table) Index(s *space.Space) (*Indexed, error) {
	x := &Indexed{table: t, space: s, by: map[int]*slotTimes{}}
	if len(t.Rows) == 0 {
		return nil, fmt.Errorf("table %s is empty", t.Device)
	}
	for r, rows := range t.Rows {
		times := &slotTimes{}
		for kernel, expand := range choices(s) {
			if err := times.add(t.Device, r, rows, uniform(s, r, kernel, expand), gene(kernel, expand)); err != nil {
				return nil, err
			}
		}
		x.by[r] = times
	}
	return x, nil
}

// Missing lists the layers of s at a resolution that the table lacks, in the order
// in which they run; none where it covers the space.
func (t *Table) Missing(s *space.Space, resolution int) []string {
	var missing []string
	for _, l := range Layers(s, resolution) {
		if _, ok := t.Rows[resolution][Key(l)]; !ok {
			missing = append(missing, Key(l))
		}
	}
	return missing
}

// Layers lists the layers that networks of s have at a resolution, each once, in the
// order in which they run.
func Layers(s *space.Space, resolution int) []space.Layer {
	var list []space.Layer
	seen := map[string]bool{}
	for kernel, expand := range choices(s) {
		for _, l := range uniform(s, resolution, kernel, expand) {
			if !seen[Key(l)] {
				seen[Key(l)] = true
				list = append(list, l)
			}
		}
	}
	return list
}

// choices are all pairs of kernel and expansion.
func choices(s *space.Space) iter.Seq2[int, int] {
	return func(yield func(kernel, expand int) bool) {
		for _, kernel := range s.Kernels {
			for _, expand := range s.Expands {
				if !yield(kernel, expand) {
					return
				}
			}
		}
	}
}

// uniform lists the layers of the deepest network whose slots all have one kernel
// and expansion, whether or not s ties them to something.
func uniform(s *space.Space, resolution, kernel, expand int) []space.Layer {
	free := *s
	free.ExpandForDepth, free.StageKernels = nil, nil
	a := free.Largest()
	a.Resolution = resolution
	for slot := range a.Slots() {
		a.Kernel[slot], a.Expand[slot] = uint8(kernel), uint8(expand)
	}
	return free.Layers(a)
}

func gene(kernel, expand int) int { return kernel%geneValues*geneValues + expand%geneValues }

// add takes in the layers of a network whose slots all have one gene.
func (s *slotTimes) add(device string, resolution int, rows map[string]Entry, layers []space.Layer, gene int) error {
	first := s.before == nil
	slot := 0
	for _, l := range layers {
		e, ok := rows[Key(l)]
		switch {
		case l.Kind == space.Block:
			s.slots[slot][gene], s.known[slot][gene] = e.MeanMs, ok
			slot++
		case !first:
		case !ok:
			return &MissingError{Device: device, Resolution: resolution, Keys: []string{Key(l)}}
		case slot == 0:
			s.before = append(s.before, e.MeanMs)
		default:
			s.after = append(s.after, e.MeanMs)
		}
	}
	return nil
}

// LatencyMs is Table.LatencyMs for an architecture of the space, which is not
// checked. It does not allocate.
func (x *Indexed) LatencyMs(a space.Arch) (float64, error) {
	times := x.by[a.Resolution]
	if times == nil {
		return 0, &MissingError{Device: x.table.Device, Resolution: a.Resolution, Have: x.table.Resolutions()}
	}
	var sum float64
	for _, ms := range times.before {
		sum += ms
	}
	for slot := range x.space.Slots() {
		if !a.Active(slot) {
			continue
		}
		g := gene(int(a.Kernel[slot]), int(a.Expand[slot]))
		if !times.known[slot][g] {
			return x.table.LatencyMs(x.space, a) // names what is missing
		}
		sum += times.slots[slot][g]
	}
	for _, ms := range times.after {
		sum += ms
	}
	return sum, nil
}

// Estimate writes the latency of each architecture to dst, which has their length.
func (x *Indexed) Estimate(dst []float64, archs []space.Arch) error {
	for i, a := range archs {
		ms, err := x.LatencyMs(a)
		if err != nil {
			return fmt.Errorf("architecture %d (%s): %w", i, a, err)
		}
		dst[i] = ms
	}
	return nil
}
