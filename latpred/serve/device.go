package serve

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Device is what latencies are of, with what predicts them.
type Device struct {
	ID    string
	Title string       // for people
	Space *space.Space // of the networks that it is asked about
	Kind  string       // of what predicts: "table", "fitted table", or a predictor's kind

	// predict makes the estimate and the breakdown, once.
	predict func() (nas.Estimate, breakdown, error)

	frontMu sync.Mutex
	front   []nas.Candidate // nil: not computed
}

// breakdown takes a latency apart; nil where a device can't.
type breakdown func(a space.Arch) ([]Part, error)

// Part is the time of a layer of a network.
type Part struct {
	Name string  `json:"name"` // "stem", "stage 2, layer 1", "head"
	Slot int     `json:"slot"` // -1: stem or head
	Ms   float64 `json:"ms"`
}

// FromTable makes a device of a lookup table that covers s.
func FromTable(id, title string, t *lut.Table, s *space.Space) *Device {
	return &Device{ID: id, Title: title, Space: s, Kind: "table", predict: once(func() (nas.Estimate, breakdown, error) { return ofTable(t, s) })}
}

// FromSet makes a device of measured whole networks, by a table fitted to them when
// it is first asked.
func FromSet(info dataset.Info) (*Device, error) {
	s, err := space.ByID(info.SpaceID)
	if err != nil {
		return nil, fmt.Errorf("set %s: %w", info.Name, err)
	}
	return &Device{ID: info.Name, Title: info.Title, Space: s, Kind: "fitted table", predict: once(func() (nas.Estimate, breakdown, error) {
		set, err := dataset.Open(info.Name)
		if err != nil {
			return nil, nil, err
		}
		t, _, err := lut.Fit(s, set.Archs(), set.LatenciesMs())
		if err != nil {
			return nil, nil, fmt.Errorf("set %s: %w", info.Name, err)
		}
		return ofTable(t, s)
	})}, nil
}

// FromPredictor makes a device of a predictor for networks of s.
func FromPredictor(id, title string, p latpred.Predictor, s *space.Space) *Device {
	var parts breakdown
	if timer, ok := p.(latpred.SegmentTimer); ok {
		parts = func(a space.Arch) ([]Part, error) {
			b, err := timer.Segments(a)
			if err != nil {
				return nil, err
			}
			var list []Part
			for _, t := range b.Segments {
				slot := -1
				if t.Stage >= 0 {
					slot = t.Stage*space.SlotsPerStage + t.Layer
				}
				list = append(list, Part{t.Name, slot, t.Ms})
			}
			return list, nil
		}
	}
	return &Device{ID: id, Title: title, Space: s, Kind: p.Kind(), predict: func() (nas.Estimate, breakdown, error) { return p.PredictMs, parts, nil }}
}

// once makes what predicts when it is first needed.
func once(make func() (nas.Estimate, breakdown, error)) func() (nas.Estimate, breakdown, error) {
	type made struct {
		estimate nas.Estimate
		parts    breakdown
	}
	get := sync.OnceValues(func() (made, error) {
		e, b, err := make()
		return made{e, b}, err
	})
	return func() (nas.Estimate, breakdown, error) {
		m, err := get()
		return m.estimate, m.parts, err
	}
}

func ofTable(t *lut.Table, s *space.Space) (nas.Estimate, breakdown, error) {
	x, err := t.Index(s)
	if err != nil {
		return nil, nil, err
	}
	parts := func(a space.Arch) ([]Part, error) {
		if _, err := x.LatencyMs(a); err != nil {
			return nil, err // names what is missing
		}
		list := []Part{{Name: "stem", Slot: -1}}
		head := Part{Name: "head", Slot: -1}
		layers := s.Layers(a)
		for i, key := range t.Style.Keys(layers) {
			ms := t.Rows[a.Resolution][key].MeanMs
			switch slot := layers[i].Slot; {
			case slot >= 0:
				name := fmt.Sprintf("stage %d, layer %d", slot/space.SlotsPerStage+1, slot%space.SlotsPerStage+1)
				list = append(list, Part{name, slot, ms})
			case len(list) == 1:
				list[0].Ms += ms
			default:
				head.Ms += ms
			}
		}
		return append(list, head), nil
	}
	return x.Estimate, parts, nil
}

// Shipped lists the devices of the project: its tables, and its sets of whole networks
// of full spaces.
func Shipped() ([]*Device, error) {
	var list []*Device
	for _, name := range lut.Names() {
		t, err := lut.Open(name)
		if err != nil {
			return nil, err
		}
		s, err := space.ByID(t.SpaceID)
		if err != nil {
			return nil, err
		}
		list = append(list, FromTable(name, name+", lookup table", t, s))
	}
	for _, info := range dataset.Index() {
		if slices.Contains(lut.Names(), info.Name) || !strings.HasPrefix(info.SpaceID, "mbv3-") || strings.HasPrefix(info.Name, "help-") {
			continue // there is the table; spaces that tie genes; sets with too few rows at each of 25 resolutions
		}
		d, err := FromSet(info)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// predictMs predicts networks, which must be of the device's space.
func (d *Device) predictMs(archs []space.Arch) ([]float64, error) {
	estimate, _, err := d.predict()
	if err != nil {
		return nil, err
	}
	for i, a := range archs {
		if err := d.Space.Validate(a); err != nil {
			return nil, mistake{fmt.Errorf("archs[%d]: %w", i, err)}
		}
	}
	ms := make([]float64, len(archs))
	if err := estimate(ms, archs); err != nil {
		return nil, mistake{err}
	}
	return ms, nil
}

// paretoFront searches for the best trade-offs of accuracy and latency, once.
func (d *Device) paretoFront(ctx context.Context, generations int) ([]nas.Candidate, error) {
	d.frontMu.Lock()
	defer d.frontMu.Unlock()
	if d.front != nil {
		return d.front, nil
	}
	estimate, _, err := d.predict()
	if err != nil {
		return nil, err
	}
	config := nas.Published(d.Space, 1e9)
	config.Generations = generations
	r, err := nas.SearchFront(ctx, random.Stream(1, "front "+d.ID), config, estimate, latpred.Accuracy, nil)
	if err != nil {
		return nil, err
	}
	d.front = r.Front
	return d.front, nil
}
