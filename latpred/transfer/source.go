package transfer

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/metric"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// Source is what is known of another device: its latency as a linear function of the
// features, standardised over the networks of the space.
type Source struct {
	Name    string
	Space   *space.Space
	Weights []float64        // of each feature; nil if there are Times
	Times   *pass.Model      // times of segments; nil if there are Weights
	Seen    []latpred.Source // the sets that it was made from
}

// leastSource is the smallest number of measurements for a source.
const leastSource = 8

// FitSource makes a source of measurements, milliseconds, of at least 8 networks with the
// features rows, see Features.Rows. Rows that are far from what the others say count less. It
// errs if all measurements are equal, or one is no latency.
func FitSource(name string, f *Features, rows *mat.Dense, ms []float64) (*Source, error) {
	n, p := rows.Dims()
	if n != len(ms) || p != f.Columns() {
		panic(fmt.Sprintf("transfer: %d × %d features for %d measurements of %d", n, p, len(ms), f.Columns()))
	}
	if n < leastSource {
		return nil, fmt.Errorf("source %s: %d measurements, want %d or more", name, n, leastSource)
	}
	y, unit := make([]float64, n), metric.Median(ms)
	for i, v := range ms {
		if y[i] = v / unit; !(v > 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("source %s: row %d is %v ms", name, i+1, v)
		}
	}
	w, err := robustRidge(rows, y)
	if err != nil {
		return nil, fmt.Errorf("source %s: %w", name, err)
	}
	return f.source(name, w)
}

// flatSource is the standard deviation, as a part of the median, below which the latencies of
// a source don't depend on the network.
const flatSource = 1e-9

// source standardises weights over the space.
func (f *Features) source(name string, w []float64) (*Source, error) {
	var z mat.VecDense
	z.MulVec(f.reference, mat.NewVecDense(len(w), w))
	sd := mat.Norm(&z, 2) / math.Sqrt(float64(z.Len()))
	if !(sd > flatSource) || math.IsInf(sd, 0) {
		return nil, fmt.Errorf("source %s: its latencies don't depend on the network", name)
	}
	w = slices.Clone(w)
	floats.Scale(1/sd, w)
	return &Source{Name: name, Space: f.Space, Weights: w}, nil
}

// ErrNoTimes says that a source knows no times, but a function of features.
var ErrNoTimes = errors.New("the source has no times")

// PassMs is the time of a pass of a network on the source, milliseconds. It errs with
// ErrNoTimes if the source is none of times, or if it does not cover the network.
func (s *Source) PassMs(a space.Arch) (sum float64, err error) {
	if s.Times == nil {
		return 0, ErrNoTimes
	}
	ms, _, err := s.Times.SegmentsMs(nil, nil, a)
	for _, v := range ms {
		sum += v
	}
	return sum, err
}

// Covers errs if the source has times, but not of one of the networks, and says why.
func (s *Source) Covers(archs []space.Arch) error {
	for _, a := range archs {
		if _, err := s.PassMs(a); err != nil && !errors.Is(err, ErrNoTimes) {
			return fmt.Errorf("source %s: %w", s.Name, err)
		}
	}
	return nil
}
