package gpurecord

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/metric"
)

// Setting is a way to compile networks.
type Setting struct {
	Formulation measure.Formulation `json:"formulation"`
	Precision   measure.Precision   `json:"precision"`
	Autotune    string              `json:"autotune"`
}

// String is the setting's name in files: "conv-f32-at0".
func (s Setting) String() string {
	return fmt.Sprintf("%s-%s-at%s", s.Formulation, s.Precision, s.Autotune)
}

// ParseSetting reads what String writes.
func ParseSetting(text string) (Setting, error) {
	parts := strings.Split(text, "-")
	if len(parts) == 3 && strings.HasPrefix(parts[2], "at") {
		s := Setting{measure.Formulation(parts[0]), measure.Precision(parts[1]), strings.TrimPrefix(parts[2], "at")}
		if slices.Contains(measure.Formulations(), s.Formulation) && slices.Contains(measure.Precisions(), s.Precision) && slices.Contains(backend.Autotunes(), s.Autotune) {
			return s, nil
		}
	}
	return Setting{}, fmt.Errorf("setting %q: want a formulation, a precision and a level of autotuning, like %s", text, Setting{measure.Convolutions, measure.F32, "0"})
}

// Settings are those worth trying for networks of a precision, the quick ones first, and
// one of each other precision.
func Settings(p measure.Precision) []Setting {
	var list []Setting
	for _, autotune := range []string{"0", "default"} {
		for _, f := range []measure.Formulation{measure.Products, measure.Mixed, measure.Convolutions} {
			list = append(list, Setting{f, p, autotune})
		}
	}
	for _, other := range measure.Precisions() {
		if other != p {
			list = append(list, Setting{measure.Mixed, other, "0"})
		}
	}
	return list
}

// Tried is what a setting gave.
type Tried struct {
	Setting
	LatencyMs []float64 `json:"latency_ms,omitempty"` // of the anchors, in their order
	FirstS    float64   `json:"first_s,omitempty"`    // median to compile a network, one at a time, of the anchors
	LaterS    float64   `json:"later_s,omitempty"`    // the same of networks after them; 0: there was no time
	Error     string    `json:"error,omitempty"`
}

// compileS is what compiling a further network takes.
func (t Tried) compileS() float64 {
	if t.LaterS > 0 {
		return t.LaterS
	}
	return t.FirstS
}

// mostCompileS is the longest that compiling a network may take in the setting that is
// chosen.
const mostCompileS = 3

// sweep tries the settings. It errs if none of the record's precision gave anything.
func (r *recorder) sweep(ctx context.Context) error {
	if err := r.archs(r.path("sweep/archs.txt")); err != nil {
		return err
	}
	var all []Tried
	for i, s := range r.Settings {
		if ctx.Err() != nil {
			break
		}
		r.Observe(fmt.Sprintf("sweep, %v, %d of %d", s, i+1, len(r.Settings)))
		all = append(all, r.try(ctx, s))
		if err := r.save("sweep.json", all); err != nil {
			return err
		}
	}
	_, err := r.best()
	return err
}

// try measures the networks of the sweep in one setting. No setting gets more than a third
// of the time left.
func (r *recorder) try(ctx context.Context, s Setting) Tried {
	t := Tried{Setting: s}
	end, _ := ctx.Deadline()
	limit := (untilMost(end) / 3).String()
	name := "sweep/" + s.String()
	args := append([]string{"measure", "nets", "--archs", r.path("sweep/archs.txt"), "--out", r.path(name + ".csv"), "--no-anchors", "--group", "3",
		"--compilers", "1", "--rounds", "3", "--extra", "0", "--limit", limit}, r.device(s)...)
	if err := r.latpred(ctx, name, args...); err != nil {
		t.Error = err.Error()
		return t
	}
	j, err := measure.ReadJournalFile(r.path(name + ".csv.journal"))
	if err != nil {
		t.Error = err.Error()
		return t
	}
	results := j.Results()
	const anchors = 3
	if len(results) < anchors {
		t.Error = fmt.Sprintf("%d networks in %s", len(results), limit)
		return t
	}
	for _, res := range results[:anchors] {
		t.LatencyMs = append(t.LatencyMs, res.LatencyMs)
	}
	var seconds []float64
	for _, group := range j.PrepareSeconds() {
		seconds = append(seconds, group...)
	}
	t.FirstS = metric.Median(seconds[:anchors])
	if len(results) > anchors {
		t.LaterS = metric.Median(seconds[anchors:len(results)])
	}
	return t
}

// best is the setting of the record's precision that is fastest among those that compile
// quickly enough, or else the one that compiles fastest.
func (r *recorder) best() (Setting, error) {
	var all []Tried
	if err := r.load("sweep.json", &all); err != nil {
		return Setting{}, fmt.Errorf("no setting was tried: %w", err)
	}
	var best *Tried
	better := func(a, b Tried) bool {
		quickA, quickB := a.compileS() <= mostCompileS, b.compileS() <= mostCompileS
		switch {
		case quickA != quickB:
			return quickA
		case quickA:
			return sum(a.LatencyMs) < sum(b.LatencyMs)
		}
		return a.compileS() < b.compileS()
	}
	for _, t := range all {
		if t.Error == "" && t.Precision == r.Precision && (best == nil || better(t, *best)) {
			best = &t
		}
	}
	if best == nil {
		return Setting{}, errors.New("no setting gave latencies: see sweep.json")
	}
	return best.Setting, nil
}

func sum(values []float64) (s float64) {
	for _, v := range values {
		s += v
	}
	return s
}
