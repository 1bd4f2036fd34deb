package pipe

import (
	"encoding/binary"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/space"
)

// noChoice stands for a slot that does not run.
const noChoice = 255

// rows decodes rows of bytes.
type rows struct {
	family  *space.Family
	ofa     bool
	width   int   // of a row, bytes
	choices []int // of the row in hand

	kernel, expand [256]int16 // the shares of a value of OFA's in a choice's number; −1: there is no such value
}

// newRows makes a decoder for networks of a family.
func newRows(f *space.Family) *rows {
	r := &rows{family: f, ofa: isOFA(f), width: f.Slots() + 2, choices: make([]int, f.Slots())}
	if !r.ofa {
		return r
	}
	r.width = 2*f.Slots() + len(f.Stages) + 2
	for v := range 256 {
		r.kernel[v], r.expand[v] = -1, -1
	}
	for level, v := range f.Factors[space.OFAKernel].Values {
		r.kernel[v] = int16(f.Choice(level, 0))
	}
	for level, v := range f.Factors[space.OFAExpand].Values {
		r.expand[v] = int16(f.Choice(0, level))
	}
	return r
}

// isOFA reports whether a family's networks have OFA's dictionary.
func isOFA(f *space.Family) bool { return f.Reference().Smallest().OFA() != nil }

// decode gives the networks of a body. An error names the first that is wrong.
func (r *rows) decode(body []byte) ([]space.Arch, error) {
	if len(body)%r.width != 0 || len(body)/r.width > MaxNetworks {
		return nil, fmt.Errorf("%d bytes of rows: want at most %d rows of %d", len(body), MaxNetworks, r.width)
	}
	archs := make([]space.Arch, 0, len(body)/r.width)
	for row := range slices.Chunk(body, r.width) {
		a, err := r.row(row)
		if err != nil {
			return nil, fmt.Errorf("archs[%d]: %w", len(archs), err)
		}
		archs = append(archs, a)
	}
	return archs, nil
}

// row decodes one.
func (r *rows) row(row []byte) (space.Arch, error) {
	resolution := int(binary.LittleEndian.Uint16(row[r.width-2:]))
	if !r.ofa {
		for i, c := range row[:r.width-2] {
			if r.choices[i] = int(c); c == noChoice {
				r.choices[i] = -1
			}
		}
		return r.family.NewArch(resolution, r.choices)
	}
	n := r.family.Slots()
	kernels, expands, depths := row[:n], row[n:2*n], row[2*n:r.width-2]
	if !r.fill(kernels, expands, depths) {
		return space.FromSlots(resolution, ints(depths), ints(kernels), ints(expands)) // which says what is wrong
	}
	return r.family.NewArch(resolution, r.choices)
}

// fill writes the choices of OFA's values; it gives up, with false, at one that there is not.
func (r *rows) fill(kernels, expands, depths []byte) bool {
	for i := range r.choices {
		stage, at := r.family.Stage(i), r.family.Position(i)
		depth := int(depths[stage])
		if depth < 1 || depth > r.family.Stages[stage].Slots {
			return false
		}
		r.choices[i] = -1
		if at < depth {
			k, e := r.kernel[kernels[i]], r.expand[expands[i]]
			if k < 0 || e < 0 {
				return false
			}
			r.choices[i] = int(k + e)
		}
	}
	return true
}

func ints(list []byte) []int {
	out := make([]int, len(list))
	for i, v := range list {
		out[i] = int(v)
	}
	return out
}
