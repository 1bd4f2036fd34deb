package encode

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
)

// oneHot is the code that OFA's predictors read: for each slot a one-hot of its
// kernel, then for each slot a one-hot of its expansion, then a one-hot of the
// resolution. Inactive slots are all zero; depth shows by them alone.
type oneHot struct {
	name           string
	slots          int
	firstBin, step int // resolution of bin 0 and pixels a bin
	bins           int
}

const choices = 3 // of kernel and of expansion

var (
	kernelChoices = [choices]uint8{3, 5, 7}
	expandChoices = [choices]uint8{3, 4, 6}
)

// OFA128 is the code of OFA's tutorial, CompOFA and the paper: 60 + 60 + 8. Its
// resolution bins are 112–127, … 224–239 pixels. (Bins below 160 exist but no
// published predictor was trained on them.)
var OFA128 Encoder = oneHot{name: "ofa-128", slots: 20, firstBin: 112, step: 16, bins: 8}

// HELP145 is the code that covers every resolution of HELP's sets: 60 + 60 + 25,
// with one bin for each of 128, 132, … 224 pixels; another resolution is an error.
var HELP145 Encoder = oneHot{name: "help-145", slots: 20, firstBin: 128, step: 4, bins: 25}

// Proxyless151 is HELP145 for the 21 slots of OFA-ProxylessNAS: 63 + 63 + 25.
var Proxyless151 Encoder = oneHot{name: "proxyless-151", slots: space.MaxSlots, firstBin: 128, step: 4, bins: 25}

func (o oneHot) Name() string { return o.name }
func (o oneHot) Width() int   { return o.resolutions() + o.bins }

// expands is the index of the first slot's expansions, resolutions that of the bins.
func (o oneHot) expands() int     { return choices * o.slots }
func (o oneHot) resolutions() int { return 2 * choices * o.slots }

// stages are those of the networks that the code expresses.
func (o oneHot) stages() int { return (o.slots + space.SlotsPerStage - 1) / space.SlotsPerStage }

// bin finds the resolution's index among the bins.
func (o oneHot) bin(r int) (int, error) {
	b := (r - o.firstBin) / o.step
	if r < o.firstBin || b >= o.bins {
		return 0, fmt.Errorf("%s: resolution %d is outside its bins, %d to %d",
			o.name, r, o.firstBin, o.firstBin+o.step*o.bins-1)
	}
	if o.step == space.ResolutionStep && r%space.ResolutionStep != 0 {
		return 0, fmt.Errorf("%s: resolution %d is not a multiple of %d", o.name, r, space.ResolutionStep)
	}
	return b, nil
}

// Where a gene is among its choices; none for those that are no choice.
var (
	kernelIndex = indexes(kernelChoices)
	expandIndex = indexes(expandChoices)
)

const none = choices

// indexes inverts a list of choices, which are below 16.
func indexes(among [choices]uint8) (index [16]uint8) {
	for i := range index {
		index[i] = none
	}
	for i, v := range among {
		index[v] = uint8(i)
	}
	return index
}

func (o oneHot) Encode(dst []float32, a space.Arch) error {
	if len(dst) != o.Width() {
		panic(fmt.Sprintf("encode: row of %d values for the %d of %s", len(dst), o.Width(), o.name))
	}
	b, err := o.bin(a.Resolution)
	stages := o.stages()
	ok := err == nil && (stages == space.MaxStages || a.Depth[stages] == 0)
	clear(dst)
	row := (*[2 * choices * space.MaxSlots]float32)(dst) // every code is longer than its genes
	expands := o.expands()
	for stage, depth := range a.Depth[:stages] {
		ok = ok && depth > 0
		first := stage * space.SlotsPerStage
		for s, end := first, min(first+min(int(depth), space.SlotsPerStage), o.slots); s < end; s++ {
			k, e := kernelIndex[a.Kernel[s]%16], expandIndex[a.Expand[s]%16]
			if k == none || e == none || (a.Kernel[s]|a.Expand[s]) >= 16 {
				ok = false
				break
			}
			row[choices*s+int(k)], row[expands+choices*s+int(e)] = 1, 1
		}
	}
	if !ok { // Ones says why
		clear(dst)
		_, err = o.Ones(nil, a)
		return err
	}
	dst[o.resolutions()+b] = 1
	return nil
}

func (o oneHot) Ones(dst []int, a space.Arch) ([]int, error) {
	if a.Stages() != o.stages() {
		return nil, fmt.Errorf("%s: architecture has %d stages, the code %d", o.name, a.Stages(), o.stages())
	}
	b, err := o.bin(a.Resolution)
	if err != nil {
		return nil, err
	}
	if dst, err = o.appendGenes(dst, a, "kernel", a.Kernel, kernelChoices, 0); err != nil {
		return nil, err
	}
	if dst, err = o.appendGenes(dst, a, "expansion", a.Expand, expandChoices, o.expands()); err != nil {
		return nil, err
	}
	return append(dst, o.resolutions()+b), nil
}

// appendGenes appends the index of the gene of each active slot. Arrays travel by
// value: a pointer into the architecture would move it to the heap.
func (o oneHot) appendGenes(dst []int, a space.Arch, name string, genes [space.MaxSlots]uint8, among [choices]uint8, base int) ([]int, error) {
	for s := range o.slots {
		if !a.Active(s) {
			continue
		}
		c := slices.Index(among[:], genes[s])
		if c < 0 {
			return nil, fmt.Errorf("%s: %s %d of slot %d is not one of %v", o.name, name, genes[s], s, among)
		}
		dst = append(dst, base+choices*s+c)
	}
	return dst, nil
}

func (o oneHot) Decode(row []float32) (space.Arch, error) {
	if len(row) != o.Width() {
		return space.Arch{}, fmt.Errorf("%s: row of %d values, want %d", o.name, len(row), o.Width())
	}
	// hot finds the single 1 in row[from:from+n]; -1 where all are 0.
	hot := func(from, n int) (int, error) {
		at := -1
		for i, v := range row[from : from+n] {
			switch {
			case v == 0:
			case v == 1 && at < 0:
				at = i
			default:
				return 0, fmt.Errorf("%s: value %g at index %d is not one-hot", o.name, v, from+i)
			}
		}
		return at, nil
	}
	b, err := hot(o.resolutions(), o.bins)
	if err != nil {
		return space.Arch{}, err
	}
	if b < 0 {
		return space.Arch{}, fmt.Errorf("%s: no resolution is set", o.name)
	}
	a := space.Arch{Resolution: o.firstBin + o.step*b}
	for s := range o.slots {
		k, err := hot(choices*s, choices)
		if err != nil {
			return space.Arch{}, err
		}
		e, err := hot(o.expands()+choices*s, choices)
		if err != nil {
			return space.Arch{}, err
		}
		stage, position := s/space.SlotsPerStage, s%space.SlotsPerStage
		switch {
		case (k < 0) != (e < 0):
			return space.Arch{}, fmt.Errorf("%s: slot %d has a kernel or an expansion, not both", o.name, s)
		case k < 0 && position == 0:
			return space.Arch{}, fmt.Errorf("%s: stage %d is empty", o.name, stage+1)
		case k < 0:
		case int(a.Depth[stage]) != position:
			return space.Arch{}, fmt.Errorf("%s: slot %d follows an inactive one", o.name, s)
		default:
			a.Depth[stage]++
			a.Kernel[s], a.Expand[s] = kernelChoices[k], expandChoices[e]
		}
	}
	return a, nil
}
