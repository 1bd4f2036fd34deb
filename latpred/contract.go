package latpred

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Predictor predicts the latency of architectures on one device. It holds everything
// that this needs: encoding, weights, scaling. Abilities that only some kinds have are
// interfaces of their own: IntervalPredictor, BackedIntervals, PassTimer, SegmentTimer and
// ResolutionLister.
type Predictor interface {
	// Kind names the kind of predictor, one of Kinds.
	Kind() string
	// PredictMs writes the latency of archs[i], in milliseconds, to dst[i]. It panics
	// if dst and archs differ in length, and returns an error that names the
	// architecture if one can't be expressed. It is safe for concurrent use.
	PredictMs(dst []float64, archs []space.Arch) error
	// Provenance tells how the predictor was made.
	Provenance() Provenance
}

// The kinds of predictors.
const (
	KindPaper    = "paper"        // the published network; package neural
	KindLookup   = "lookup table" // measured times of layers, summed; package additive
	KindTable    = "table"        // times of layers, fitted in closed form, with or without a launch queue; package additive
	KindLinear   = "closed form"  // a time for each choice of each slot, fitted in closed form; package additive
	KindHybrid   = "hybrid"       // a table and a learned correction; package additive
	KindAdapted  = "adapted"      // predictors of other devices, adapted with few measurements; package adapt
	KindHardware = "hardware"     // predictors of other GPUs, transferred by data sheets; package hardware
)

// Kinds lists all kinds of predictors.
func Kinds() []string {
	return []string{KindPaper, KindLookup, KindTable, KindLinear, KindHybrid, KindAdapted, KindHardware}
}

// IntervalPredictor is a predictor that also gives prediction intervals.
type IntervalPredictor interface {
	Predictor
	// BoundsMs writes to low[i] and high[i] the ends, in milliseconds, of an interval
	// that holds the latency of archs[i] with probability level, which is above 0 and
	// below 1. All three slices must have the same length. The interval need not be
	// symmetric about PredictMs; low is never below 0. Where the predictor has rows, but
	// too few to promise the level, low is 0 and high is +Inf: n calibration rows bound
	// levels up to n/(n+1). The error is ErrNoInterval if the predictor was made from too
	// few rows for any interval.
	BoundsMs(low, high []float64, archs []space.Arch, level float64) error
}

// ErrNoInterval is the error of a predictor that has too few rows for an interval.
var ErrNoInterval = errors.New("the predictor has no interval: it needs rows that it was not trained on, so train it again with more")

// PassTimer is a predictor that separates the true time of a forward pass from the
// time that a clock shows when it does not wait for the device; see package pass.
type PassTimer interface {
	Predictor
	// PassMs writes the true time of a pass of each architecture, in milliseconds.
	// Its contract is that of PredictMs.
	PassMs(dst []float64, archs []space.Arch) error
}

// PassMs writes the time of a forward pass of each architecture, in milliseconds, to
// dst: the true pass if p is a PassTimer, else the latency that p predicts. Its contract
// is that of Predictor.PredictMs.
func PassMs(p Predictor, dst []float64, archs []space.Arch) error {
	if t, ok := p.(PassTimer); ok {
		return t.PassMs(dst, archs)
	}
	return p.PredictMs(dst, archs)
}

// SegmentTimer is a predictor that can divide a latency among the parts of a network.
type SegmentTimer interface {
	Predictor
	// Segments gives the time of each segment of a. The times sum to the true pass,
	// which is the latency if the clock waits for the device. Latencies of whole
	// networks can't separate what all networks have in common: the stem, the head and
	// the least that first layers take. That time is divided in proportion to
	// multiply-accumulates.
	Segments(a space.Arch) (Breakdown, error)
}

// Breakdown is the time of a pass, segment by segment.
type Breakdown struct {
	Segments []SegmentTime `json:"segments"`
	TrueMs   float64       `json:"true_ms"`  // sum of the segments: the pass itself
	LabelMs  float64       `json:"label_ms"` // the latency that the clock of the training data shows
	// HostLimited means that the clock started before the launch queue was full, so
	// that LabelMs is too short; see package pass.
	HostLimited bool `json:"host_limited"`
}

// SegmentTime is the time of a part of a network.
type SegmentTime struct {
	Name   string  `json:"name"`             // "stem", "stage 2, layer 1", "head"
	Stage  int     `json:"stage"`            // from 0; −1: stem or head
	Layer  int     `json:"layer"`            // from 0; −1: stem or head
	Kernel int     `json:"kernel,omitempty"` // 0: stem or head, or choices have none
	Expand int     `json:"expand,omitempty"` // 0: stem or head, or choices have none
	Choice string  `json:"choice,omitempty"` // its label, where choices are more than kernel and expansion
	Ms     float64 `json:"ms"`               // may be below 0 by noise
}

// ResolutionLister is a predictor that knows the resolutions of its training data.
type ResolutionLister interface {
	Predictor
	// Resolutions lists the resolutions, in pixels and ascending, of the networks that
	// the predictor was made from. Between the lowest and the highest it may predict at
	// others; outside that range a prediction, if it is no error, is an extrapolation.
	Resolutions() []int
}

// MustMatch panics if dst and archs differ in length. Predictors call it, since such a
// call is a programmer's mistake.
func MustMatch(dst []float64, archs []space.Arch) {
	if len(dst) != len(archs) {
		panic(fmt.Sprintf("latpred: room for %d latencies of %d architectures", len(dst), len(archs)))
	}
}
