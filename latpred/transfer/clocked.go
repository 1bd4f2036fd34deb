package transfer

import (
	"math"

	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Space is the space whose networks the model predicts.
func (c *Clocked) Space() *space.Space { return c.Models[0].Space() }

// Timed reports whether it stands on tables of other devices' times; see Features.With.
func (c *Clocked) Timed() bool { return c.Models[0].learner.features.Timed() }

// Rows is the number of measurements that the model was fitted to.
func (c *Clocked) Rows() int { return c.Models[0].rows }

// Describe says in words what the model of the queue of the most weight stands on; see
// Model.Describe.
func (c *Clocked) Describe() []string {
	return c.Models[floats.MaxIdx(c.Weights)].Describe()
}

// Waits is the weight of a clock that waited for the device.
func (c *Clocked) Waits() (weight float64) {
	for k, q := range c.Queues {
		if q.None() {
			weight += c.Weights[k]
		}
	}
	return weight
}

// read calls visit with what each queue's model says of the networks: its weight, the mean and
// the standard deviation of a measurement. Without sd the latter is 0.
func (c *Clocked) read(archs []space.Arch, sd bool, visit func(i int, weight, ms, sdMs float64)) error {
	f := c.Models[0].learner.features
	rows, err := f.Rows(archs)
	if err != nil {
		return err
	}
	var kernel, bases *mat.Dense
	if sd {
		kernel, bases = c.Models[0].learner.kernelRows(rows)
	}
	for k, m := range c.Models {
		for i, a := range archs {
			s, err := f.show(c.Queues[k], a)
			if err != nil {
				return err
			}
			ms, slope := s.label(m.mean(rows.RawRowView(i)))
			spread := 0.0
			if sd {
				_, variance := m.moments(kernel.RawRowView(i), bases.RawRowView(i))
				spread = slope * m.spreadMs * math.Sqrt(variance)
			}
			visit(i, c.Weights[k], max(ms, 0), spread)
		}
	}
	return nil
}

// Means writes the predictions, milliseconds, of measurements of networks to dst, which must be
// as long as archs. It errs if a network is not in the space.
func (c *Clocked) Means(dst []float64, archs []space.Arch) error {
	clear(dst)
	return c.read(archs, false, func(i int, weight, ms, _ float64) { dst[i] += weight * ms })
}

// Bounds writes to low and high the ends, in milliseconds, of intervals that hold a new
// measurement of each network with probability level; see Model.Bounds.
func (c *Clocked) Bounds(low, high []float64, archs []space.Arch, level float64) error {
	mean, square := make([]float64, len(archs)), make([]float64, len(archs))
	err := c.read(archs, true, func(i int, weight, ms, sd float64) {
		mean[i] += weight * ms
		square[i] += weight * (ms*ms + sd*sd)
	})
	if err != nil {
		return err
	}
	q := 0.0
	for k, m := range c.Models {
		q += c.Weights[k] * m.factor(level)
	}
	for i, ms := range mean {
		w := q * math.Sqrt(max(0, square[i]-ms*ms))
		low[i], high[i] = max(0, ms-w), ms+w
	}
	return nil
}

// PassMs predicts the time of a pass of a, milliseconds, whatever the clock shows of it. It errs
// if a is not in the space.
func (c *Clocked) PassMs(a space.Arch) (ms float64, err error) {
	for k, m := range c.Models {
		one, err := m.MeanMs(a)
		if err != nil {
			return 0, err
		}
		ms += c.Weights[k] * one
	}
	return ms, nil
}

// HostLimited reports whether for some queue the host limits what the clock shows of a. It errs
// if a is not in the space.
func (c *Clocked) HostLimited(a space.Arch) (bool, error) {
	for k, m := range c.Models {
		ms, err := m.MeanMs(a)
		if err != nil {
			return false, err
		}
		s, err := m.learner.features.show(c.Queues[k], a)
		if err != nil {
			return false, err
		}
		if s.hostMs > s.start*ms {
			return true, nil
		}
	}
	return false, nil
}

// Resolutions lists those of the space at which the sources have times; nil if it is not Timed.
func (c *Clocked) Resolutions() []int {
	if !c.Timed() {
		return nil
	}
	return c.Models[0].learner.features.times.groups.sizes
}

// LeftOut gives for each measurement of the networks, which the model was fitted to, what it
// says without that, milliseconds, and the standard deviation; nil of a model that was read.
func (c *Clocked) LeftOut(archs []space.Arch) (ms, sdMs []float64, err error) {
	if c.Models[0].leftMs == nil {
		return nil, nil, nil
	}
	ms, sdMs = make([]float64, len(archs)), make([]float64, len(archs))
	for k, m := range c.Models {
		left, sd := m.LeftOut()
		for i, a := range archs {
			s, err := m.learner.features.show(c.Queues[k], a)
			if err != nil {
				return nil, nil, err
			}
			v, slope := s.label(left[i])
			ms[i] += c.Weights[k] * v
			sdMs[i] += c.Weights[k] * (v*v + slope*slope*sd[i]*sd[i])
		}
	}
	for i, v := range ms {
		sdMs[i] = math.Sqrt(max(1e-18, sdMs[i]-v*v))
	}
	return ms, sdMs, nil
}
