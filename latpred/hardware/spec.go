package hardware

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"github.com/ofalat/ofalat/latpred/gpu"
)

// Spec is the data sheet of a GPU, and what to predict for it.
type Spec struct {
	ID           string  `json:"id,omitempty"`       // of the shipped data sheet, see gpu.ByID: what was measured of the card elsewhere counts; "": none
	Name         string  `json:"name"`               // for people
	Generation   string  `json:"generation"`         // "turing", "pascal", …, in any case; "": not known
	BandwidthGBs float64 `json:"bandwidth_gb_per_s"` // memory bandwidth, 10⁹ bytes per second; above 0
	FP32TFLOPS   float64 `json:"fp32_tflops"`        // peak FP32 arithmetic, 10¹² operations per second; above 0
	Batch        int     `json:"batch"`              // images per pass; 0 is 64
	Space        string  `json:"space"`              // ID of the search space; "" is mbv3-w1.2
}

// SpecOf makes a Spec from a shipped data sheet, with the default batch and space.
func SpecOf(g gpu.Spec) Spec {
	return Spec{ID: g.ID, Name: g.Name, Generation: g.Generation, BandwidthGBs: g.BandwidthGBs, FP32TFLOPS: g.FP32TFLOPS}
}

// ParseSpec reads a data sheet as JSON with the keys of Spec, fills in the defaults and
// validates it. An unknown key is an error, since a misspelt one would be lost silently.
func ParseSpec(content []byte) (Spec, error) {
	var s Spec
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("data sheet: %w; the keys are id, name, generation, bandwidth_gb_per_s, fp32_tflops, batch, space", err)
	}
	if s.ID != "" {
		if _, err := gpu.ByID(s.ID); err != nil {
			return s, fmt.Errorf("data sheet: id: %w; leave it out for any other", err)
		}
	}
	s = s.withDefaults()
	return s, s.Validate()
}

// withDefaults fills in batch and space, and writes the generation in lower case.
func (s Spec) withDefaults() Spec {
	s.Generation = strings.ToLower(s.Generation)
	if s.Batch == 0 {
		s.Batch = 64
	}
	if s.Space == "" {
		s.Space = "mbv3-w1.2"
	}
	return s
}

// Validate errs if bandwidth or arithmetic is not a finite number above 0, or the batch is
// negative. It does not check the space.
func (s Spec) Validate() error {
	switch {
	case !(s.BandwidthGBs > 0) || math.IsInf(s.BandwidthGBs, 0):
		return fmt.Errorf("bandwidth_gb_per_s is %v: want gigabytes a second", s.BandwidthGBs)
	case !(s.FP32TFLOPS > 0) || math.IsInf(s.FP32TFLOPS, 0):
		return fmt.Errorf("fp32_tflops is %v: want teraflops", s.FP32TFLOPS)
	case s.Batch < 0:
		return fmt.Errorf("batch is %d", s.Batch)
	}
	return nil
}
