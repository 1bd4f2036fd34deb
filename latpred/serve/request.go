package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/space"
)

// mistake is an error that the client caused; its status is 400.
type mistake struct{ error }

func (m mistake) Unwrap() error { return m.error }

// arch is an architecture in a request: a string with a text that archfile.Parse reads, an
// object of OFA's or of its scripts, or a network.
type arch struct {
	space.Arch
	told *space.Space // the space whose widths the description tells; nil: it tells none
}

func (a *arch) UnmarshalJSON(text []byte) error {
	switch text[0] {
	case '{':
		var n network
		if json.Unmarshal(text, &n) == nil && n.Choices != nil {
			var err error
			a.Arch, err = n.arch()
			return err
		}
		return a.parse(string(text))
	case '"':
		var s string
		if err := json.Unmarshal(text, &s); err != nil {
			return err
		}
		return a.parse(s)
	case '[':
		return a.parse(string(text))
	}
	return errors.New("an architecture is a text, an object or a list of choices")
}

func (a *arch) parse(text string) error {
	item, err := archfile.Parse(text, archfile.Options{})
	a.Arch, a.told = item.Arch, item.Space
	return err
}

// in errs if the description tells other widths than those of a device's networks.
func (a arch) in(d *Device) error {
	if a.told == nil {
		return nil
	}
	return space.Described{Arch: a.Arch, Space: a.told}.In(d.Space)
}

type searchRequest struct {
	Device      string  `json:"device"`
	LimitMs     float64 `json:"limit_ms"`
	Generations int     `json:"generations"` // 0: 100
	Population  int     `json:"population"`  // 0: 100
	Seed        uint64  `json:"seed"`
}

func (r *searchRequest) validate() error {
	if r.Generations == 0 {
		r.Generations = 100
	}
	if r.Population == 0 {
		r.Population = 100
	}
	switch {
	case !(r.LimitMs > 0) || math.IsInf(r.LimitMs, 0):
		return mistake{fmt.Errorf("limit_ms is %v: want milliseconds above 0", r.LimitMs)}
	case r.Generations < 0 || r.Generations > 2000 || r.Population < 10 || r.Population > 1000:
		return mistake{fmt.Errorf("%d generations of %d: want up to 2000 of 10 to 1000", r.Generations, r.Population)}
	}
	return nil
}

// found is a network in answers of search and front.
type found struct {
	Arch      space.Arch       `json:"arch"`
	OFA       *space.OFAConfig `json:"ofa,omitempty"`
	LatencyMs float64          `json:"latency_ms"`
	Accuracy  float64          `json:"accuracy"`
	About     string           `json:"accuracy_of,omitempty"` // see accuracy.About; in a front it stands once, outside
}

// status is the HTTP status of an error.
func status(err error) int {
	var m mistake
	var large *http.MaxBytesError
	var refused refusal
	switch {
	case errors.As(err, &refused):
		return refused.status
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.Is(err, errUnknown):
		return http.StatusNotFound
	case errors.Is(err, errBusy):
		return http.StatusServiceUnavailable
	case errors.As(err, &m):
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

var (
	errUnknown = errors.New("no such device")
	errBusy    = errors.New("as many searches as may wait are waiting: ask again later")
)
