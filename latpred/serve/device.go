package serve

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// Device is a device with its latency predictor. FromPredictor, FromEntry and Shipped
// make devices; exported fields may be changed until the device is passed to New.
type Device struct {
	ID       string       // by which requests name it; unique in a server
	Title    string       // for people: hardware, batch, laboratory
	Hardware string       // the hardware alone; "": see Title
	Origin   string       // of the data: a repository, or whose they are; "": not known
	Batch    int          // images at once in the measurements; 0: not known
	Space    *space.Space // of the networks that it predicts; searches draw its Resolutions
	Assumed  bool         // the Space is a guess: nobody told of which width the networks are
	Kind     string       // of the predictor, see latpred.Predictor

	open  func() (prediction, error)
	once  sync.Once
	ready chan struct{} // closed when made and err are set
	made  prediction
	err   error

	frontLock *semaphore.Weighted // of one: a lock that a request can stop waiting for
	front     []nas.Candidate     // nil: not computed
}

// prediction is a predictor and its error.
type prediction struct {
	latpred.Predictor
	errorPercent float64 // mean absolute percentage error on measured networks that it was not fitted to; 0: not known
}

// FromPredictor makes a device from a predictor for networks of s. If the predictor is a
// latpred.ResolutionLister, searches draw only resolutions that it lists.
func FromPredictor(id, title string, p latpred.Predictor, s *space.Space) *Device {
	if lister, ok := p.(latpred.ResolutionLister); ok {
		s = measuredOf(s, lister.Resolutions())
	}
	d := newDevice(id, title, s, p.Kind(), func() (prediction, error) { return prediction{Predictor: p}, nil })
	_, _ = d.prepared() // it is there
	return d
}

// measuredOf is s with only those of its resolutions that were measured, or s if none
// was.
func measuredOf(s *space.Space, measured []int) *space.Space {
	narrow := *s
	narrow.Resolutions = slices.DeleteFunc(slices.Clone(s.Resolutions), func(r int) bool { return !slices.Contains(measured, r) })
	if len(narrow.Resolutions) == 0 {
		return s
	}
	return &narrow
}

func newDevice(id, title string, s *space.Space, kind string, open func() (prediction, error)) *Device {
	return &Device{ID: id, Title: title, Space: s, Kind: kind, open: open, ready: make(chan struct{}), frontLock: semaphore.NewWeighted(1)}
}

// prepared returns the predictor. The first call makes it, which may take seconds; others
// wait for it.
func (d *Device) prepared() (prediction, error) {
	d.once.Do(func() {
		defer close(d.ready)
		defer func() {
			if p := recover(); p != nil { // in the background nothing else would recover it
				d.err = fmt.Errorf("preparing %s: panic: %v", d.ID, p)
			}
		}()
		d.made, d.err = d.open()
	})
	return d.made, d.err
}

// await is prepared for a request: it errs when ctx ends before the predictor is made, which
// goes on.
func (d *Device) await(ctx context.Context) (prediction, error) {
	if d.isReady() {
		return d.made, d.err
	}
	go func() { _, _ = d.prepared() }()
	select {
	case <-d.ready:
		return d.made, d.err
	case <-ctx.Done():
		return prediction{}, ctx.Err()
	}
}

// isReady reports whether prepared returns at once.
func (d *Device) isReady() bool {
	select {
	case <-d.ready:
		return true
	default:
		return false
	}
}

// check returns nil if a device can predict networks: those outside its space, and resolutions
// below or above those that were measured, are the client's mistakes.
func (d *Device) check(p prediction, archs []space.Arch) error {
	for i, a := range archs {
		if err := d.Space.Validate(a); err != nil {
			return mistake{fmt.Errorf("archs[%d]: %w", i, err)}
		}
	}
	if lister, ok := p.Predictor.(latpred.ResolutionLister); ok {
		measured := lister.Resolutions()
		lowest, highest := measured[0], measured[len(measured)-1]
		for i, a := range archs {
			if a.Resolution < lowest || a.Resolution > highest {
				return mistake{fmt.Errorf("archs[%d]: resolution %d: %s was measured from %d to %d", i, a.Resolution, d.ID, lowest, highest)}
			}
		}
	}
	return nil
}

// predictMs predicts networks, in milliseconds, which it checks first; a number that is no
// latency is the predictor's mistake.
func (d *Device) predictMs(p prediction, archs []space.Arch) ([]float64, error) {
	if err := d.check(p, archs); err != nil {
		return nil, err
	}
	ms := make([]float64, len(archs))
	if err := p.PredictMs(ms, archs); err != nil {
		return nil, mistake{err}
	}
	return ms, d.checkMs(ms, archs)
}

// checkMs errs if a prediction is no latency.
func (d *Device) checkMs(ms []float64, archs []space.Arch) error {
	if err := latpred.CheckMs(ms, archs); err != nil {
		return fmt.Errorf("%s: %w", d.ID, err)
	}
	return nil
}

// Part is a layer's share of a network's latency.
type Part struct {
	Name string  `json:"name"` // "stem", "stage 2, layer 1", "head"
	Slot int     `json:"slot"` // index of the slot in the network; -1: stem or head
	Ms   float64 `json:"ms"`   // milliseconds
}

// parts splits the latency of a network into its layers'; nil if the predictor can't.
func (d *Device) parts(p prediction, a space.Arch) (list []Part, err error) {
	timer, ok := p.Predictor.(latpred.SegmentTimer)
	if !ok {
		return nil, nil
	}
	b, err := timer.Segments(a)
	if err != nil {
		return nil, err
	}
	for _, t := range b.Segments {
		if math.IsNaN(t.Ms) || math.IsInf(t.Ms, 0) {
			return nil, fmt.Errorf("%s: the predictor gives %v ms for %s: it is damaged", d.ID, t.Ms, t.Name)
		}
		slot := -1
		if t.Stage >= 0 {
			slot = a.Family.First(t.Stage) + t.Layer
		}
		list = append(list, Part{t.Name, slot, t.Ms})
	}
	return list, nil
}

// hasAccuracy errs if the accuracy of the device's networks can't be predicted, so that a
// search has nothing to maximise.
func (d *Device) hasAccuracy() error {
	if err := accuracy.Predict(make([]float64, 1), []space.Arch{d.Space.Smallest()}); err != nil {
		return mistake{fmt.Errorf("OFA's accuracy predictor does not know the networks of %s, so there is nothing to search for: %w", d.Space.ID, err)}
	}
	return nil
}

// aboutAccuracy says whose accuracies are shown beside the device's latencies; "" if none
// are.
func (d *Device) aboutAccuracy() string {
	if d.hasAccuracy() != nil {
		return ""
	}
	return accuracy.About(d.Space, !d.Assumed)
}
