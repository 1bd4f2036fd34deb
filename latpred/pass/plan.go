package pass

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/ofalat/ofalat/latpred/space"
)

// plan has all segments that networks of a family can have at a resolution. The shapes
// of a slot don't depend on the choices of other slots (see space.Macro), so that one
// plan serves all networks.
type plan struct {
	stem, head     Segment
	slots          []Segment // by slot and choice: index slot × choices + choice
	count, choices int       // number of slots, and of choices for each
	entries        []Segment // by entry; Slot is absent for entries that the family lacks
}

// absent is Segment.Slot for entries that only other families of the layout have.
const absent = -3

// plans caches the plans made so far. They are few, and reading them takes no lock.
var (
	plans     atomic.Pointer[[]familyPlans]
	planMutex sync.Mutex
)

// familyPlans are the cached plans of a family.
type familyPlans struct {
	family *space.Family
	at     []*plan // by resolution; nil: not made yet
}

// Plans are cached at resolutions below keptResolutions; those above maxResolution are
// refused as implausible.
const (
	keptResolutions = 1024
	maxResolution   = 1 << 15
)

// planFor gives the plan of a family at a resolution, from the cache if it is there. It
// errs on a nil family and on a resolution out of range.
func planFor(f *space.Family, resolution int) (*plan, error) {
	if resolution > 0 && resolution < keptResolutions {
		if known := plans.Load(); known != nil {
			for i := range *known {
				if k := &(*known)[i]; k.family == f && resolution < len(k.at) && k.at[resolution] != nil {
					return k.at[resolution], nil
				}
			}
		}
	}
	switch {
	case f == nil:
		return nil, errors.New("pass: an architecture without a family is no network")
	case resolution <= 0 || resolution > maxResolution:
		return nil, fmt.Errorf("pass: resolution %d: want a number of pixels", resolution)
	}
	p := newPlan(f, resolution)
	if resolution < keptResolutions {
		keep(f, resolution, p)
	}
	return p, nil
}

// keep adds a plan to the cache.
func keep(f *space.Family, resolution int, p *plan) {
	planMutex.Lock()
	defer planMutex.Unlock()
	var all []familyPlans
	if known := plans.Load(); known != nil {
		all = slices.Clone(*known)
	}
	i := slices.IndexFunc(all, func(k familyPlans) bool { return k.family == f })
	if i < 0 {
		i, all = len(all), append(all, familyPlans{family: f})
	}
	at := make([]*plan, max(len(all[i].at), resolution+1))
	copy(at, all[i].at)
	at[resolution] = p
	all[i].at = at
	plans.Store(&all)
}

// newPlan makes the plan of a family at a resolution, from the reference space.
func newPlan(f *space.Family, resolution int) *plan {
	l := f.Layout
	p := &plan{count: f.Slots(), choices: f.Choices(), entries: make([]Segment, l.Entries())}
	p.slots = make([]Segment, p.count*p.choices)
	for e := range p.entries {
		p.entries[e] = Segment{Entry: e, Slot: absent}
	}
	for choice := range p.choices {
		layers := uniform(f, resolution, choice)
		p.stem, p.head = Segment{Entry: l.Stem(), Slot: Stem, In: resolution}, Segment{Entry: l.Head(), Slot: Head}
		for i, slot := range slotsOf(layers) {
			layer := layers[i]
			switch slot {
			case Stem:
				p.stem.Out = layer.OutSize
				p.stem.Launches += layer.Launches()
			case Head:
				p.head.Launches += layer.Launches()
			default:
				p.head.In, p.head.Out = layer.OutSize, layer.OutSize // the size that the last slot writes
				p.slots[slot*p.choices+choice].add(layer, l.Entry(slot, choice))
			}
		}
	}
	for _, s := range append(slices.Clone(p.slots), p.stem, p.head) {
		if p.entries[s.Entry].Slot == absent { // slots of a place with the same choice share an entry: keep the first
			p.entries[s.Entry] = s
		}
	}
	return p
}

// add adds a layer to the segment of a slot, which has the given entry.
func (s *Segment) add(l space.Layer, entry int) {
	if s.Out == 0 {
		*s = Segment{Entry: entry, Slot: l.Slot, In: l.InSize}
	}
	s.Out = l.OutSize
	s.Launches += l.Launches()
}

// uniform lists the layers of the network of f's reference space in which every slot has
// the given choice.
func uniform(f *space.Family, resolution, choice int) []space.Layer {
	s := f.Reference()
	return s.Macro.Layers(s.Uniform(resolution, choice))
}
