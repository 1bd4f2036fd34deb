package serve

import (
	"net/http"
	"runtime"
	"time"
)

// prepare makes the devices ready in the background, on all cores, once.
func (s *Server) prepare() {
	s.prepareOnce.Do(func() {
		queue := make(chan *Device, len(s.devices))
		for _, d := range s.devices {
			if !d.isReady() {
				queue <- d
			}
		}
		close(queue)
		for range min(len(queue), runtime.GOMAXPROCS(0)) {
			go func() {
				for d := range queue {
					s.prepareOne(d)
				}
			}()
		}
	})
}

// prepareOne makes a device ready and logs how long it took.
func (s *Server) prepareOne(d *Device) {
	start := time.Now()
	p, err := d.prepared()
	if err != nil {
		s.config.Log.Error("device", "id", d.ID, "error", err.Error())
		return
	}
	s.config.Log.Info("device", "id", d.ID, "ms", time.Since(start).Milliseconds(), "error_percent", p.errorPercent)
}

func (s *Server) health(http.ResponseWriter, *http.Request) (any, error) {
	ready := 0
	for _, d := range s.devices {
		if d.isReady() {
			ready++
		}
	}
	return map[string]any{"status": "ok", "devices": len(s.devices), "ready": ready}, nil
}

// listed is a device in the list.
type listed struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Hardware    string `json:"hardware,omitempty"`
	Origin      string `json:"origin,omitempty"`
	Batch       int    `json:"batch,omitempty"`
	Space       string `json:"space"`
	Assumed     bool   `json:"space_assumed,omitempty"` // see Device.Assumed
	AccuracyOf  string `json:"accuracy_of,omitempty"`   // whose accuracies stand beside its latencies; absent: no accuracy is known
	Kind        string `json:"kind"`
	Resolutions []int  `json:"resolutions"` // that searches draw from
}

func (s *Server) list(http.ResponseWriter, *http.Request) (any, error) {
	devices, spaces := []listed{}, map[string]listedSpace{}
	for _, d := range s.devices {
		devices = append(devices, listed{d.ID, d.Title, d.Hardware, d.Origin, d.Batch, d.Space.ID, d.Assumed, d.aboutAccuracy(), d.Kind, d.Space.Resolutions})
		spaces[d.Space.ID] = listSpace(d.Space)
	}
	return map[string]any{"devices": devices, "spaces": spaces}, nil
}
