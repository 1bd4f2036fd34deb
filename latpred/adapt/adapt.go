package adapt

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/transfer"
)

// Config says how Adapt works. With the zero value the data decide whether there is a
// launch queue.
type Config struct {
	NoQueue    bool // the clock waited for the device: don't look for a launch queue
	NoForecast bool // leave out Report.MoreRows, which takes four further fits
}

// Report tells what Adapt chose and how good it is expected to be.
type Report struct {
	Rows            int                `json:"rows"`                   // number of measurements
	Recipe          string             `json:"recipe"`                 // the model in words
	ExpectedPercent float64            `json:"expected_error_percent"` // mean relative error by leave-one-out, percent
	LeaveOneOut     map[string]float64 `json:"leave_one_out"`          // mean relative error, a fraction, of the predictor ("adapted") and of the mean of the measurements ("mean")
	MoreRows        int                `json:"more_rows"`              // further measurements that would lower the error by a fifth; 0: not known
	Warnings        []latpred.Warning  `json:"warnings,omitempty"`     // doubts about the measurements and the interval
}

// fewRows is the number of rows below which there is a warning: single draws cover much more or
// less.
const fewRows = 50

// Adapt fits a predictor of a device to the rows of set, at least 3, all of its space, and
// to sources, of which there may be none; those that don't cover the rows are left out. It errs
// if rows can't be latencies of one device in milliseconds, and says which; if a network is not
// of the space, or none of the sources covers all rows; and when ctx ends.
func Adapt(ctx context.Context, sources []*transfer.Source, set *dataset.Set, config Config) (*Predictor, *Report, error) {
	warnings, err := audit.Support(set)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	s, err := set.Space()
	if err != nil {
		return nil, nil, err
	}
	if s.Ties != nil {
		s = s.Family.Reference() // its networks as well
	}
	archs, y := set.Archs(), set.LatenciesMs()
	if sources, err = covering(sources, archs); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	l, err := learner(sources, s)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	fit := l.FitClock
	if config.NoQueue {
		fit = l.FitWaiting
	}
	m, err := fit(ctx, archs, y)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	left, sd, err := m.LeftOut(archs)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	r := &Report{Rows: len(y), Recipe: describe(m), LeaveOneOut: map[string]float64{"adapted": 0, "mean": 0}}
	r.Warnings = append(warnings, audit.LeaveOneOut(y, left, sd)...)
	if !slices.ContainsFunc(r.Warnings, func(w latpred.Warning) bool { return w.Kind == latpred.WarnScale }) {
		r.Warnings = append(r.Warnings, audit.AgainstSources(ratios(sources, set))...)
	}
	for i, ms := range left {
		r.LeaveOneOut["adapted"] += math.Abs(ms-y[i]) / y[i] / float64(len(y))
		r.LeaveOneOut["mean"] += math.Abs(meanWithout(y, i)-y[i]) / y[i] / float64(len(y))
	}
	r.ExpectedPercent = 100 * r.LeaveOneOut["adapted"]
	if len(y) < fewRows {
		r.Warnings = append(r.Warnings, fewRowsWarning(len(y)))
	}
	if !config.NoForecast {
		if r.MoreRows, err = moreRows(ctx, fit, archs, y, r.LeaveOneOut["adapted"]); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", set.Name, err)
		}
	}
	return &Predictor{m, provenance(sources, set, r)}, r, nil
}

// learner knows the sources, with the prior that goes with their kind.
func learner(sources []*transfer.Source, s *space.Space) (*transfer.Learner, error) {
	prior := transfer.DefaultPrior()
	if slices.ContainsFunc(sources, func(s *transfer.Source) bool { return s.Times != nil }) {
		prior = transfer.TimesPrior()
	}
	return transfer.NewLearner(transfer.FeaturesOf(s), sources, prior)
}

// covering lists the sources that have times for all networks. It errs if there are sources,
// but none of these.
func covering(sources []*transfer.Source, archs []space.Arch) (list []*transfer.Source, err error) {
	for _, s := range sources {
		failed := s.Covers(archs)
		if failed == nil {
			list = append(list, s)
		}
		err = failed
	}
	if list == nil && len(sources) > 0 {
		return nil, fmt.Errorf("no source covers the measurements: %w", err)
	}
	return list, nil
}

// provenance describes what a predictor is made from.
func provenance(sources []*transfer.Source, set *dataset.Set, r *Report) latpred.Provenance {
	from := latpred.Provenance{
		Device: set.Device, Space: set.SpaceID, Data: set.Name, DataHash: set.Hash(), Rows: set.Rows, Versions: latpred.Versions(), Note: r.Recipe,
		Split: allRows(set).Record(len(set.Samples)), Recipe: map[string]string{"expected_error_percent": fmt.Sprintf("%.3g", r.ExpectedPercent)},
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
		from.Sources = append(from.Sources, s.Seen...)
	}
	from.Recipe["sources"] = strings.Join(names, ", ")
	return from
}

// allRows is the split of rows that all serve the fit.
func allRows(set *dataset.Set) (split dataset.Split) {
	for i := range set.Samples {
		split.Train = append(split.Train, i)
	}
	return split
}

// describe says in words what a model stands on.
func describe(m *transfer.Clocked) string {
	text := "features of " + m.Space().ID + " and " + strings.Join(m.Describe(), "; ")
	if w := m.Waits(); w < .95 {
		text += fmt.Sprintf("; seen through a launch queue with a probability of %.0f %%", 100*(1-w))
	}
	return text
}

// meanWithout is the mean of all values but one.
func meanWithout(values []float64, without int) (mean float64) {
	for i, v := range values {
		if i != without {
			mean += v / float64(len(values)-1)
		}
	}
	return mean
}

// ratios lists for each source with times the measured latencies of set divided by the source's.
func ratios(sources []*transfer.Source, set *dataset.Set) (out [][]float64) {
	for _, s := range sources {
		var of []float64
		for _, row := range set.Samples {
			ms, err := s.PassMs(row.Arch)
			if errors.Is(err, transfer.ErrNoTimes) {
				break
			}
			if err == nil && ms > 0 {
				of = append(of, row.LatencyMs/ms)
			}
		}
		if of != nil {
			out = append(out, of)
		}
	}
	return out
}

// fewRowsWarning says what an interval from few rows is worth.
func fewRowsWarning(rows int) latpred.Warning {
	return latpred.Warning{Kind: latpred.WarnFewRows, Message: fmt.Sprintf("an interval made from %d rows keeps its promise on average over devices and draws only: a single one may hold much less, or much more", rows)}
}
