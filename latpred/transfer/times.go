package transfer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat"
)

// times describes networks by how long other devices take for their segments: in a column for
// each device, its time of the whole network, standardised; in a column for each group of
// segments, the time of the group on the mean of the devices, in units of the standard
// deviation of that of whole networks and times the group's prior standard deviation.
type times struct {
	tables []*pass.Model
	mean   []float64 // of each table, milliseconds, over the reference networks
	spread []float64 // standard deviation, likewise
	unit   float64   // standard deviation of the devices' mean, in which each device has mean 1
	groups *groups
	centre []float64 // of each column of groups
	sizes  sync.Map  // by resolution: *sizeTimes
}

// sizeTimes are the times of the layout's entries at a resolution.
type sizeTimes struct {
	tables [][]float64 // by entry and table, milliseconds
	mean   []float64   // by entry: mean over the tables, each in units of its mean, over unit
}

// timesReferences is the number of reference networks over which tables are standardised.
const timesReferences = 500

// With gives the features of f's space with further columns for tables of times of other
// devices, which must be of its family. Latencies of networks of several resolutions are no
// linear function of a few features, but nearly one of other devices' times. It errs if the
// tables have no resolution of the space in common.
func (f *Features) With(tables []*pass.Model) (*Features, error) {
	t := &times{tables: tables}
	var sizes []int
	for _, r := range f.Space.Resolutions {
		if !slices.ContainsFunc(tables, func(m *pass.Model) bool { return m.Family != f.Space.Family || !covers(m, r) }) {
			sizes = append(sizes, r)
		}
	}
	if len(tables) == 0 || sizes == nil {
		return nil, fmt.Errorf("the sources have no resolution of %s in common", f.Space.ID)
	}
	t.groups = newGroups(f.Space.Family, sizes)
	archs := referencesOf(f.Space)[:timesReferences]
	for i := range archs {
		archs[i].Resolution = nearest(sizes, archs[i].Resolution)
	}
	if err := t.standardise(archs); err != nil {
		return nil, err
	}
	g := *f
	_, physics := f.Range(Physics)
	g.keep, g.centre, g.scale, g.times, g.reference = f.keep[:physics], f.centre[:physics], f.scale[:physics], t, nil
	for b := Physics + 1; b <= Blocks; b++ {
		g.first[b] = physics
	}
	var err error
	g.reference, err = g.Rows(archs)
	return &g, err
}

// covers reports whether a table has times at a resolution.
func covers(m *pass.Model, resolution int) bool {
	_, err := m.EntriesMs(resolution)
	return err == nil
}

// columns is the number of columns.
func (t *times) columns() int { return len(t.tables) + len(t.centre) }

// standardise sets the units, by reference networks.
func (t *times) standardise(archs []space.Arch) error {
	n := len(archs)
	sums := mat.NewDense(len(t.tables), n, nil)
	for i, a := range archs {
		segs, err := pass.Segments(nil, a)
		if err != nil {
			return err
		}
		at, err := t.at(a.Resolution)
		if err != nil {
			return err
		}
		for _, s := range segs {
			for k, ms := range at.tables[s.Entry] {
				sums.Set(k, i, sums.At(k, i)+ms)
			}
		}
	}
	t.mean, t.spread = make([]float64, len(t.tables)), make([]float64, len(t.tables))
	total := make([]float64, n)
	for k := range t.tables {
		t.mean[k], t.spread[k] = stat.PopMeanStdDev(sums.RawRowView(k), nil)
		if !(t.mean[k] > 0) || !(t.spread[k] > flatSource*t.mean[k]) || math.IsInf(t.mean[k], 0) {
			return errors.New("a source's times don't depend on the network")
		}
		floats.AddScaled(total, 1/t.mean[k]/float64(len(t.tables)), sums.RawRowView(k))
	}
	t.unit = stat.PopStdDev(total, nil)
	t.sizes.Clear() // their means were in no units yet
	t.centre = make([]float64, len(t.groups.prior))
	row, centre := make([]float64, t.columns()), make([]float64, len(t.centre))
	for _, a := range archs {
		if err := t.fill(row, a); err != nil {
			return err
		}
		floats.AddScaled(centre, 1/float64(n), row[len(t.tables):])
	}
	t.centre = centre
	return nil
}

// at gives the times at a resolution.
func (t *times) at(resolution int) (*sizeTimes, error) {
	if known, ok := t.sizes.Load(resolution); ok {
		return known.(*sizeTimes), nil
	}
	at := &sizeTimes{tables: make([][]float64, t.groups.family.Layout.Entries())}
	at.mean = make([]float64, len(at.tables))
	for k, m := range t.tables {
		ms, err := m.EntriesMs(resolution)
		if err != nil {
			return nil, err
		}
		for e, v := range ms {
			at.tables[e] = append(at.tables[e], v)
			if t.unit > 0 {
				at.mean[e] += v / t.mean[k] / float64(len(t.tables)) / t.unit
			}
		}
	}
	t.sizes.Store(resolution, at)
	return at, nil
}

// fill writes the columns of a network to dst.
func (t *times) fill(dst []float64, a space.Arch) error {
	at, err := t.at(a.Resolution)
	if err != nil {
		return err
	}
	var room [space.MaxSlots + 2]pass.Segment
	segs, err := pass.Segments(room[:0], a)
	if err != nil {
		return err
	}
	tables, columns := dst[:len(t.tables)], dst[len(t.tables):]
	clear(tables)
	for c, v := range t.centre {
		columns[c] = -v
	}
	for _, s := range segs {
		floats.Add(tables, at.tables[s.Entry])
		mean := at.mean[s.Entry]
		t.groups.each(s, a.Resolution, func(column int, of float64) {
			columns[column] += mean * of * t.groups.prior[column]
		})
	}
	for k := range tables {
		tables[k] = (tables[k] - t.mean[k]) / t.spread[k]
	}
	return nil
}

// Timed reports whether the features are with tables of times; see With.
func (f *Features) Timed() bool { return f.times != nil }
