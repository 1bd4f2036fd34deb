package merge

import (
	"errors"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
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

	results map[string][]measure.Result // of labels, one for each unit
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
		if j.Done() == 0 {
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

// ofJournal lists the sessions of a journal.
func ofJournal(list []*session, name string) (own []*session) {
	for _, s := range list {
		if name != "" && (s.from == name || s.journal.Name() == name) {
			own = append(own, s)
		}
	}
	return own
}

// warn adds a warning to the report.
func (r *Report) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, latpred.Warning{Kind: latpred.WarnMixed, Message: fmt.Sprintf(format, args...)})
}
