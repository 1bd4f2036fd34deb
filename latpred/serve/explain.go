package serve

import (
	"fmt"
	"net/http"

	"github.com/ofalat/ofalat/latpred/accuracy"
	"github.com/ofalat/ofalat/latpred/space"
)

type explainRequest struct {
	Arch   arch   `json:"arch"`
	Device string `json:"device"` // the device whose parts are wanted; "": all
	// Network asks for explainResponse.Network.
	Network bool `json:"network"`
}

type explainResponse struct {
	Arch     space.Arch  `json:"arch"`
	Network  *network    `json:"network,omitempty"`     // if requested
	Accuracy float64     `json:"accuracy,omitempty"`    // predicted top-1 of OFA's supernet of width 1.2, as a share; absent below 160 pixels
	About    string      `json:"accuracy_of,omitempty"` // whose accuracy it is; with the device of the request, how far it is that of its networks
	Devices  []explained `json:"devices"`
}

// explained is a network on one device.
type explained struct {
	Device       string  `json:"device"`
	LatencyMs    float64 `json:"latency_ms,omitempty"`
	ErrorPercent float64 `json:"error_percent,omitempty"` // see prediction.errorPercent; absent: not known
	Parts        []Part  `json:"parts,omitempty"`
	Preparing    bool    `json:"preparing,omitempty"` // ask again in a moment
	Error        string  `json:"error,omitempty"`     // why there is no latency, such as a resolution that was not measured
}

// explain shows a network on every device.
func (s *Server) explain(w http.ResponseWriter, r *http.Request) (any, error) {
	var q explainRequest
	if err := s.read(w, r, &q); err != nil {
		return nil, err
	}
	about := accuracy.About(nil, false)
	if q.Device != "" {
		d, err := s.device(q.Device)
		if err != nil {
			return nil, err
		}
		about = accuracy.About(d.Space, !d.Assumed)
	}
	s.prepare()
	mine, err := s.turns.wait(r.Context())
	if err != nil {
		return nil, err
	}
	defer mine.done()
	a := q.Arch.Arch
	e := explainResponse{Arch: a, Devices: []explained{}}
	if q.Network {
		e.Network = networkOf(a)
	}
	known := false
	for _, d := range s.devices {
		if err := q.Arch.in(d); err != nil {
			e.Devices = append(e.Devices, explained{Device: d.ID, Error: err.Error()})
			continue
		}
		one := d.explain(a, q.Device == "" || q.Device == d.ID)
		known = known || one.Error == ""
		e.Devices = append(e.Devices, one)
	}
	if !known {
		return nil, mistake{fmt.Errorf("no device knows this network: %s", e.Devices[0].Error)}
	}
	top1 := make([]float64, 1)
	if err := accuracy.Predict(top1, []space.Arch{a}); err == nil {
		e.Accuracy, e.About = top1[0], about
	}
	return e, nil
}

// explain shows a network on the device, and its parts if they are wanted.
func (d *Device) explain(a space.Arch, parts bool) explained {
	e := explained{Device: d.ID, Preparing: !d.isReady()}
	if e.Preparing {
		return e
	}
	p, err := d.prepared()
	if err != nil {
		e.Error = err.Error()
		return e
	}
	ms, err := d.predictMs(p, []space.Arch{a})
	if err == nil && parts {
		e.Parts, err = d.parts(p, a)
	}
	if err != nil {
		e.Parts, e.Error = nil, err.Error()
		return e
	}
	e.LatencyMs, e.ErrorPercent = ms[0], p.errorPercent
	return e
}
