package measure

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// Device is a device under measurement: the networks of one space, the way to run them
// and the protocol. Runner.Device and Foreign.Device make one; its fields may be changed
// before it measures.
type Device struct {
	Space  *space.Space
	Header Header // of its journals, except What and Seed
	Config Config // the protocol; zero fields stand for defaults

	Shard     Shard  // part of the networks or layers to measure; zero: all
	NoAnchors bool   // measure no anchor networks with each group
	LockFile  string // file that is locked while timing; "": no lock
	TakeTurns bool   // wait for the lock and hold it group by group; false: take it for the whole run or err

	Enough <-chan struct{} // see Campaign.Enough; nil: nobody asks

	Network func(space.Arch) (Subject, error)  // prepares a network
	Layer   func(space.Layer) (Subject, error) // prepares a single layer; nil: single layers can't be measured
}

// Device returns the runner as a device for networks of s. hardware is the hardware's
// part of the device's name, see DeviceID; "" stands for Processor().
func (r *Runner) Device(s *space.Space, hardware string, c Config) *Device {
	if hardware == "" {
		hardware = Processor()
	}
	d := &Device{Space: s, Config: c, Layer: r.Layer}
	d.Network = func(a space.Arch) (Subject, error) { return r.Network(s, a) }
	d.describe(Header{
		Device: r.DeviceID(hardware), Batch: r.options.Batch, Threads: r.be.Threads,
		Formulation: string(r.options.Formulation), Autotune: r.autotune(), Flags: r.be.Asked, Machine: Machine(r.be), Software: r.software(),
	})
	if r.options.Precision != F32 {
		d.Header.Precision = r.options.Precision
	}
	return d
}

// Device returns the program as a device for networks of s with batch images at once.
// hardware is the hardware's part of the device's name; "" stands for "foreign". Warming
// up is left to the program: c.WarmUps and c.Discard are ignored. The defaults of
// c.Rounds and c.Runs are 3 and 1.
func (f Foreign) Device(s *space.Space, hardware string, batch int, c Config) *Device {
	if hardware == "" {
		hardware = "foreign"
	}
	c.WarmUps, c.Discard = -1, -1
	if c.Rounds == 0 {
		c.Rounds = 3
	}
	if c.Runs == 0 {
		c.Runs = 1
	}
	d := &Device{Space: s, Config: c}
	d.Network = func(a space.Arch) (Subject, error) { return f.Network(s, a, batch) }
	d.describe(Header{Device: fmt.Sprintf("%s-b%d", hardware, batch), Batch: batch, Command: f.Command, Pick: f.Pick, Machine: Machine(nil), Software: f.software()})
	return d
}

// describe completes h with the space and the protocol and sets it as the device's
// header.
func (d *Device) describe(h Header) {
	c := d.Config.withDefaults()
	h.Space, h.Statistic = d.Space.ID, Statistic
	h.Rounds, h.Extra, h.Runs = c.Rounds, c.Extra, c.Runs
	d.Header = h
}

// WhatNets is Header.What of networks.
const WhatNets = "nets"

// WhatTable is Header.What of the layers at a resolution.
func WhatTable(resolution int) string { return fmt.Sprintf("table %d", resolution) }

// Nets measures networks into the journal file of that path, which is created if it
// does not exist, and returns the journal, closed, for Journal.Set and Journal.Noise.
// Networks that the journal already holds are not measured again. seed is the one that
// archs were sampled with, for the record. If the measurement stops early, the journal
// is returned with the error; it is nil if it could not be opened. observe may be nil.
func (d *Device) Nets(ctx context.Context, archs []space.Arch, seed uint64, journal string, observe func(Progress)) (*Journal, error) {
	h := d.Header
	h.What, h.Seed = WhatNets, seed
	return d.run(ctx, NetUnits(archs, d.Network), h, d.Config, journal, observe)
}

// Layers measures all distinct layers of the space at a resolution, as Nets measures
// networks; Journal.Rows gives the rows of the lookup table. The default of
// Config.Group is Shard.LayerGroup, so that all layers are one group.
func (d *Device) Layers(ctx context.Context, resolution int, journal string, observe func(Progress)) (*Journal, error) {
	if d.Layer == nil {
		return nil, fmt.Errorf("%s can't measure layers alone", d.Header.Device)
	}
	h, c := d.Header, d.Config
	h.What = WhatTable(resolution)
	units := TableUnits(d.Space, resolution, d.Layer)
	if c.Group == 0 {
		c.Group = d.Shard.LayerGroup(len(units))
	}
	return d.run(ctx, units, h, c, journal, observe)
}

// Table measures the layers of the space at each of the resolutions, into the journal
// "<resolution>.journal" in the folder dir, and returns the lookup table.
func (d *Device) Table(ctx context.Context, resolutions []int, dir string, observe func(Progress)) (*lut.Table, error) {
	t := &lut.Table{Device: d.Header.Device, SpaceID: d.Space.ID, Rows: map[int]map[string]lut.Entry{}}
	for _, r := range resolutions {
		j, err := d.Layers(ctx, r, filepath.Join(dir, fmt.Sprintf("%d.journal", r)), observe)
		if err != nil {
			return nil, fmt.Errorf("resolution %d: %w", r, err)
		}
		t.Rows[r] = j.Rows()
	}
	return t, nil
}

// run measures the shard's units into a journal.
func (d *Device) run(ctx context.Context, units []Unit, h Header, c Config, journal string, observe func(Progress)) (_ *Journal, err error) {
	if err := c.validate(); err != nil { // before there is a journal
		return nil, err
	}
	if h.Shard = d.Shard; d.Shard.Of > 0 {
		h.Shard.Group = c.withDefaults().Group
		units = shardOf(d.Shard, h.Shard.Group, units)
	}
	j, err := OpenJournal(journal, h)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, j.Close()) }()
	var anchors []Unit
	if !d.NoAnchors {
		anchors = AnchorUnits(d.Space, d.Network)
	}
	hold, release, err := d.hold(ctx, units)
	if err != nil {
		return j, err
	}
	defer release()
	campaign := Campaign{Units: units, Anchors: anchors, Journal: j, Config: c, Hold: hold, Observe: observe, Enough: d.Enough}
	return j, campaign.Run(ctx)
}

// hold returns Campaign.Hold and the function to call after the campaign. Without
// TakeTurns the lock is taken here, for the whole run, and Campaign.Hold is nil. With
// it, units are changed to share the lock while they are prepared, so that compiling
// disturbs nobody's timing.
func (d *Device) hold(ctx context.Context, units []Unit) (hold func(context.Context) (func(), error), release func(), err error) {
	if d.LockFile == "" {
		return nil, func() {}, nil
	}
	if !d.TakeTurns {
		release, err = Lock(ctx, d.LockFile, Now)
		return nil, release, err
	}
	for i, u := range units {
		units[i].Prepare = func(ctx context.Context) (Subject, error) {
			release, err := Lock(ctx, d.LockFile, Shared)
			if err != nil {
				return nil, err
			}
			defer release()
			return u.Prepare(ctx)
		}
	}
	return func(ctx context.Context) (func(), error) { return Lock(ctx, d.LockFile, Wait) }, func() {}, nil
}

// Check measures the anchors and, if the device can measure layers, one layer; see the
// function Check.
func (d *Device) Check(ctx context.Context, rounds int) (Quiet, error) {
	units := AnchorUnits(d.Space, d.Network)
	if d.Layer != nil {
		layers := TableUnits(d.Space, d.Space.Resolutions[0], d.Layer)
		units = append(units, layers[len(layers)/2])
	}
	hold, release, err := d.hold(ctx, nil)
	if err != nil {
		return Quiet{}, err
	}
	defer release()
	return Check(ctx, units, rounds, hold)
}

// OwnAnchors tells Device.Normaliser to divide a journal by its own anchors.
const OwnAnchors = "own"

// Normaliser is the function Normaliser for this device.
func (d *Device) Normaliser(by string) (func(*Journal) *Journal, error) {
	return Normaliser(by, d.Header.Device)
}

// Normaliser returns the function that turns a measured journal of a device into the one
// that labels are taken from: for by "" the journal itself; for OwnAnchors the journal
// divided by its own anchors; otherwise the journal divided by the anchors of the
// journal file named by. See Journal.Normalised. It errs if that file can't be read, is
// of another device or has no anchors, so that this is known before measuring.
func Normaliser(by, device string) (func(*Journal) *Journal, error) {
	switch by {
	case "":
		return func(j *Journal) *Journal { return j }, nil
	case OwnAnchors:
		return func(j *Journal) *Journal { return j.Normalised(nil) }, nil
	}
	other, err := ReadJournalFile(by)
	if err != nil {
		return nil, err
	}
	anchorMs := other.AnchorMs()
	if other.Header.Device != device || len(anchorMs) == 0 {
		return nil, fmt.Errorf("%s is of %s, with %d anchors; want anchors of %s", by, other.Header.Device, len(anchorMs), device)
	}
	return func(j *Journal) *Journal { return j.Normalised(anchorMs) }, nil
}
