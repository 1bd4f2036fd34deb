package hardware

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/pass"
	"github.com/ofalat/ofalat/latpred/space"
)

// Measured is a measured GPU: measurements of networks of one space at one batch size.
type Measured struct {
	Name  string // name of the measurements
	GPU   gpu.Spec
	Space string // ID of the space, see space.ByID
	Batch int    // images per pass
	// Learn fits a model of segment times to the measurements.
	Learn func(ctx context.Context) (Learnt, error)
}

// Learnt is what Measured.Learn gives.
type Learnt struct {
	Model *pass.Model
	Rows  int            // number of measurements, also of those that are kept apart
	Seen  latpred.Source // their hash, and which of them Model was fitted to
}

// For makes a predictor of a GPU from its data sheet and measured GPUs. It uses those of
// the data sheet's space and batch, and among them only those of its generation if there
// are any. (Spaces are not mixed because each was measured by another laboratory: two
// laboratories' 2080 Ti differ by a factor of 1.7.) A GPU unlike the measured ones gets
// warnings and wide intervals. For errs if spec is not valid, if no GPU was measured with
// its space and batch, or if Learn errs. How far measured GPUs are from what the others say
// of them is part of the interval's width, so Learn is called for all of the space and batch.
func For(ctx context.Context, spec Spec, measured []Measured) (*Predictor, []latpred.Warning, error) {
	spec = spec.withDefaults()
	if err := spec.Validate(); err != nil {
		return nil, nil, err
	}
	s, err := space.ByID(spec.Space)
	if err != nil {
		return nil, nil, err
	}
	like, err := ofSpaceAndBatch(spec, measured)
	if err != nil {
		return nil, nil, err
	}
	h := &Predictor{spec: spec, space: s}
	var warnings []latpred.Warning
	h.logSd, warnings, err = uncertainty(ctx, spec, s, like)
	if err != nil {
		return nil, nil, err
	}
	same := slices.ContainsFunc(like, func(m Measured) bool { return m.GPU.Generation == spec.Generation })
	sum, rows := sha256.New(), 0
	var names []string
	var seen []latpred.Source
	for _, m := range like {
		names = append(names, m.Name)
		if same && m.GPU.Generation != spec.Generation {
			continue
		}
		learnt, err := m.Learn(ctx)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintln(sum, learnt.Seen.DataHash)
		rows += learnt.Rows
		seen = append(seen, learnt.Seen)
		h.parts = append(h.parts, gpuPart{m.Name, learnt.Model, m.GPU.BandwidthGBs / spec.BandwidthGBs})
	}
	h.provenance = latpred.Provenance{Device: fmt.Sprintf("%s, batch %d (never measured)", spec.Name, spec.Batch), Space: spec.Space, Data: strings.Join(names, ", "),
		DataHash: hex.EncodeToString(sum.Sum(nil)), Rows: rows, Sources: seen, Versions: latpred.Versions(), Recipe: map[string]string{"scale": "ratio of bandwidths"}}
	return h, warnings, nil
}

// ofSpaceAndBatch lists the measured GPUs of the data sheet's space and batch. It errs if
// there are none.
func ofSpaceAndBatch(spec Spec, measured []Measured) (like []Measured, err error) {
	var spaces []string
	var batches []int
	for _, m := range measured {
		if !slices.Contains(spaces, m.Space) {
			spaces = append(spaces, m.Space)
		}
		if m.Space != spec.Space {
			continue
		}
		if !slices.Contains(batches, m.Batch) {
			batches = append(batches, m.Batch)
		}
		if m.Batch == spec.Batch {
			like = append(like, m)
		}
	}
	if like == nil {
		slices.Sort(batches)
		slices.Sort(spaces)
		return nil, fmt.Errorf("no GPU was measured for space %q at batch %d: there are %s, and for this space batches %v", spec.Space, spec.Batch, strings.Join(spaces, ", "), batches)
	}
	return like, nil
}

// outside says which figures of a GPU are far from those of all measured ones; "" if none
// is.
func outside(spec Spec, measured []Measured) string {
	beyond := func(v float64, of func(gpu.Spec) float64) bool {
		low, high := math.Inf(1), 0.0
		for _, m := range measured {
			low, high = min(low, of(m.GPU)), max(high, of(m.GPU))
		}
		return v < low/outsideFactor || v > high*outsideFactor
	}
	var what []string
	if beyond(spec.BandwidthGBs, func(g gpu.Spec) float64 { return g.BandwidthGBs }) {
		what = append(what, fmt.Sprintf("a bandwidth of %.4g GB/s", spec.BandwidthGBs))
	}
	if beyond(spec.FP32TFLOPS, func(g gpu.Spec) float64 { return g.FP32TFLOPS }) {
		what = append(what, fmt.Sprintf("%.4g teraflops", spec.FP32TFLOPS))
	}
	if what == nil {
		return ""
	}
	return strings.Join(what, " and ") + ": outside of what was measured, so the interval is wide"
}
