package adapt

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/conformal"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
)

// Config says how Adapt works. With the zero value the data decide whether there is a
// launch queue.
type Config struct {
	NoQueue bool // the clock waited for the device: don't look for a launch queue
}

// Report tells what Adapt chose and how good it is expected to be.
type Report struct {
	Rows            int                `json:"rows"`                   // number of measurements
	Recipe          string             `json:"recipe"`                 // the model in words
	ExpectedPercent float64            `json:"expected_error_percent"` // mean relative error by leave-one-out, percent
	LeaveOneOut     map[string]float64 `json:"leave_one_out"`          // mean relative error of each model that was tried, a fraction; see fewshot.Report
	MoreRows        int                `json:"more_rows"`              // further measurements that would lower the error by a fifth; 0: not known
	Warnings        []latpred.Warning  `json:"warnings,omitempty"`     // doubts about the measurements and the interval
}

// fewRows is the number of rows below which the coverage of intervals is not reliable.
const fewRows = 50

// Adapt fits a predictor of a device to the rows of set, at least 3, and to sources. It
// errs if rows can't be latencies of one device in milliseconds, and says which; if there
// are no sources or none covers all rows; and when ctx ends.
func Adapt(ctx context.Context, sources []fewshot.Source, set *dataset.Set, config Config) (*Predictor, *Report, error) {
	warnings, err := audit.Support(set)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	archs, y := set.Archs(), set.LatenciesMs()
	m, found, err := fewshot.Fit(ctx, sources, archs, y, fewshot.Config{NoQueue: config.NoQueue})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	warnings = append(warnings, audit.LeaveOneOut(y, found.LooMs, found.LooSdMs)...)
	warnings = append(warnings, audit.AgainstSources(ratios(sources, set))...)
	scores, err := calibrate(m, found, archs, y)
	if err != nil {
		return nil, nil, err
	}
	r := &Report{Rows: set.Rows, Recipe: describe(m), LeaveOneOut: found.LeaveOneOut, Warnings: warnings}
	for i, ms := range found.LooMs {
		r.ExpectedPercent += 100 * math.Abs(ms-y[i]) / y[i] / float64(len(y))
	}
	if len(y) < fewRows {
		r.Warnings = append(r.Warnings, latpred.Warning{Kind: latpred.WarnFewRows, Message: fmt.Sprintf("an interval made from %d rows keeps its promise on average only: of 90 %%, single draws held from 40 to 100", len(y))})
	}
	if r.MoreRows, err = moreRows(ctx, m.Sources, archs, y, config, r.ExpectedPercent/100); err != nil {
		return nil, nil, err
	}
	return &Predictor{m, scores, found.LeaveOneOut, latpred.Provenance{
		Device: set.Device, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(), Note: r.Recipe,
		Split: allRows(set).Record(len(set.Samples)), Sources: seenBy(m, sources),
		Recipe: map[string]string{"sources": sourceNames(m), "expected_error_percent": fmt.Sprintf("%.3g", r.ExpectedPercent)},
	}}, r, nil
}

// calibrate makes the conformal interval from the leave-one-out predictions: scores are
// absolute errors divided by the model's standard deviations.
func calibrate(m *fewshot.Model, found *fewshot.Report, archs []space.Arch, y []float64) (*conformal.Split, error) {
	s := &conformal.Split{Scales: []float64{1}}
	unit, err := spreadOfNew(m, found, archs, y)
	if err != nil {
		return nil, err
	}
	for i := range archs {
		s.Scores = append(s.Scores, math.Abs(y[i]-found.LooMs[i])/(unit*found.LooSdMs[i]))
	}
	if len(y) < fewRows { // too few scores to know the tail: add those of a normal posterior
		for i := range 10 {
			s.Scores = append(s.Scores, conformal.NormalQuantile((float64(i)+.5)/10))
		}
	}
	slices.Sort(s.Scores)
	return s, nil
}

// spreadOfNew is the mean relative standard deviation that Read gives for networks that
// were not measured, divided by that of leave-one-out. It is 1 unless the model is fine:
// then Read leaves out the uncertainty of the columns of single resolutions.
func spreadOfNew(m *fewshot.Model, found *fewshot.Report, archs []space.Arch, y []float64) (float64, error) {
	if !m.Fine() {
		return 1, nil
	}
	var of, loo float64
	for i, a := range archs {
		b := archs[(i+1)%len(archs)]
		copy(a.Choice[:firstStages(a.Family)], b.Choice[:]) // a new network: first stages of b, the rest of a
		ms, sd, err := m.Read(a)
		if err != nil {
			return 0, err
		}
		of, loo = of+sd/ms, loo+found.LooSdMs[i]/y[i]
	}
	return of / loo, nil
}

// firstStages is the number of slots of the first two stages, or of all stages but the
// last if there are fewer than three. For a single stage that is not elastic it is half
// the slots.
func firstStages(f *space.Family) int {
	if len(f.Stages) == 1 && !f.Stages[0].Elastic {
		return f.Slots() / 2
	}
	return f.First(min(2, len(f.Stages)-1))
}

// sourceNames lists the sources of a model.
func sourceNames(m *fewshot.Model) string {
	var names []string
	for _, s := range m.Sources {
		names = append(names, s.Name)
	}
	return strings.Join(names, ", ")
}

// describe says in words which sources a model is made of, with their weights.
func describe(m *fewshot.Model) string {
	shares := map[string]float64{}
	for _, c := range m.Components {
		var names []string
		for _, p := range c.Base.Parts {
			names = append(names, m.Sources[p.Source].Name)
		}
		name := strings.Join(names, " + ")
		switch {
		case c.Base.PowerLaw:
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

// ratios lists for each source the measured latencies of set divided by the source's,
// of the networks that the source covers.
func ratios(sources []fewshot.Source, set *dataset.Set) [][]float64 {
	out := make([][]float64, len(sources))
	for i, s := range sources {
		for _, row := range set.Samples {
			var ms [1]float64
			if err := s.PassMs(ms[:], []space.Arch{row.Arch}); err == nil && ms[0] > 0 {
				out[i] = append(out[i], row.LatencyMs/ms[0])
			}
		}
	}
	return out
}
