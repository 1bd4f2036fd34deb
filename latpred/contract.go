package latpred

import (
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/space"
)

// Predictor turns architectures into latencies, with all that this needs. What
// only some kinds can do is an interface of its own: IntervalPredictor, PassTimer,
// SegmentTimer.
type Predictor interface {
	// Kind names the family, one of Kinds.
	Kind() string
	// PredictMs writes the latency of each architecture, in milliseconds, to dst,
	// which must have their number. It errs where an architecture can't be
	// expressed, naming it. It is safe for concurrent use.
	PredictMs(dst []float64, archs []space.Arch) error
	// Provenance says where the predictor comes from.
	Provenance() Provenance
}

// The kinds of predictors.
const (
	KindPaper    = "paper"        // the published network; package neural
	KindLookup   = "lookup table" // measured times of layers, summed; package additive
	KindTable    = "table"        // times of layers, fitted in closed form, with or without a launch queue; package additive
	KindLinear   = "closed form"  // a time for each choice of each slot, fitted in closed form; package additive
	KindHybrid   = "hybrid"       // a table and a learned correction; package additive
	KindAdapted  = "adapted"      // predictors of other devices, moved by few measurements; package adapt
	KindHardware = "hardware"     // predictors of other GPUs, moved by data sheets; package hardware
)

// Kinds lists them.
func Kinds() []string {
	return []string{KindPaper, KindLookup, KindTable, KindLinear, KindHybrid, KindAdapted, KindHardware}
}

// IntervalPredictor is a predictor that knows how far it can be trusted.
type IntervalPredictor interface {
	Predictor
	// BoundsMs writes to low and high, which must have the number of
	// architectures, the interval that holds the latency with probability level,
	// above 0 and below 1. The interval may lie on both sides of PredictMs
	// unequally; low is never below 0. It errs with ErrNoInterval where the
	// predictor was made from too few rows to say.
	BoundsMs(low, high []float64, archs []space.Arch, level float64) error
}

// ErrNoInterval says that a predictor has no interval.
var ErrNoInterval = errors.New("the predictor has no interval: it needs rows that it was not trained on, so train it again with more")

// PassTimer is a predictor that tells the true pass from what an unsynchronised
// clock shows of it; see package pass.
type PassTimer interface {
	Predictor
	// PassMs is PredictMs for the true pass.
	PassMs(dst []float64, archs []space.Arch) error
}

// PassMs writes how long a pass of each architecture takes: the true one where p is
// a PassTimer, else what it predicts. Otherwise it is as Predictor.PredictMs.
func PassMs(p Predictor, dst []float64, archs []space.Arch) error {
	if t, ok := p.(PassTimer); ok {
		return t.PassMs(dst, archs)
	}
	return p.PredictMs(dst, archs)
}

// SegmentTimer is a predictor that knows how much of a latency is due to what.
type SegmentTimer interface {
	Predictor
	// Segments takes the latency of a apart. Their times sum up to the true pass,
	// which is the latency where the clock waits for the device. What every network
	// has in common can't be told apart by latencies of whole ones: stem, head and
	// the least that first layers take are shared out by multiply-accumulates.
	Segments(a space.Arch) (Breakdown, error)
}

// Breakdown is a pass taken apart.
type Breakdown struct {
	Segments []SegmentTime `json:"segments"`
	TrueMs   float64       `json:"true_ms"`  // sum of the segments: the pass itself
	LabelMs  float64       `json:"label_ms"` // what the clock of the training data shows of it
	// HostLimited says that the clock started before the launch queue was full, so
	// that LabelMs is too short; see package pass.
	HostLimited bool `json:"host_limited"`
}

// SegmentTime is the time of a part of a network.
type SegmentTime struct {
	Name   string  `json:"name"`             // "stem", "stage 2, layer 1", "head"
	Stage  int     `json:"stage"`            // from 0; −1: stem or head
	Layer  int     `json:"layer"`            // from 0; −1: stem or head
	Kernel int     `json:"kernel,omitempty"` // 0: stem or head
	Expand int     `json:"expand,omitempty"` // 0: stem or head
	Ms     float64 `json:"ms"`               // may be below 0 by noise
}

// ResolutionLister is a predictor that knows at which resolutions it was measured.
type ResolutionLister interface {
	Predictor
	// Resolutions lists those of the networks that it was made from, ascending.
	// Between the first and the last it may know others; what it says beyond them,
	// where it doesn't err, is a guess.
	Resolutions() []int
}

// MustMatch panics where dst has no room for one latency of each architecture,
// which is a programmer's mistake.
func MustMatch(dst []float64, archs []space.Arch) {
	if len(dst) != len(archs) {
		panic(fmt.Sprintf("latpred: room for %d latencies of %d architectures", len(dst), len(archs)))
	}
}
