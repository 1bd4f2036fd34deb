package measure

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// header is that of a journal of this runner's.
func (r *Runner) header(what, hardware string, s *space.Space, c Config) Header {
	c = c.withDefaults()
	return Header{
		What: what, Space: s.ID, Device: r.DeviceID(hardware), Batch: r.options.Batch, Threads: r.be.Threads, Formulation: string(r.options.Formulation),
		Rounds: c.Rounds, Extra: c.Extra, Runs: c.Runs, Statistic: Statistic, Machine: Machine(r.be),
	}
}

// Nets measures networks of s into a journal, with anchors, and gives them as a set,
// in the order of measuring. hardware is the device's name in labels. What the journal
// holds already is not measured again.
func (r *Runner) Nets(ctx context.Context, s *space.Space, archs []space.Arch, journal, hardware string, c Config, observe func(Progress)) (set *dataset.Set, noise Noise, err error) {
	j, err := OpenJournal(journal, r.header("nets", hardware, s, c))
	if err != nil {
		return nil, noise, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	prepare := func(a space.Arch) (Subject, error) { return r.Network(s, a) }
	campaign := Campaign{Units: NetUnits(archs, prepare), Anchors: AnchorUnits(s, prepare), Journal: j, Config: c, Observe: observe}
	if err := campaign.Run(ctx); err != nil {
		return nil, noise, err
	}
	set, err = j.Set()
	return set, j.Noise(), err
}

// Table measures the layers of s at some resolutions, with a journal for each in a
// folder, and gives the lookup table.
func (r *Runner) Table(ctx context.Context, s *space.Space, resolutions []int, dir, hardware string, c Config, observe func(Progress)) (*lut.Table, error) {
	t := &lut.Table{Device: r.DeviceID(hardware), SpaceID: s.ID, Rows: map[int]map[string]lut.Entry{}}
	c.Group = max(c.Group, 1<<10) // a resolution is one group
	for _, resolution := range resolutions {
		j, err := OpenJournal(filepath.Join(dir, fmt.Sprintf("%d.journal", resolution)), r.header(fmt.Sprintf("table %d", resolution), hardware, s, c))
		if err != nil {
			return nil, err
		}
		campaign := Campaign{Units: TableUnits(s, resolution, r.Layer), Journal: j, Config: c, Observe: observe}
		err = campaign.Run(ctx)
		t.Rows[resolution] = j.Rows()
		if err = errors.Join(err, j.Close()); err != nil {
			return nil, fmt.Errorf("resolution %d: %w", resolution, err)
		}
	}
	return t, nil
}
