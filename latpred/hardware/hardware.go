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
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/gpu"
	"github.com/ofalat/ofalat/latpred/space"
)

// How uncertain the scale is, as a standard deviation of its logarithm. Source:
// leaving out each measured GPU, the mean errors are 3 to 5 % within a generation
// and 20 to 34 % across.
const (
	sameGenerationSd  = .08
	otherGenerationSd = .30
	outsideSd         = .50
	outsideFactor     = 1.5 // of the measured GPUs' bandwidths and arithmetic
)

// For makes a predictor of a GPU from its data sheet. A GPU unlike those that
// were measured gets a warning and a wide interval.
func For(ctx context.Context, spec Spec) (*Predictor, []latpred.Warning, error) {
	return ForWithout(ctx, spec, "")
}

// ForWithout leaves out a measured GPU by its id, to judge how well it is predicted
// from the others.
func ForWithout(ctx context.Context, spec Spec, without string) (*Predictor, []latpred.Warning, error) {
	spec = spec.withDefaults()
	if err := spec.Validate(); err != nil {
		return nil, nil, err
	}
	s, err := space.ByID(spec.Space)
	if err != nil {
		return nil, nil, err
	}
	names, gpus, err := gpuSets(spec, without)
	if err != nil {
		return nil, nil, err
	}
	h := &Predictor{spec: spec, space: s, logSd: otherGenerationSd}
	var warnings []latpred.Warning
	same := slices.ContainsFunc(gpus, func(g gpu.Spec) bool { return g.Generation == spec.Generation })
	if same {
		h.logSd = sameGenerationSd
	} else {
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutside, Message: fmt.Sprintf("no GPU of generation %q was measured: trust the order of networks, and the scale no more than the interval says", spec.Generation)})
	}
	if w := outside(spec, gpus); w != "" {
		h.logSd = outsideSd
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutside, Message: w})
	}
	if spec.Batch < 16 {
		h.logSd = outsideSd
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutside, Message: fmt.Sprintf("at batch %d the host and not the GPU decides: the scale is a guess", spec.Batch)})
	}
	sum, rows := sha256.New(), 0
	for i, name := range names {
		if same && gpus[i].Generation != spec.Generation {
			continue
		}
		m, err := catalog.Model(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		set, err := dataset.Open(name)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintln(sum, set.Hash())
		rows += set.Rows
		h.parts = append(h.parts, gpuPart{name, m, gpus[i].BandwidthGBs / spec.BandwidthGBs})
	}
	h.provenance = latpred.Provenance{Device: fmt.Sprintf("%s, batch %d (never measured)", spec.Name, spec.Batch), Data: strings.Join(names, ", "),
		DataHash: hex.EncodeToString(sum.Sum(nil)), Rows: rows, Versions: latpred.Versions(), Recipe: map[string]string{"scale": "ratio of bandwidths"}}
	return h, warnings, nil
}

// gpuSets lists the sets of a space and batch, and their GPUs. A space was measured
// by one laboratory, which matters: two laboratories' 2080 Ti differ by a factor of 1.7.
func gpuSets(spec Spec, without string) (names []string, gpus []gpu.Spec, err error) {
	var batches []int
	for _, info := range dataset.Index() {
		if info.GPU == "" || info.SpaceID != spec.Space || info.GPU == without {
			continue
		}
		if !slices.Contains(batches, info.Batch) {
			batches = append(batches, info.Batch)
		}
		if info.Batch != spec.Batch {
			continue
		}
		g, err := gpu.ByID(info.GPU)
		if err != nil {
			return nil, nil, err
		}
		names, gpus = append(names, info.Name), append(gpus, g)
	}
	if names == nil {
		slices.Sort(batches)
		return nil, nil, fmt.Errorf("no GPU was measured for space %q at batch %d: there are mbv3-w1.2 and mbv3-w1.0, and for this space batches %v", spec.Space, spec.Batch, batches)
	}
	return names, gpus, nil
}

// outside says in what a GPU is unlike all that were measured, "" where it is not.
func outside(spec Spec, gpus []gpu.Spec) string {
	beyond := func(v float64, of func(gpu.Spec) float64) bool {
		low, high := math.Inf(1), 0.0
		for _, g := range gpus {
			low, high = min(low, of(g)), max(high, of(g))
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
