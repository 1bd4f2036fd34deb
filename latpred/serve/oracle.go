package serve

import (
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/nas"
	"github.com/ofalat/ofalat/latpred/space"
)

// oracle is what predicts for a device.
type oracle struct {
	estimate        nas.Estimate
	breakdown       func(space.Arch) ([]Part, error) // nil: it can't take latencies apart
	errorPercent    float64                          // mean, on measured networks that it has not seen; 0: not known
	lowest, highest int                              // resolutions that were measured; 0: estimate itself errs at others
}

// Part is the time of a layer of a network.
type Part struct {
	Name string  `json:"name"` // "stem", "stage 2, layer 1", "head"
	Slot int     `json:"slot"` // -1: stem or head
	Ms   float64 `json:"ms"`
}

func ofTable(t *lut.Table, s *space.Space) (*oracle, error) {
	x, err := t.Index(s)
	if err != nil {
		return nil, err
	}
	return &oracle{estimate: x.Estimate, breakdown: func(a space.Arch) ([]Part, error) {
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
				list = append(list, Part{s.Family.SlotName(slot), slot, ms})
			case len(list) == 1:
				list[0].Ms += ms
			default:
				head.Ms += ms
			}
		}
		return append(list, head), nil
	}}, nil
}

func ofPredictor(p latpred.Predictor) *oracle {
	o := &oracle{estimate: p.PredictMs}
	timer, ok := p.(latpred.SegmentTimer)
	if !ok {
		return o
	}
	o.breakdown = func(a space.Arch) ([]Part, error) {
		b, err := timer.Segments(a)
		if err != nil {
			return nil, err
		}
		var list []Part
		for _, t := range b.Segments {
			slot := -1
			if t.Stage >= 0 {
				slot = a.Family.First(t.Stage) + t.Layer
			}
			list = append(list, Part{t.Name, slot, t.Ms})
		}
		return list, nil
	}
	return o
}
