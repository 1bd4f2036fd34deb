package latpred

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/space"
)

// GPUSpec is what has to be known of a GPU that was never measured.
type GPUSpec struct {
	Name         string  `json:"name"`
	Generation   string  `json:"generation"` // "turing", "pascal", …; "": not known
	BandwidthGBs float64 `json:"bandwidth_gb_per_s"`
	FP32TFLOPS   float64 `json:"fp32_tflops"`
	Batch        int     `json:"batch"` // images a pass; 0 is 64
	Space        string  `json:"space"` // "" is mbv3-w1.2
}

// generations of the GPUs whose data sheets ship.
var generations = map[string]string{
	"rtx2080ti": "turing", "titanrtx": "turing", "t4": "turing",
	"p40": "pascal", "titanx": "pascal", "titanxp": "pascal", "gtx1080ti": "pascal", "gtx1080": "pascal", "p100": "pascal", "jetson-tx2": "pascal",
	"v100-pcie": "volta", "v100-sxm": "volta", "jetson-xavier-nx": "volta", "jetson-agx-xavier": "volta",
	"a100-pcie": "ampere", "rtx3090": "ampere", "h100-sxm": "hopper", "h200-sxm": "hopper", "jetson-nano": "maxwell",
}

// SpecOf takes a shipped data sheet.
func SpecOf(g encode.GPU) GPUSpec {
	return GPUSpec{Name: g.Name, Generation: generations[g.ID], BandwidthGBs: g.BandwidthGBs, FP32TFLOPS: g.FP32TFLOPS}
}

// ParseGPUSpec reads a data sheet as JSON; an unknown key is an error, since a
// misspelt one would be lost silently.
func ParseGPUSpec(content []byte) (GPUSpec, error) {
	var s GPUSpec
	d := json.NewDecoder(bytes.NewReader(content))
	d.DisallowUnknownFields()
	if err := d.Decode(&s); err != nil {
		return s, fmt.Errorf("data sheet: %w; the keys are name, generation, bandwidth_gb_per_s, fp32_tflops, batch, space", err)
	}
	s = s.withDefaults()
	return s, s.Validate()
}

func (s GPUSpec) withDefaults() GPUSpec {
	s.Generation = strings.ToLower(s.Generation)
	if s.Batch == 0 {
		s.Batch = 64
	}
	if s.Space == "" {
		s.Space = "mbv3-w1.2"
	}
	return s
}

// Validate says what is missing or impossible.
func (s GPUSpec) Validate() error {
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

// measuredGPUs are the sets that Hardware can start from: GPUs of one laboratory
// for each space, since two laboratories' 2080 Ti differ by a factor of 1.7.
var measuredGPUs = map[string]map[string]string{ // space: set's prefix: GPU
	"mbv3-w1.2": {"help-rtx2080ti": "rtx2080ti", "help-titanrtx": "titanrtx", "help-titanxp": "titanxp"},
	"mbv3-w1.0": {"rtx2080ti": "rtx2080ti", "p40": "p40"},
}

// How uncertain the scale is, as a standard deviation of its logarithm. Source:
// leaving out each measured GPU, the mean errors are 3 to 5 % within a generation
// and 20 to 34 % across.
const (
	sameGenerationSd  = .08
	otherGenerationSd = .30
	outsideSd         = .50
	outsideFactor     = 1.5 // of the measured GPUs' bandwidths and arithmetic
)

// ForGPU makes a predictor of a GPU from its data sheet. A GPU unlike those that
// were measured gets a warning and a wide interval.
func ForGPU(ctx context.Context, spec GPUSpec) (*Hardware, []Warning, error) {
	return ForGPUWithout(ctx, spec, "")
}

// ForGPUWithout leaves out a measured GPU by its id, to judge how well it is predicted
// from the others.
func ForGPUWithout(ctx context.Context, spec GPUSpec, without string) (*Hardware, []Warning, error) {
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
	h := &Hardware{spec: spec, space: s, logSd: otherGenerationSd}
	var warnings []Warning
	same := slices.ContainsFunc(gpus, func(g encode.GPU) bool { return generations[g.ID] == spec.Generation })
	if same {
		h.logSd = sameGenerationSd
	} else {
		warnings = append(warnings, Warning{Kind: WarnOutside, Message: fmt.Sprintf("no GPU of generation %q was measured: trust the order of networks, and the scale no more than the interval says", spec.Generation)})
	}
	if w := outside(spec, gpus); w != "" {
		h.logSd = outsideSd
		warnings = append(warnings, Warning{Kind: WarnOutside, Message: w})
	}
	if spec.Batch < 16 {
		h.logSd = outsideSd
		warnings = append(warnings, Warning{Kind: WarnOutside, Message: fmt.Sprintf("at batch %d the host and not the GPU decides: the scale is a guess", spec.Batch)})
	}
	sum, rows := sha256.New(), 0
	for i, name := range names {
		if same && generations[gpus[i].ID] != spec.Generation {
			continue
		}
		m, err := shippedSource(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		set, err := dataset.Open(name)
		if err != nil {
			return nil, nil, err
		}
		fmt.Fprintln(sum, hash(set))
		rows += set.Rows
		h.parts = append(h.parts, gpuPart{name, m, gpus[i].BandwidthGBs / spec.BandwidthGBs})
	}
	h.provenance = Provenance{Device: fmt.Sprintf("%s, batch %d (never measured)", spec.Name, spec.Batch), Data: strings.Join(names, ", "),
		DataHash: hex.EncodeToString(sum.Sum(nil)), Rows: rows, Versions: versions(), Recipe: map[string]string{"scale": "ratio of bandwidths"}}
	return h, warnings, nil
}

// gpuSets lists the sets of a space and batch, and their GPUs.
func gpuSets(spec GPUSpec, without string) (names []string, gpus []encode.GPU, err error) {
	var batches []int
	for _, info := range dataset.Index() {
		for prefix, id := range measuredGPUs[spec.Space] {
			if info.Name != fmt.Sprintf("%s-b%d", prefix, info.Batch) || id == without {
				continue
			}
			if !slices.Contains(batches, info.Batch) {
				batches = append(batches, info.Batch)
			}
			if info.Batch != spec.Batch {
				continue
			}
			g, err := dataset.GPU(id)
			if err != nil {
				return nil, nil, err
			}
			names, gpus = append(names, info.Name), append(gpus, g)
		}
	}
	if names == nil {
		slices.Sort(batches)
		return nil, nil, fmt.Errorf("no GPU was measured for space %q at batch %d: there are mbv3-w1.2 and mbv3-w1.0, and for this space batches %v", spec.Space, spec.Batch, batches)
	}
	return names, gpus, nil
}

// outside says in what a GPU is unlike all that were measured, "" where it is not.
func outside(spec GPUSpec, gpus []encode.GPU) string {
	beyond := func(v float64, of func(encode.GPU) float64) bool {
		low, high := math.Inf(1), 0.0
		for _, g := range gpus {
			low, high = min(low, of(g)), max(high, of(g))
		}
		return v < low/outsideFactor || v > high*outsideFactor
	}
	var what []string
	if beyond(spec.BandwidthGBs, func(g encode.GPU) float64 { return g.BandwidthGBs }) {
		what = append(what, fmt.Sprintf("a bandwidth of %.4g GB/s", spec.BandwidthGBs))
	}
	if beyond(spec.FP32TFLOPS, func(g encode.GPU) float64 { return g.FP32TFLOPS }) {
		what = append(what, fmt.Sprintf("%.4g teraflops", spec.FP32TFLOPS))
	}
	if what == nil {
		return ""
	}
	return strings.Join(what, " and ") + ": outside of what was measured, so the interval is wide"
}
