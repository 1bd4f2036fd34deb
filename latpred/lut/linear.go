package lut

import (
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred/ridge"
	"github.com/ofalat/ofalat/latpred/space"
)

// Linear is a table fitted to whole networks: for each resolution a constant, and a
// time for each choice in each slot. It is the closed-form baseline that a learned
// predictor has to beat.
type Linear struct {
	family  *space.Family     // of the networks that it was fitted to
	weights map[int][]float64 // by resolution, then by feature
}

// newLinear makes one without resolutions.
func newLinear(f *space.Family) *Linear { return &Linear{f, map[int][]float64{}} }

// width is the number of features: the constant, and each choice of each slot.
func (m *Linear) width() int { return 1 + m.family.Slots()*m.family.Choices() }

// features appends the numbers of the features of a: the constant, and one for each
// slot that runs.
func (m *Linear) features(dst []int, a *space.Arch) []int {
	dst = append(dst, 0)
	for slot := range m.family.Slots() {
		if c := int(a.Choice[slot]); c > 0 {
			dst = append(dst, slot*m.family.Choices()+c)
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

// Resolutions lists those that were fitted, ascending.
func (m *Linear) Resolutions() []int {
	var rs []int
	for r := range m.weights {
		rs = append(rs, r)
	}
	slices.Sort(rs)
	return rs
}

// Family is that of the networks that it was fitted to.
func (m *Linear) Family() *space.Family { return m.family }

// PredictMs sums the fitted times of each architecture into dst, which has their
// length. It errs at a resolution or for a family that was not fitted. A choice that
// never occurred counts nothing.
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

// TimesMs appends to dst what PredictMs sums: the constant of the resolution, then the
// time of each slot that runs.
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
