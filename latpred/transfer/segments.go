package transfer

import (
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// SegmentsMs gives the segments of a and their times, milliseconds: what is common to all
// networks of the space is divided in proportion. They sum to PassMs. It errs if a is not in
// the space.
func (c *Clocked) SegmentsMs(a space.Arch) (segs []pass.Segment, ms []float64, err error) {
	total, err := c.PassMs(a)
	if err != nil {
		return nil, nil, err
	}
	if segs, err = pass.Segments(nil, a); err != nil {
		return nil, nil, err
	}
	ms = make([]float64, len(segs))
	for k, m := range c.Models {
		if err := m.addSegments(ms, segs, a, c.Weights[k]); err != nil {
			return nil, nil, err
		}
	}
	var sum float64
	for i, v := range ms {
		ms[i] = max(0, v)
		sum += ms[i]
	}
	for i := range ms {
		if sum > 0 {
			ms[i] *= total / sum
		} else {
			ms[i] = total / float64(len(ms))
		}
	}
	return segs, ms, nil
}

// addSegments adds weight times the effects of features on each segment of a, milliseconds, to
// ms. What the segments have in common is left out.
func (m *Model) addSegments(ms []float64, segs []pass.Segment, a space.Arch, weight float64) error {
	f := m.learner.features
	t := f.times
	at, err := t.at(a.Resolution)
	if err != nil {
		return err
	}
	unit, w := weight*m.spreadMs, m.weights[len(f.keep):]
	groups := w[len(t.tables):]
	for i, s := range segs {
		for k, table := range at.tables[s.Entry] {
			ms[i] += unit * w[k] * table / t.spread[k]
		}
		t.groups.each(s, a.Resolution, func(column int, of float64) {
			ms[i] += unit * groups[column] * at.mean[s.Entry] * of * t.groups.prior[column]
		})
	}
	first, end := f.Range(Physics)
	layers := f.Space.Macro.Layers(a)
	pass.Gather(ms, segs, layers, func(i int) (sum float64) {
		c := cost(&layers[i], f.shape.largest)
		for k := first; k < end; k++ {
			if raw := f.keep[k]; raw < costs {
				sum += unit * m.weights[k] * f.scale[k] * c[raw]
			}
		}
		return sum
	})
	return nil
}

// AppendShares appends the segments of a to segs, and to dst their times on the mean of the
// sources, in no unit, of a model that is Timed. It errs if a source does not cover a.
func (c *Clocked) AppendShares(dst []float64, segs []pass.Segment, a space.Arch) ([]float64, []pass.Segment, error) {
	at, err := c.Models[0].learner.features.times.at(a.Resolution)
	if err != nil {
		return dst, segs, err
	}
	if segs, err = pass.Segments(segs, a); err != nil {
		return dst, segs, err
	}
	for _, s := range segs {
		dst = append(dst, at.mean[s.Entry])
	}
	return dst, segs, nil
}
