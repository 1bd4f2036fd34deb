package latpred

import (
	"context"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// AdaptConfig says how Adapt works. The zero value chooses by the data.
type AdaptConfig struct {
	NoQueue bool // the clock waited for the device
}

// AdaptResult tells what Adapt chose and what it is worth.
type AdaptResult struct {
	Rows            int                `json:"rows"`
	Recipe          string             `json:"recipe"`                 // in words
	ExpectedPercent float64            `json:"expected_error_percent"` // mean relative error, by leave-one-out
	LeaveOneOut     map[string]float64 `json:"leave_one_out"`          // of each way that was tried, as a part
	MoreRows        int                `json:"more_rows"`              // that would bring the error down by a fifth; 0: not known
	Warnings        []Warning          `json:"warnings,omitempty"`
}

// fewRows is below how many an interval holds less than it promises.
const fewRows = 50

// Adapt learns a device from the rows of set, at least 3, and from sources. It
// errs where the rows can't be of one device in milliseconds, saying which.
func Adapt(ctx context.Context, sources []fewshot.Source, set *dataset.Set, config AdaptConfig) (*Adapted, *AdaptResult, error) {
	warnings, err := checkSupport(set)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	archs, y := set.Archs(), set.LatenciesMs()
	m, err := fewshot.Fit(ctx, sources, archs, y, fewshot.Config{NoQueue: config.NoQueue})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	more, err := checkResiduals(set, m)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	warnings = append(warnings, more...)
	warnings = append(warnings, checkAgainst(sources, set)...)
	scores, err := adaptedScores(m, archs, y)
	if err != nil {
		return nil, nil, err
	}
	r := &AdaptResult{Rows: set.Rows, Recipe: describe(m), LeaveOneOut: m.LeaveOneOut, Warnings: warnings}
	for i, ms := range m.LooMs {
		r.ExpectedPercent += 100 * math.Abs(ms-y[i]) / y[i] / float64(len(y))
	}
	if len(y) < fewRows {
		r.Warnings = append(r.Warnings, Warning{Kind: WarnFewRows, Message: fmt.Sprintf("an interval made from %d rows keeps its promise on average only: of 90 %%, single draws held from 40 to 100", len(y))})
	}
	if r.MoreRows, err = moreRows(ctx, m.Sources, archs, y, config, r.ExpectedPercent/100); err != nil {
		return nil, nil, err
	}
	return &Adapted{m, scores, Provenance{
		Device: set.Device, Data: set.Name, DataHash: hash(set), Rows: set.Rows, Versions: versions(), Note: r.Recipe,
		Recipe: map[string]string{"sources": sourceNames(m), "expected_error_percent": fmt.Sprintf("%.3g", r.ExpectedPercent)},
	}}, r, nil
}

// adaptedScores calibrates intervals on what is said of each row from the others.
func adaptedScores(m *fewshot.Model, archs []space.Arch, y []float64) (*conformal.Split, error) {
	s := &conformal.Split{Scales: []float64{1}}
	unit, err := spreadOfNew(m, archs, y)
	if err != nil {
		return nil, err
	}
	for i := range archs {
		s.Scores = append(s.Scores, math.Abs(y[i]-m.LooMs[i])/(unit*m.LooSdMs[i]))
	}
	if len(y) < fewRows { // so few scores say little of the tail: the posterior's own is theirs at least
		for i := range 10 {
			s.Scores = append(s.Scores, normalQuantile((float64(i)+.5)/10))
		}
	}
	slices.Sort(s.Scores)
	return s, nil
}

// spreadOfNew is how large the standard deviations are that Read gives of networks
// that were not measured, in units of those of leaving one out: in fine models
// Read leaves out what it does not know of single resolutions.
func spreadOfNew(m *fewshot.Model, archs []space.Arch, y []float64) (float64, error) {
	if !m.Fine() {
		return 1, nil
	}
	var of, loo float64
	for i, a := range archs {
		b := archs[(i+1)%len(archs)]
		for slot := range 2 * space.SlotsPerStage { // two stages of the one, the others of the other
			a.Kernel[slot], a.Expand[slot] = b.Kernel[slot], b.Expand[slot]
		}
		copy(a.Depth[:2], b.Depth[:2])
		ms, sd, err := m.Read(a)
		if err != nil {
			return 0, err
		}
		of, loo = of+sd/ms, loo+m.LooSdMs[i]/y[i]
	}
	return of / loo, nil
}

// normalQuantile is that of the absolute value of a standard normal.
func normalQuantile(p float64) float64 { return math.Sqrt2 * math.Erfinv(p) }

func sourceNames(m *fewshot.Model) string {
	var names []string
	for _, s := range m.Sources {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// describe says in words what a model is made of.
func describe(m *fewshot.Model) string {
	shares := map[string]float64{}
	for _, c := range m.Components {
		var names []string
		for _, p := range c.Base.Parts {
			names = append(names, m.Sources[p.Source].Name)
		}
		name := strings.Join(names, " + ")
		switch {
		case c.Base.Plain:
			name += ", as a power law"
		case !c.Base.Queue.None():
			name += ", seen through a launch queue"
		}
		shares[name] += c.Weight
	}
	names := slices.SortedFunc(maps.Keys(shares), func(a, b string) int { return int(math.Copysign(1, shares[b]-shares[a])) })
	var parts []string
	for _, n := range names {
		if shares[n] >= .05 || len(parts) == 0 {
			parts = append(parts, fmt.Sprintf("%.0f %% %s", 100*shares[n], n))
		}
	}
	text := "corrected times of " + strings.Join(parts, "; ")
	if m.Fine() {
		text += "; with times of their own at each resolution"
	}
	return text
}

// How moreRows looks for the slope of the learning curve.
const (
	curveDraws = 4
	curveRows  = 8   // from how many rows on there is one
	curveMost  = 120 // rows that it is looked for with, at most
	curveGain  = .8
	slowest    = .05
	fastest    = .7
	mostRows   = 5000
)

// moreRows estimates how many further rows would bring the expected error down by
// a fifth, from the error with half of the rows; 0 where that can't be said.
func moreRows(ctx context.Context, sources []fewshot.Source, archs []space.Arch, y []float64, config AdaptConfig, expected float64) (int, error) {
	n := len(y)
	if n < curveRows || n > curveMost {
		return 0, nil
	}
	rng := rand.New(rand.NewPCG(1, uint64(n)))
	var half float64
	for range curveDraws {
		order := rng.Perm(n)
		var a []space.Arch
		var l []float64
		for _, i := range order[:n/2] {
			a, l = append(a, archs[i]), append(l, y[i])
		}
		m, err := fewshot.Fit(ctx, sources, a, l, fewshot.Config{NoQueue: config.NoQueue})
		if err != nil {
			return 0, err
		}
		for _, i := range order[n/2:] {
			ms, err := m.MeanMs(archs[i])
			if err != nil {
				return 0, err
			}
			half += math.Abs(ms-y[i]) / y[i] / float64(n-n/2) / curveDraws
		}
	}
	slope := min(fastest, math.Log2(half/expected))
	if slope < slowest {
		return 0, nil
	}
	return min(mostRows, int(math.Ceil(float64(n)*(math.Pow(curveGain, -1/slope)-1)))), nil
}

// planPool is from how many random architectures Plan chooses.
const planPool = 600

// Plan chooses n architectures of a space to measure on a device of which nothing
// is known: those that tell most, given sources that it may be like. The pool they
// are chosen from is drawn from rng.
func Plan(sources []fewshot.Source, s *space.Space, rng *rand.Rand, n int) ([]space.Arch, error) {
	pool := make([]space.Arch, max(planPool, n))
	for i := range pool {
		pool[i] = s.Sample(rng)
	}
	picked, err := fewshot.Design(sources, pool, n)
	if err != nil {
		return nil, err
	}
	out := make([]space.Arch, n)
	for i, p := range picked {
		out[i] = pool[p]
	}
	return out, nil
}
