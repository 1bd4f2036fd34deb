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
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/fewshot"
	"github.com/ofalat/ofalat/latpred/space"
	"gonum.org/v1/gonum/stat/distuv"
)

// Config says how Adapt works. With the zero value the data decide whether there is a
// launch queue.
type Config struct {
	NoQueue    bool // the clock waited for the device: don't look for a launch queue
	NoForecast bool // leave out Report.MoreRows, which takes four further fits
	// Spread is what is expected of the width of intervals; the zero value is that of the
	// shipped devices.
	Spread Spread
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
	if !slices.ContainsFunc(warnings, func(w latpred.Warning) bool { return w.Kind == latpred.WarnScale }) {
		warnings = append(warnings, audit.AgainstSources(ratios(sources, set))...)
	}
	scores, err := calibrate(m, found, archs, y, config.Spread)
	if err != nil {
		return nil, nil, err
	}
	var student *distuv.StudentsT
	if len(y) < studentRows {
		student = studentOf(scores.Scores)
	}
	r := &Report{Rows: set.Rows, Recipe: describe(m), LeaveOneOut: found.LeaveOneOut, Warnings: warnings}
	for i, ms := range found.LooMs {
		r.ExpectedPercent += 100 * math.Abs(ms-y[i]) / y[i] / float64(len(y))
	}
	if len(y) < fewRows {
		r.Warnings = append(r.Warnings, fewRowsWarning(len(y)))
	}
	if r.MoreRows, err = moreRows(ctx, m.Sources, archs, y, config, r.ExpectedPercent/100); err != nil {
		return nil, nil, err
	}
	return &Predictor{m, scores, student, found.LeaveOneOut, latpred.Provenance{
		Device: set.Device, Space: set.SpaceID, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(), Note: r.Recipe,
		Split: allRows(set).Record(len(set.Samples)), Sources: seenBy(m, sources),
		Recipe: map[string]string{"sources": sourceNames(m), "expected_error_percent": fmt.Sprintf("%.3g", r.ExpectedPercent)},
	}}, r, nil
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

// fewRowsWarning says what an interval from few rows is worth.
func fewRowsWarning(rows int) latpred.Warning {
	return latpred.Warning{Kind: latpred.WarnFewRows, Message: fmt.Sprintf("an interval made from %d rows keeps its promise on average over devices and draws only: a single one may hold much less, or much more", rows)}
}
