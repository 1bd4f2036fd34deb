package adapt

import (
	"math/bits"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/additive"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// shapleySlots is the largest number of slots whose subsets are all predicted.
const shapleySlots = 8

// Segments implements latpred.SegmentTimer. With sources that are tables of times, segments have
// theirs, corrected; see transfer.Clocked.SegmentsMs. Else a slot's time is what the sum of
// effects, see transfer.Model.SumMs, gains when its choice replaces that of the smallest network
// of the space. Where these gains depend on each other, as on which layers of a cell lie on a
// way to the output, a slot has the mean gain over all orders of the replacements: its Shapley
// value (Shapley, A value for n-person games, 1953). Gains can be below 0, and with more than 8
// slots what they leave over is common. What is common to all networks is divided as
// additive.AllocateFixed does.
func (p *Predictor) Segments(a space.Arch) (latpred.Breakdown, error) {
	segs, err := pass.Segments(nil, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	ms, total, err := p.segmentsMs(segs, a)
	if err != nil {
		return latpred.Breakdown{}, err
	}
	if err := additive.AllocateFixed(ms, segs, a, func(other space.Arch) ([]float64, error) {
		times, _, err := p.segmentsMs(segs, other)
		return times, err
	}); err != nil {
		return latpred.Breakdown{}, err
	}
	b := additive.NameSegments(a, segs, ms)
	label := make([]float64, 1)
	if err := p.model.Means(label, []space.Arch{a}); err != nil {
		return latpred.Breakdown{}, err
	}
	b.TrueMs, b.LabelMs = total, label[0]
	b.HostLimited, err = p.model.HostLimited(a)
	return b, err
}

// segmentsMs gives the times of segments and their sum.
func (p *Predictor) segmentsMs(segs []pass.Segment, a space.Arch) (ms []float64, total float64, err error) {
	if !p.model.Timed() {
		return p.gainsMs(segs, a)
	}
	_, ms, err = p.model.SegmentsMs(a)
	for _, v := range ms {
		total += v
	}
	return ms, total, err
}

// gainsMs gives the gain of each slot, what is common as the stem, and the sum of all.
func (p *Predictor) gainsMs(segs []pass.Segment, a space.Arch) (ms []float64, total float64, err error) {
	smallest := p.Space().Smallest()
	var slots []int // whose choice is another one
	base := a
	for i, s := range segs {
		if s.Slot < 0 {
			continue
		}
		least := max(0, int(smallest.Choice[s.Slot])-1) // of a slot that the smallest does not have: the first choice
		if base = base.WithChoice(s.Slot, least); base.Choice[s.Slot] != a.Choice[s.Slot] {
			slots = append(slots, i)
		}
	}
	predict := func(picked uint) (float64, error) {
		other := base
		for k, i := range slots {
			if picked>>k&1 == 1 {
				other.Choice[segs[i].Slot] = a.Choice[segs[i].Slot]
			}
		}
		return p.model.Models[0].SumMs(other)
	}
	if total, err = p.model.PassMs(a); err != nil {
		return nil, 0, err
	}
	var gains []float64
	if len(slots) <= shapleySlots {
		gains, err = shapley(len(slots), predict)
	} else {
		gains, err = single(len(slots), predict)
	}
	ms = make([]float64, len(segs))
	ms[0] = total
	for k, gain := range gains {
		ms[slots[k]] = gain
		ms[0] -= gain
	}
	return ms, total, err
}

// single gives what the value of nothing gains by each of n players.
func single(n int, value func(picked uint) (float64, error)) ([]float64, error) {
	none, err := value(0)
	if err != nil {
		return nil, err
	}
	gains := make([]float64, n)
	for k := range gains {
		one, err := value(1 << k)
		if err != nil {
			return nil, err
		}
		gains[k] = one - none
	}
	return gains, nil
}

// shapley gives the Shapley values of n players: each one's mean gain over all orders in which
// they can join. They sum to the value of all less that of none.
func shapley(n int, value func(picked uint) (float64, error)) ([]float64, error) {
	values := make([]float64, 1<<n)
	for picked := range values {
		v, err := value(uint(picked))
		if err != nil {
			return nil, err
		}
		values[picked] = v
	}
	share := make([]float64, n) // of the orders in which so many others come before
	for before := range share {
		share[before] = 1 / float64(n)
		for i := range before {
			share[before] *= float64(i+1) / float64(n-1-i)
		}
	}
	gains := make([]float64, n)
	for picked := range values {
		for k := range gains {
			if picked>>k&1 == 0 {
				gains[k] += share[bits.OnesCount(uint(picked))] * (values[picked|1<<k] - values[picked])
			}
		}
	}
	return gains, nil
}
