package merge

import (
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
)

// Options of Join.
type Options struct {
	// Reference is the name of a journal, as Open was given it, whose mean speed is the
	// common scale, and whose anchors are right; "": the weighted mean of all.
	Reference string
	// LeaveOut leaves out sessions that can't be joined; otherwise they are an error.
	LeaveOut bool
}

// Merged is the result of Join.
type Merged struct {
	Report Report

	header measure.Header
	labels map[string]*measure.Journal // on the common scale, by Header.What
	raw    map[string]*measure.Journal // as measured
}

// Open reads journals. It errs if there are none, one is named twice, or one is no journal.
func Open(files ...string) ([]*measure.Journal, error) {
	if len(files) == 0 {
		return nil, errors.New("no journals to merge")
	}
	var list []*measure.Journal
	for i, name := range files {
		if slices.Contains(files[:i], name) {
			return nil, fmt.Errorf("%s is named twice", name)
		}
		j, err := measure.ReadJournalFile(name)
		if err != nil {
			return nil, err
		}
		if j.Header.Format == "" {
			return nil, fmt.Errorf("%s has no whole line: it is no journal, or one that nothing was written into", name)
		}
		list = append(list, j)
	}
	return list, nil
}

// Join joins journals. It errs, with a DifferenceError for each difference, if they measured
// different things; with a SessionError for each session that can't be joined, unless
// Options.LeaveOut; and if nothing is left.
func Join(journals []*measure.Journal, o Options) (*Merged, error) {
	if len(journals) == 0 {
		return nil, errors.New("merge: no journals")
	}
	warnings, err := compare(journals)
	if err != nil {
		return nil, err
	}
	m := &Merged{header: header(journals)}
	lacking, doubts := missing(journals)
	m.Report = Report{What: m.header.What, Space: m.header.Space, Device: m.header.Device + "-normalised", Reference: o.Reference,
		MissingShards: lacking, Warnings: slices.Concat(warnings, doubts)}
	all, copies := sessions(journals)
	if copies > 0 {
		m.Report.warn("%d groups are in two journals as they were measured once: they count once", copies)
	}
	for _, j := range journals {
		if len(j.Groups()) == 0 {
			m.Report.warn("%s has no finished group", j.Name())
		}
		if n := j.Unfinished(); n > 0 {
			m.Report.warn("%s has an unfinished group, %d units of which are left out: the command that measured goes on", j.Name(), n)
		}
	}
	joined, err := m.choose(all, o)
	if err != nil {
		return nil, err
	}
	m.join(all, joined, o)
	return m, nil
}

// choose returns the sessions that can be joined.
func (m *Merged) choose(all []*session, o Options) ([]*session, error) {
	if len(all) == 0 {
		return nil, errors.New("no journal has a finished group: there is nothing to merge")
	}
	if o.Reference != "" && len(ofJournal(all, o.Reference)) == 0 {
		return nil, fmt.Errorf("the reference %s is none of the journals that have a finished group", o.Reference)
	}
	if len(all) == 1 { // also one without anchors
		return all, all[0].takeAny()
	}
	list, refused := split(all)
	reference := ofJournal(list, o.Reference)
	if o.Reference != "" && len(reference) == 0 {
		return nil, fmt.Errorf("the reference %s is none of the journals that have anchors in common", o.Reference)
	}
	ambiguous := false
	if len(list) > 0 {
		var noisy []refusal
		noise := noiseOf(list)
		if !noise.known {
			m.Report.warn("how noisy anchors are is not known, of fewer than 3 rounds and 2 groups in a session: whether their ratios agree was not checked")
		} else {
			list, noisy, ambiguous = agreeing(list, noise.label, reference)
		}
		refused = append(refused, noisy...)
	}
	if len(refused) > 0 && (!o.LeaveOut || ambiguous) || len(list) == 0 {
		return nil, errorOf(refused)
	}
	for _, r := range refused {
		var why *SessionError
		if errors.As(r.err, &why) {
			m.Report.Sessions = append(m.Report.Sessions, r.session.left(why.Why))
		}
	}
	return list, nil
}

// takeAny takes the anchors of a session that stays alone.
func (s *session) takeAny() error {
	if len(s.anchors) == 0 {
		s.logs = make([][]float64, len(s.groups)) // rows without anchors
		return nil
	}
	return s.take(commonAnchors([]*session{s}))
}

// ofJournal lists the sessions of a journal.
func ofJournal(list []*session, name string) (own []*session) {
	for _, s := range list {
		if name != "" && (s.from == name || s.journal.Name() == name) {
			own = append(own, s)
		}
	}
	return own
}

// noiseOf estimates the model's variances.
func noiseOf(list []*session) components {
	var f fitted
	v, df := labelNoise(list)
	f.estimate(logsOf(list), v, df)
	return f.components
}

func logsOf(list []*session) (logs [][][]float64) {
	for _, s := range list {
		logs = append(logs, s.logs)
	}
	return logs
}

// labelNoise is the variance of a label's logarithm as the rounds tell it, the mean over the
// groups by their units, with its degrees of freedom; 0 if the rounds are too few.
func labelNoise(list []*session) (variance, df float64) {
	for _, s := range list {
		for _, g := range s.groups {
			if n := float64(len(g.Units) + len(g.Anchors)); g.LabelCV > 0 {
				variance += n * square(g.LabelCV)
				df += n
			}
		}
	}
	return variance / max(1, df), df
}

// weights are the sessions' in the common scale.
func weights(list, reference []*session) []float64 {
	w := make([]float64, len(list))
	sum := 0.
	for i, s := range list {
		if len(reference) == 0 || slices.Contains(reference, s) {
			w[i] = float64(s.rows)
		}
		sum += w[i]
	}
	for i := range w {
		w[i] /= sum
	}
	return w
}

// join fits the model and divides the groups of joined sessions.
func (m *Merged) join(all, joined []*session, o Options) {
	f := fitted{factors: make([][]float64, 1), scales: make([]float64, 1), widths: make([]float64, 1)}
	if len(joined[0].logs[0]) > 0 {
		v, df := labelNoise(joined)
		f = fit(logsOf(joined), v, df, weights(joined, ofJournal(joined, o.Reference)))
	} else {
		f.factors[0] = make([]float64, len(joined[0].groups))
	}
	divisors := map[*measure.Journal][]float64{}
	ones := map[*measure.Journal][]float64{}
	var order []*measure.Journal
	for _, s := range all {
		if divisors[s.journal] == nil {
			n := len(s.journal.Groups())
			divisors[s.journal], ones[s.journal] = make([]float64, n), make([]float64, n)
			order = append(order, s.journal)
		}
	}
	for i, s := range joined {
		for g, at := range s.at {
			divisors[s.journal][at], ones[s.journal][at] = math.Exp(f.factors[i][g]), 1
		}
	}
	m.labels, m.raw = map[string]*measure.Journal{}, map[string]*measure.Journal{}
	for _, what := range whats(order) {
		var scaled, raw []measure.Part
		for _, j := range order {
			if j.Header.What == what {
				scaled = append(scaled, measure.Part{Journal: j, Divisors: divisors[j]})
				raw = append(raw, measure.Part{Journal: j, Divisors: ones[j]})
			}
		}
		h := m.header
		h.What = what
		m.raw[what] = measure.Concat(h, raw...)
		h.Device += "-normalised" // as of measure.Journal.Normalised
		m.labels[what] = measure.Concat(h, scaled...)
	}
	m.describe(joined, f, o)
}

func whats(journals []*measure.Journal) (list []string) {
	for _, j := range journals {
		if !slices.Contains(list, j.Header.What) {
			list = append(list, j.Header.What)
		}
	}
	return list
}

// Nets reports whether networks were measured, and not the layers of a table.
func (m *Merged) Nets() bool { return m.labels[measure.WhatNets] != nil }

// Set returns the labels of networks on the common scale, those of doubled networks averaged,
// in the order of the journals. It errs for a table.
func (m *Merged) Set() (*dataset.Set, error) {
	j := m.labels[measure.WhatNets]
	if j == nil {
		return nil, fmt.Errorf("merge: these are journals of a %s, not of networks", m.header.What)
	}
	set, err := j.Set()
	if err != nil {
		return nil, err
	}
	by := map[string]measure.Result{}
	for _, r := range single(j) {
		by[r.Key] = r
	}
	samples := set.Samples[:0]
	for _, s := range set.Samples {
		r, ok := by[s.Arch.String()]
		if !ok {
			continue // its other measurements
		}
		delete(by, r.Key)
		s.LatencyMs, s.StdMs, s.Runs, s.MeasuredAt = r.LatencyMs, r.StdMs, r.Runs, r.At
		samples = append(samples, s)
	}
	set.Samples, set.Rows = samples, len(samples)
	return set, nil
}

// Table returns the lookup table on the common scale. It errs for networks.
func (m *Merged) Table() (*lut.Table, error) {
	t := &lut.Table{Device: m.Report.Device, SpaceID: m.header.Space, Rows: map[int]map[string]lut.Entry{}}
	for what, j := range m.labels {
		text, ok := strings.CutPrefix(what, "table ")
		resolution, err := strconv.Atoi(text)
		if !ok || err != nil {
			return nil, fmt.Errorf("merge: these are journals of %s, not of a table", what)
		}
		t.Rows[resolution] = map[string]lut.Entry{}
		for _, r := range single(j) {
			t.Rows[resolution][r.Key] = lut.Entry{Count: r.Runs, MeanMs: r.LatencyMs, StdMs: r.StdMs}
		}
	}
	return t, nil
}

// WriteJournal writes the joined sessions' finished groups, with every round as it was
// measured, as one journal: merging it again gives the same labels, and measuring the whole
// campaign into it goes on with what is missing. It errs for tables of several resolutions.
func (m *Merged) WriteJournal(w io.Writer) error {
	if len(m.raw) != 1 {
		return errors.New("merge: a journal has the layers of one resolution: merge those of each by themselves")
	}
	for _, j := range m.raw {
		return j.Write(w)
	}
	return nil
}

// warn adds a warning to the report.
func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, latpred.Warning{Kind: latpred.WarnMixed, Message: fmt.Sprintf(format, args...)})
}
