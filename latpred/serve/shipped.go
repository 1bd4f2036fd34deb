package serve

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/space"
)

// Shipped lists the devices of the project: its sets in the order of their index, then
// its tables. What is added to either is served without a change here.
//
//   - A set of measured networks is a device: see FromSet.
//   - A set whose device is a table, since its labels are the table's sums, is served by
//     the table itself.
//   - Another table is a device too. Where a set has its name, its id ends in -table
//     and its sums are judged by the set.
//
// CompOFA's sets are left out. The full spaces have all their networks, and the labels
// of those that were measured don't depend on the resolution, as they should.
func Shipped() ([]*Device, error) {
	var list []*Device
	sets, tables := dataset.Index(), lut.Names()
	for _, info := range sets {
		s, err := space.ByID(info.SpaceID)
		if err != nil {
			return nil, fmt.Errorf("set %s: %w", info.Name, err)
		}
		if s.Ties != nil {
			continue
		}
		d := FromSet(info, s)
		if slices.Contains(lut.Names(), info.Device) {
			t, err := lut.Open(info.Device)
			if err != nil {
				return nil, fmt.Errorf("set %s: %w", info.Name, err)
			}
			d = FromTable(info.Name, info.Title, t, s)
			d.describe(info)
			tables = slices.DeleteFunc(tables, func(name string) bool { return name == info.Device })
		}
		list = append(list, d)
	}
	for _, name := range tables {
		d, err := fromShippedTable(name, sets)
		if err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		list = append(list, d)
	}
	return list, nil
}

// FromSet makes a device of a shipped set of measured networks of s, by a table that
// is fitted to its first rows when it is first asked and judged by its last ones.
func FromSet(info dataset.Info, s *space.Space) *Device {
	d := newDevice(info.Name, info.Title, s, latpred.KindTable, func() (*oracle, error) {
		p, err := catalog.Table(context.Background(), info.Name)
		if err != nil {
			return nil, err
		}
		o := ofPredictor(p)
		measured := p.Model().Basis.Resolutions()
		o.lowest, o.highest = measured[0], measured[len(measured)-1]
		return o, o.judge(info)
	})
	d.describe(info)
	return d
}

func fromShippedTable(name string, sets []dataset.Info) (*Device, error) {
	t, err := lut.Open(name)
	if err != nil {
		return nil, err
	}
	s, err := space.ByID(t.SpaceID)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(sets, func(info dataset.Info) bool { return info.Name == name && info.SpaceID == s.ID })
	if at < 0 {
		return FromTable(name, name+", lookup table", t, s), nil
	}
	info := sets[at]
	d := newDevice(name+"-table", info.Title+", sums of its lookup table", measuredOf(s, t), KindLookup, func() (*oracle, error) {
		o, err := ofTable(t, s)
		if err != nil {
			return nil, err
		}
		return o, o.judge(info)
	})
	d.describe(info)
	return d, nil
}

// describe takes over what the index says of a device.
func (d *Device) describe(info dataset.Info) {
	d.Hardware, _, _ = strings.Cut(info.Title, ",")
	d.Origin, d.Batch = cmp.Or(info.Repository, "this project"), info.Batch
}

// judge finds the mean error on the last rows of a set, which nothing was fitted to.
func (o *oracle) judge(info dataset.Info) error {
	set, err := dataset.Open(info.Name)
	if err != nil {
		return err
	}
	set = set.Subset(set.SplitFileOrder().Test)
	ms := make([]float64, set.Rows)
	if err := o.estimate(ms, set.Archs()); err != nil {
		return fmt.Errorf("set %s: %w", info.Name, err)
	}
	o.errorPercent = 100 * metric.MAPE(ms, set.LatenciesMs())
	return nil
}
