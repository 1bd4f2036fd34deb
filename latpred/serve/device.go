package serve

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Device is what latencies are of, with what predicts them. FromTable, FromSet,
// FromPredictor and Shipped make devices; what is exported may be changed until a
// server has them.
type Device struct {
	ID       string
	Title    string       // for people: hardware, batch, laboratory
	Hardware string       // the hardware alone; "": see Title
	Origin   string       // of the data: a repository, or whose they are; "": not known
	Batch    int          // images of a latency; 0: not known
	Space    *space.Space // of the networks that it is asked about
	Kind     string       // of what predicts: KindLookup, or a predictor's kind

	open  func() (*oracle, error)
	once  sync.Once
	ready chan struct{} // closed when what open gave is there
	made  *oracle
	err   error

	frontMu sync.Mutex
	front   []nas.Candidate // nil: not computed
}

// KindLookup is the kind of devices whose layers were measured.
const KindLookup = "lookup table"

// FromTable makes a device of a lookup table that covers s, at the resolutions that
// both have.
func FromTable(id, title string, t *lut.Table, s *space.Space) *Device {
	d := newDevice(id, title, measuredOf(s, t), KindLookup, func() (*oracle, error) { return ofTable(t, s) })
	_, _ = d.prepared() // it is quick; an error comes back when the device is asked
	return d
}

// measuredOf is s with those of its resolutions that a table has, if it has any.
func measuredOf(s *space.Space, t *lut.Table) *space.Space {
	narrow := *s
	narrow.Resolutions = slices.DeleteFunc(slices.Clone(s.Resolutions), func(r int) bool { return t.Rows[r] == nil })
	if len(narrow.Resolutions) == 0 {
		return s
	}
	return &narrow
}

// FromPredictor makes a device of a predictor for networks of s.
func FromPredictor(id, title string, p latpred.Predictor, s *space.Space) *Device {
	d := newDevice(id, title, s, p.Kind(), func() (*oracle, error) { return ofPredictor(p), nil })
	_, _ = d.prepared()
	return d
}

func newDevice(id, title string, s *space.Space, kind string, open func() (*oracle, error)) *Device {
	return &Device{ID: id, Title: title, Space: s, Kind: kind, open: open, ready: make(chan struct{})}
}

// prepared gives what predicts; the first call makes it, which takes up to seconds.
func (d *Device) prepared() (*oracle, error) {
	d.once.Do(func() {
		defer close(d.ready)
		defer func() {
			if p := recover(); p != nil { // it may run in the background, where nobody else stops it
				d.err = fmt.Errorf("preparing %s: panic: %v", d.ID, p)
			}
		}()
		d.made, d.err = d.open()
	})
	return d.made, d.err
}

// isReady reports whether prepared answers at once.
func (d *Device) isReady() bool {
	select {
	case <-d.ready:
		return true
	default:
		return false
	}
}

// predictMs predicts networks, which must be of the device's space.
func (d *Device) predictMs(archs []space.Arch) ([]float64, error) {
	o, err := d.prepared()
	if err != nil {
		return nil, err
	}
	for i, a := range archs {
		if err := d.Space.Validate(a); err != nil {
			return nil, mistake{fmt.Errorf("archs[%d]: %w", i, err)}
		}
		if o.highest > 0 && (a.Resolution < o.lowest || a.Resolution > o.highest) {
			return nil, mistake{fmt.Errorf("archs[%d]: resolution %d: %s was measured from %d to %d", i, a.Resolution, d.ID, o.lowest, o.highest)}
		}
	}
	ms := make([]float64, len(archs))
	if err := o.estimate(ms, archs); err != nil {
		return nil, mistake{err}
	}
	return ms, nil
}

// hasAccuracy errs where the accuracy of the device's networks can't be predicted, so
// that there is nothing to search for.
func (d *Device) hasAccuracy() error {
	if err := accuracy.Predict(make([]float64, 1), []space.Arch{d.Space.Smallest()}); err != nil {
		return mistake{fmt.Errorf("OFA's accuracy predictor does not know the networks of %s, so there is nothing to search for: %w", d.Space.ID, err)}
	}
	return nil
}

// paretoFront searches for the best trade-offs of accuracy and latency, once.
func (d *Device) paretoFront(ctx context.Context, generations int) ([]nas.Candidate, error) {
	d.frontMu.Lock()
	defer d.frontMu.Unlock()
	if d.front != nil {
		return d.front, nil
	}
	if err := d.hasAccuracy(); err != nil {
		return nil, err
	}
	o, err := d.prepared()
	if err != nil {
		return nil, err
	}
	config := nas.Published(d.Space, 1e9)
	config.Generations = generations
	r, err := nas.SearchFront(ctx, random.Stream(1, "front "+d.ID), config, o.estimate, accuracy.Predict, nil)
	if err != nil {
		return nil, err
	}
	d.front = r.Front
	return d.front, nil
}
