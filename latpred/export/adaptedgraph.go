package export

import (
	"fmt"
	"io"
	"math"

	"github.com/ofalat/ofalat/latpred/adapt"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/onnx"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// mostNetworks is the largest number of networks whose latencies are listed one by one.
const mostNetworks = 1 << 16

// writeAdapted writes the sum of the effects of all slots, what the model makes of it near 0, and
// what clocks show of it. Where effects depend on each other, as those of a cell's layers do, it
// lists the latencies of all networks, if these are few enough.
func writeAdapted(w io.Writer, p *adapt.Predictor) error {
	s, m := p.Space(), p.Model()
	e := encode.Of(s)
	g := &codeGraph{space: s, family: s.Family, genes: genesOf(s.Family)}
	g.resolutions = g.bins(e, s)
	var passes []*grid // by model
	for _, one := range m.Models {
		if t := g.effects(one); t != nil {
			passes = append(passes, t)
		}
	}
	count := math.Pow(float64(s.Family.Choices()), float64(s.Slots()))
	switch {
	case len(passes) == len(m.Models):
		g.begin(p, e)
		runs := g.decode(e.Width())
		label, err := g.clocked(m, passes, runs)
		if err != nil {
			return err
		}
		return g.finish(w, label)
	case len(g.resolutions) == 1 && count <= mostNetworks:
		g.begin(p, e)
		ms, err := g.lookUp(m.Models[0], int(count))
		if err != nil {
			return err
		}
		return g.finish(w, ms)
	}
	return fmt.Errorf("a predictor that was adapted in space %s can't be written as ONNX: what a layer takes depends on the others; train a table in its place (latpred train --kind table), which can", s.ID)
}

// clocked writes the average over clocks of what they show of passes.
func (g *codeGraph) clocked(m *transfer.Clocked, passes []*grid, runs onnx.Value) (sum onnx.Value, err error) {
	var shares, all onnx.Value // of segments on the sources' mean, and their sum
	for k, one := range m.Models {
		ms := g.fallOff(g.sum(g.times(passes[k])), one.FloorMs())
		if q := m.Queues[k]; !q.None() {
			if shares == "" {
				if g.launches, err = g.countLaunches(runs); err != nil {
					return "", err
				}
				t, err := g.tabulate(m.AppendShares, m.Resolutions())
				if err != nil {
					return "", err
				}
				shares = g.times(t)
				all = g.sum(shares)
			}
			v := g.view(q)
			part := func(weights onnx.Value) onnx.Value {
				return g.op("Mul", g.op("Div", g.sum(g.op("Mul", weights, shares)), all), ms)
			}
			ms = g.op("Sub", part(v.stop), g.op("Max", v.hostMs, part(v.start)))
			ms = g.op("Max", ms, g.number(0))
		}
		if ms = g.op("Mul", ms, g.number(m.Weights[k])); sum == "" {
			sum = ms
		} else {
			sum = g.op("Add", sum, ms)
		}
	}
	return sum, nil
}

// fallOff writes what transfer.Model does to a sum below its floor.
func (g *codeGraph) fallOff(sum onnx.Value, floor float64) onnx.Value {
	below := g.op("Sub", g.op("Div", sum, g.number(floor)), g.number(1))
	small := g.op("Exp", g.op("Min", g.op("Max", below, g.number(-transfer.MaxFall)), g.number(0)))
	return g.op("Max", sum, g.op("Mul", small, g.number(floor)))
}

// effects gives the sum of a network as those of its slots: what all networks have in common as
// the stem, and for each slot and choice what it adds. nil: they depend on each other.
func (g *codeGraph) effects(m *transfer.Model) *grid {
	bins, choices := len(g.resolutions), g.family.Choices()
	t := &grid{make([]float64, bins), make([]float64, bins), make([]float64, g.family.Slots()*choices*bins)}
	for bin, resolution := range g.resolutions {
		base := g.shallow(resolution)
		sum, err := m.SumMs(base)
		if err != nil { // it covers other resolutions
			continue
		}
		t.stem[bin] = sum
		for slot := range g.family.Slots() {
			of := g.slotEffects(m, base, slot)
			if of == nil {
				return nil
			}
			for choice, ms := range of {
				t.slots[(slot*choices+choice)*bins+bin] = ms
			}
		}
	}
	if !g.isSum(m, t) {
		return nil
	}
	return t
}

// slotEffects gives what each choice of a slot adds to a network without it, or, where the slot
// always runs, with its first choice; nil if the space lacks one of the networks.
func (g *codeGraph) slotEffects(m *transfer.Model, base space.Arch, slot int) []float64 {
	with := base
	for before := g.family.First(g.family.Stage(slot)); before <= slot; before++ {
		with.Choice[before] = 1
	}
	without := with
	without.Choice[slot] = base.Choice[slot]
	least, err := m.SumMs(without)
	if err != nil {
		return nil
	}
	out := make([]float64, g.family.Choices())
	for choice := range out {
		ms, err := m.SumMs(with.WithChoice(slot, choice))
		if err != nil {
			return nil
		}
		out[choice] = ms - least
	}
	return out
}

// shallow is the network of the fewest layers at a resolution, all of the first choice.
func (g *codeGraph) shallow(resolution int) space.Arch {
	a, smallest := g.space.Uniform(resolution, 0), g.space.Smallest()
	for slot := range g.family.Slots() {
		if !smallest.Active(slot) {
			a.Choice[slot] = 0
		}
	}
	return a
}

const (
	triedNetworks = 300  // random networks by which isSum judges
	sameSum       = 1e-9 // relative difference up to which sums are the same
)

// isSum reports whether effects sum to what the model says of random networks.
func (g *codeGraph) isSum(m *transfer.Model, t *grid) bool {
	bin := map[int]int{}
	for i, r := range g.resolutions {
		if t.stem[i] != 0 {
			bin[r] = i
		}
	}
	if len(bin) == 0 {
		return false
	}
	rng := random.Stream(1, "sums")
	for range triedNetworks {
		a := g.space.Sample(rng)
		at, known := bin[a.Resolution]
		if !known {
			continue
		}
		sum := t.stem[at]
		for slot := range g.family.Slots() {
			if a.Active(slot) {
				sum += t.slots[(slot*g.family.Choices()+int(a.Choice[slot])-1)*len(g.resolutions)+at]
			}
		}
		if ms, err := m.SumMs(a); err != nil || math.Abs(ms-sum) > sameSum*(math.Abs(ms)+m.FloorMs()) {
			return false
		}
	}
	return true
}

// lookUp lists the latencies of all count networks of a family, all of whose slots run, and
// looks those of the input up.
func (g *codeGraph) lookUp(m *transfer.Model, count int) (onnx.Value, error) {
	list := make([]float64, count)
	for a := range g.space.Networks(g.resolutions[0]) {
		at, step := 0, 1
		for slot := range g.family.Slots() {
			at += step * (int(a.Choice[slot]) - 1)
			step *= g.family.Choices()
		}
		ms, err := m.MeanMs(a)
		if err != nil {
			return "", err
		}
		list[at] = ms
	}
	at := g.Node("Cast", onnx.Attributes{"to": onnx.Int64}, g.op("MatMul", g.code, g.Doubles(g.places(), g.genes, 1)))
	return g.op("Gather", g.Doubles(list, count), at), nil
}

// places gives what each input adds to the place of a network in the list of all.
func (g *codeGraph) places() (out []float64) {
	period := g.family.Choices()
	for _, f := range g.family.Factors {
		period /= f.Levels()
		step := float64(period)
		for range g.family.Slots() {
			for level := range f.Levels() {
				out = append(out, step*float64(level))
			}
			step *= float64(g.family.Choices())
		}
	}
	return out
}
