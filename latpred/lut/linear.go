package lut

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Linear is a table fitted to whole networks: for each resolution a constant,
// and a time for each choice of kernel and expansion in each slot. It is the
// closed-form baseline that a learned predictor has to beat.
type Linear struct {
	weights map[int][]float64 // by resolution: featuresOf(slots) values
	slots   int
}

const (
	geneValues   = 8 // kernels and expansions are below
	genesPerSlot = geneValues * geneValues
)

// features appends the indexes of the features of a that are 1: the constant,
// and one for each active slot.
func features(dst []int, a space.Arch) []int {
	dst = append(dst, 0)
	for s := range a.Slots() {
		if a.Active(s) {
			dst = append(dst, 1+s*genesPerSlot+a.Value(s, space.OFAKernel)%geneValues*geneValues+a.Value(s, space.OFAExpand)%geneValues)
		}
	}
	return dst
}

// FitLinear fits the model by ridge regression, separately at each resolution:
// it minimises the sum of squared errors plus penalty times the sum of squared
// times, the constant left free. A penalty of 1e-3 serves sets of hundreds of rows
// and more; it must be positive, since not every choice need occur. Lengths
// must agree, or FitLinear panics.
func FitLinear(archs []space.Arch, latenciesMs []float64, penalty float64) (*Linear, error) {
	if len(archs) != len(latenciesMs) || penalty <= 0 {
		panic("lut: FitLinear with lengths that differ or a penalty that is not positive")
	}
	if len(archs) == 0 {
		return nil, fmt.Errorf("lut: no rows to fit")
	}
	rows := map[int][]int{}
	for i, a := range archs {
		rows[a.Resolution] = append(rows[a.Resolution], i)
	}
	m := &Linear{weights: map[int][]float64{}, slots: archs[0].Slots()}
	for r, at := range rows {
		w, err := fitOne(archs, latenciesMs, at, 1+m.slots*genesPerSlot, penalty)
		if err != nil {
			return nil, fmt.Errorf("lut: resolution %d, %d rows: %w", r, len(at), err)
		}
		m.weights[r] = w
	}
	return m, nil
}

// fitOne fits the model of one resolution.
func fitOne(archs []space.Arch, y []float64, rows []int, width int, penalty float64) ([]float64, error) {
	system := ridge.New(width)
	var buffer []int
	var terms []ridge.Term
	for _, i := range rows {
		buffer, terms = features(buffer[:0], archs[i]), terms[:0]
		for _, f := range buffer {
			terms = append(terms, ridge.Term{Column: f, Value: 1})
		}
		system.Add(terms, y[i], 1)
	}
	return system.Solve(func(column int) float64 {
		if column == 0 {
			return 0 // the constant
		}
		return penalty
	}, nil)
}

// Resolutions lists those that were fitted, ascending.
func (m *Linear) Resolutions() []int {
	var rs []int
	for r := range m.weights {
		rs = append(rs, r)
	}
	slices.Sort(rs)
	return rs
}

// PredictMs sums the fitted times; it errs at a resolution or for a number of
// slots that was not fitted. A choice that never occurred counts nothing.
func (m *Linear) PredictMs(a space.Arch) (float64, error) {
	w := m.weights[a.Resolution]
	if w == nil || a.Slots() != m.slots {
		return 0, fmt.Errorf("lut: no model for %d slots at resolution %d: fitted were %d slots at %v",
			a.Slots(), a.Resolution, m.slots, m.Resolutions())
	}
	var buffer [space.MaxSlots + 1]int
	var sum float64
	for _, f := range features(buffer[:0], a) {
		sum += w[f]
	}
	return sum, nil
}
