package dataset

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/space"
)

// Sample is one measurement of an architecture.
type Sample struct {
	Arch       space.Arch
	LatencyMs  float64   // mean over the timed runs; 0: not measured, in files for prediction
	StdMs      float64   // standard deviation over the runs; 0: not known
	Runs       int       // number of timed runs; 0: not known
	MeasuredAt time.Time // zero: not known
	Device     string    // id of the device; "": that of the set
}

// Info describes a set.
type Info struct {
	Name       string // "rtx2080ti-b64", or a file's path
	Alias      string // upstream's name for it
	Title      string // for people
	Device     string // hardware, runtime and batch: "rtx2080ti-b64"
	Hardware   string // hardware alone, for people: "RTX 2080 Ti"; "" for a file
	Class      string // of hardware: "graphics card", "processor", "phone" or "accelerator"; "": not said
	Batch      int    // images in a pass; 0: not known
	GPU        string // the device's data sheet, see gpu.ByID; "" for other devices
	SpaceID    string // see space.ByID; "" for a file, which does not tell the widths of its networks
	Encoding   string // an encoding that can express all its networks; see encode.ByName
	Rows       int    // number of samples
	Repository string // where the set comes from; "" for a file
	Licence    string // of the measurements; "" for a file
	Path       string // of the upstream file in the repository
	Timing     string // how the latencies were measured
	SumsOf     string // lookup table whose sums the labels are, see lut.Open; "": they were measured
	Column     string // of its latencies, in the file of a benchmark, see BenchmarkFile; "": the set has a file of its own
	Queue      Queue  // the launch queue that the labels show
	NotRun     bool   // networks whose output depends on no image were not run: their labels are near 0
}

// Queue describes the launch queue of a set whose clock did not wait for the device, as
// chosen on the set's validation rows; see package pass. The zero value is no queue.
type Queue struct {
	Depth    int     // capacity of the queue, GPU launches; 0: no queue
	LaunchMs float64 // host time of a launch, milliseconds; 0: fit it to the training rows
	States   int     // number of states of the host; 0: one
}

// Set is a list of measurements on one device, in the order of measuring.
type Set struct {
	Info
	Samples  []Sample
	Warnings []latpred.Warning // how its file was read, where that isn't plain; see Reader.Warnings
}

// Archs lists the architectures of the rows.
func (s *Set) Archs() []space.Arch {
	out := make([]space.Arch, len(s.Samples))
	for i, row := range s.Samples {
		out[i] = row.Arch
	}
	return out
}

// LatenciesMs lists the latencies of the rows, in milliseconds.
func (s *Set) LatenciesMs() []float64 {
	out := make([]float64, len(s.Samples))
	for i, row := range s.Samples {
		out[i] = row.LatencyMs
	}
	return out
}

// Subset makes a set of the given rows, counted from 0, in the given order. It panics if a
// row does not exist.
func (s *Set) Subset(rows []int) *Set {
	out := &Set{Info: s.Info, Samples: make([]Sample, len(rows))}
	for i, r := range rows {
		out.Samples[i] = s.Samples[r]
	}
	out.Rows = len(rows)
	return out
}

// Hash is the SHA-256, in hex, of what Write writes. It identifies a set by its rows.
func (s *Set) Hash() string {
	h := sha256.New()
	if err := Write(h, s); err != nil {
		panic("dataset: " + err.Error()) // a hash does not fail
	}
	return hex.EncodeToString(h.Sum(nil))
}
