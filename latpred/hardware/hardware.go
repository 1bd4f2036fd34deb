package hardware

import (
	"cmp"
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
	Scale *Scale // nil: it is worked out from what Learn gives
	// Learn fits a model of segment times to the measurements.
	Learn func(ctx context.Context) (Learnt, error)
}

// Learnt is what Measured.Learn gives.
type Learnt struct {
	Model *pass.Model
	Rows  int            // number of measurements, also of those that are kept apart
	Seen  latpred.Source // their hash, and which of them Model was fitted to
}

// scale gives m's Scale.
func (m *Measured) scale(ctx context.Context) (Scale, error) {
	if m.Scale != nil {
		return *m.Scale, nil
	}
	s, err := space.ByID(m.Space)
	if err != nil {
		return Scale{}, err
	}
	learnt, err := m.Learn(ctx)
	if err != nil {
		return Scale{}, err
	}
	return ScaleOf(s, learnt.Model)
}

// For makes a predictor of a GPU from its data sheet and measured GPUs. All of them say what
// its scale is. The order of networks is from those of the data sheet's space and batch: from
// the same GPU's if it is one of them; else, where work decides, from those of its generation
// if there are any; else from all, for how much hosts take differs within generations too. A
// GPU unlike the measured ones gets warnings and wide intervals. For errs if spec is not valid,
// if no GPU was measured with its space and batch, or if Learn errs, which is called only for
// those that give the order, and for those without a Scale.
func For(ctx context.Context, spec Spec, measured []Measured) (*Predictor, []latpred.Warning, error) {
	spec = spec.withDefaults()
	if err := spec.Validate(); err != nil {
		return nil, nil, err
	}
	s, err := space.ByID(spec.Space)
	if err != nil {
		return nil, nil, err
	}
	there, err := measuredThere(spec, measured)
	if err != nil {
		return nil, nil, err
	}
	logMs, work, prior, warnings, err := believe(ctx, spec, measured)
	if err != nil {
		return nil, nil, err
	}
	h := &Predictor{spec: spec, space: s, prior: prior, scale: prior, cards: len(cards(measured))}
	sum, rows := sha256.New(), 0
	var names []string
	var seen []latpred.Source
	for _, m := range nearest(spec, there, work) {
		learnt, err := m.Learn(ctx)
		if err != nil {
			return nil, nil, err
		}
		own, err := ScaleOf(s, learnt.Model)
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		fmt.Fprintln(sum, learnt.Seen.DataHash)
		rows += learnt.Rows
		names, seen = append(names, m.Name), append(seen, learnt.Seen)
		h.parts = append(h.parts, gpuPart{m.Name, learnt.Model, math.Exp(logMs - own.LogMs)})
	}
	h.provenance = latpred.Provenance{Device: fmt.Sprintf("%s, batch %d (from its data sheet)", spec.Name, spec.Batch), Space: spec.Space, Data: strings.Join(names, ", "),
		DataHash: hex.EncodeToString(sum.Sum(nil)), Rows: rows, Sources: seen, Versions: latpred.Versions(), Recipe: map[string]string{"scale": fmt.Sprintf("bandwidth and generation, from %d measurements of GPUs", len(measured))}}
	return h, warnings, nil
}

// measuredThere lists the measured GPUs of the data sheet's space and batch. It errs if there
// are none.
func measuredThere(spec Spec, measured []Measured) (there []Measured, err error) {
	var spaces []string
	var batches []int
	for _, m := range measured {
		spaces = append(spaces, m.Space)
		if m.Space != spec.Space {
			continue
		}
		batches = append(batches, m.Batch)
		if m.Batch == spec.Batch {
			there = append(there, m)
		}
	}
	if there == nil {
		slices.Sort(batches)
		slices.Sort(spaces)
		return nil, fmt.Errorf("no GPU was measured for space %q at batch %d: there are %s, and for this space batches %v", spec.Space, spec.Batch, strings.Join(slices.Compact(spaces), ", "), slices.Compact(batches))
	}
	return there, nil
}

// ownWork is the share of work from which on GPUs of a generation order networks more alike
// than others do.
const ownWork = .9

// nearest chooses those that are most like a GPU.
func nearest(spec Spec, there []Measured, work float64) []Measured {
	for _, alike := range []func(Measured) bool{
		func(m Measured) bool { return m.GPU.ID == spec.ID && spec.ID != "" },
		func(m Measured) bool { return m.GPU.Generation == spec.Generation && work >= ownWork },
	} {
		if slices.ContainsFunc(there, alike) {
			return slices.DeleteFunc(there, func(m Measured) bool { return !alike(m) })
		}
	}
	return there
}

// hostShare is the share of work below which the host decides more than the GPU.
const hostShare = .5

// A GPU is outside of what was measured if its bandwidth or arithmetic is this factor beyond
// that of all measured ones. Its scale is then at least so uncertain.
const (
	outsideFactor = 1.5
	outsideSd     = .5
)

// believe gives the mean logarithm of the latency that is expected of a GPU, the share of work,
// and what else is believed of it, with a warning for each reason to doubt.
func believe(ctx context.Context, spec Spec, measured []Measured) (logMs, work float64, b belief, warnings []latpred.Warning, err error) {
	var known []point
	for _, m := range measured {
		scale, err := m.scale(ctx)
		if err != nil {
			return 0, 0, b, nil, fmt.Errorf("%s: %w", m.Name, err)
		}
		m.GPU.ID = cmp.Or(m.GPU.ID, "measured: "+m.Name)
		known = append(known, point{m.GPU, site{m.Space, m.Batch}, scale})
	}
	card := gpu.Spec{ID: cmp.Or(spec.ID, "from its data sheet"), Generation: spec.Generation, BandwidthGBs: spec.BandwidthGBs}
	at := site{spec.Space, spec.Batch}
	logMs, sd, work, err := predictScale(card, at, known)
	if err != nil {
		return 0, 0, b, nil, err
	}
	b = belief{Sd: sd, NetworkSd: networkDeviation(work)}
	if slices.ContainsFunc(known, func(p point) bool { return p.gpu.ID == card.ID && p.at == at }) {
		return logMs, work, b, nil, nil // it was measured itself
	}
	doubt := func(format string, args ...any) {
		warnings = append(warnings, latpred.Warning{Kind: latpred.WarnOutside, Message: fmt.Sprintf(format, args...)})
	}
	if !slices.ContainsFunc(measured, func(m Measured) bool { return m.GPU.Generation == spec.Generation }) {
		doubt("no GPU of generation %q was measured: trust the order of networks, and the scale no more than the interval says; one measurement settles it", spec.Generation)
	}
	if w := outside(spec, measured); w != "" {
		b.Sd = max(sd, outsideSd)
		doubt("%s", w)
	}
	if work < hostShare {
		doubt("in %s at batch %d the host decides more than the GPU: the scale is a guess; one measurement settles it", spec.Space, spec.Batch)
	}
	return logMs, work, b, warnings, nil
}

// cards lists the GPUs that were measured.
func cards(measured []Measured) (ids []string) {
	for _, m := range measured {
		if id := cmp.Or(m.GPU.ID, m.Name); !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
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
