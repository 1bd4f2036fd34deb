package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// Sample is one measurement.
type Sample struct {
	Arch       space.Arch
	LatencyMs  float64   // 0: not measured, in files for prediction
	StdMs      float64   // 0: not known
	Runs       int       // 0: not known
	MeasuredAt time.Time // zero: not known
	Device     string    // "": that of the set
}

// Info says what a set is.
type Info struct {
	Name       string // "rtx2080ti-b64", or a file's path
	Alias      string // upstream's name for it
	Title      string // for people
	Device     string // hardware, runtime and batch: "rtx2080ti-b64"
	Hardware   string // that of the device alone, for people: "RTX 2080 Ti"; "" for a file
	Batch      int    // images a pass; 0: not known
	GPU        string // the device's data sheet, see gpu.ByID; "" for other devices
	SpaceID    string // see space.ByID; "" for a file, whose width only its maker knows
	Encoding   string // the code that can express all its resolutions; see encode.ByName
	Rows       int
	Repository string // where it comes from; "" for a file
	Licence    string
	Path       string // in the repository
	Timing     string // how it was measured
	SumsOf     string // the lookup table whose sums the labels are, see lut.Open; "": they were measured
	Queue      Queue  // the launch queue that the labels show
}

// Queue is what was found on a set's validation rows of the launch queue that its
// clock did not wait for; see package pass. The zero value is none.
type Queue struct {
	Depth    int     // launches that wait; 0: no queue
	LaunchMs float64 // of a launch; 0: found from the rows that are learnt
	States   int     // of the host; 0: one
}

// Set is a list of measurements of one device, in the order of measuring.
type Set struct {
	Info
	Samples []Sample
}

// Archs lists the architectures, row by row.
func (s *Set) Archs() []space.Arch {
	out := make([]space.Arch, len(s.Samples))
	for i, row := range s.Samples {
		out[i] = row.Arch
	}
	return out
}

// LatenciesMs lists the latencies, row by row.
func (s *Set) LatenciesMs() []float64 {
	out := make([]float64, len(s.Samples))
	for i, row := range s.Samples {
		out[i] = row.LatencyMs
	}
	return out
}

// Subset makes a set of the given rows, in the given order.
func (s *Set) Subset(rows []int) *Set {
	out := &Set{Info: s.Info, Samples: make([]Sample, len(rows))}
	for i, r := range rows {
		out.Samples[i] = s.Samples[r]
	}
	out.Rows = len(rows)
	return out
}

// Hash identifies a set by its rows: the SHA-256, in hex, of what Write writes.
func (s *Set) Hash() string {
	h := sha256.New()
	if err := Write(h, s); err != nil {
		panic("dataset: " + err.Error()) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}
