package lut

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Linear is an additive model fitted in closed form to latencies of whole networks: for
// each resolution a constant, and a time for each choice in each slot. It is the baseline
// that a learned predictor has to beat. It is safe for concurrent use.
type Linear struct {
	family  *space.Family     // of the networks that it was fitted to
	weights map[int][]float64 // by resolution, then by feature
}

// newLinear makes a model without resolutions.
func newLinear(f *space.Family) *Linear { return &Linear{f, map[int][]float64{}} }

// width is the number of features: the constant, and each choice of each slot.
func (m *Linear) width() int { return 1 + m.family.Slots()*m.family.Choices() }

// features appends the indexes of the features of a: the constant, and one for each slot
// that runs.
func (m *Linear) features(dst []int, a *space.Arch) []int {
	dst = append(dst, 0)
	for slot := range m.family.Slots() {
		if c := int(a.Choice[slot]); c > 0 {
			dst = append(dst, slot*m.family.Choices()+c)
		}
	}
	return dst
}

// FitLinear fits the model to latencies, in milliseconds, by ridge regression, separately
// at each resolution: it minimises the sum of squared errors plus penalty times the sum of
// squared times. The constant is not penalised. The penalty must be positive, since some
// choices may not occur; 1e-3 suits sets of hundreds of rows and more. FitLinear panics if
// the lengths differ.
func FitLinear(archs []space.Arch, latenciesMs []float64, penalty float64) (*Linear, error) {
	if len(archs) != len(latenciesMs) || penalty <= 0 {
		panic("lut: FitLinear with lengths that differ or a penalty that is not positive")
	}
	if len(archs) == 0 {
		return nil, fmt.Errorf("lut: no rows to fit")
	}
	m := newLinear(archs[0].Family)
	rows := map[int][]int{}
	for i, a := range archs {
		if a.Family != m.family {
			return nil, fmt.Errorf("lut: row %d, %s: of another family than the first, %s", i, a, m.family.ID)
		}
		rows[a.Resolution] = append(rows[a.Resolution], i)
	}
	for r, at := range rows {
		w, err := m.fit(archs, latenciesMs, at, penalty)
		if err != nil {
			return nil, fmt.Errorf("lut: resolution %d, %d rows: %w", r, len(at), err)
		}
		m.weights[r] = w
	}
	return m, nil
}

// fit gives the weights of one resolution.
func (m *Linear) fit(archs []space.Arch, y []float64, rows []int, penalty float64) ([]float64, error) {
	system := ridge.New(m.width())
	var buffer []int
	var terms []ridge.Term
	for _, i := range rows {
		buffer, terms = m.features(buffer[:0], &archs[i]), terms[:0]
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

// Resolutions lists the fitted resolutions, ascending.
func (m *Linear) Resolutions() []int {
	var rs []int
	for r := range m.weights {
		rs = append(rs, r)
	}
	slices.Sort(rs)
	return rs
}

// Family is the family of the networks that the model was fitted to.
func (m *Linear) Family() *space.Family { return m.family }

// PredictMs writes the sum of the fitted times of each architecture, in milliseconds, to
// dst, which must have their length. It errs at a resolution or for a family that was not
// fitted. Choices that never occurred count as 0.
func (m *Linear) PredictMs(dst []float64, archs []space.Arch) error {
	var buffer [space.MaxSlots + 1]float64
	for i := range archs {
		times, err := m.TimesMs(buffer[:0], archs[i])
		if err != nil {
			return fmt.Errorf("architecture %d: %w", i, err)
		}
		dst[i] = 0
		for _, ms := range times {
			dst[i] += ms
		}
	}
	return nil
}

// TimesMs appends to dst the times that PredictMs sums: the constant of the resolution,
// then the time of each slot that runs, in milliseconds.
func (m *Linear) TimesMs(dst []float64, a space.Arch) ([]float64, error) {
	w := m.weights[a.Resolution]
	if w == nil || a.Family != m.family {
		return dst, fmt.Errorf("no model for %s at resolution %d: fitted were networks of %s at %v", a, a.Resolution, m.family.ID, m.Resolutions())
	}
	var buffer [space.MaxSlots + 1]int
	for _, f := range m.features(buffer[:0], &a) {
		dst = append(dst, w[f])
	}
	return dst, nil
}
