package measure

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/ofalat/ofalat/latpred/metric"
	"gonum.org/v1/gonum/stat"
)

// Group is a finished group of a journal: units and anchors that one process measured in
// turn, so that they had the device at the same speed.
type Group struct {
	From    string    // journal that the group was copied from by Concat; "": it was measured into this one
	Session time.Time // when the process that measured it began
	Anchors []Result
	Units   []Result
	Rounds  int     // taken, quiet or not
	LabelCV float64 // noise of a label in it, a fraction, from odd and even rounds; 0: not known, there are fewer than three rounds
}

// Name is the file of the journal, or whatever it was read as.
func (j *Journal) Name() string { return j.path }

// Groups lists the finished groups, in the order of measuring.
func (j *Journal) Groups() []Group {
	var list []Group
	for _, g := range j.finished() {
		out := Group{From: g.From, Session: g.Session, Rounds: len(g.rounds)}
		for i, key := range g.Anchors {
			out.Anchors = append(out.Anchors, g.result(key, i, j.Header))
		}
		for i, key := range g.Units {
			out.Units = append(out.Units, g.result(key, len(g.Anchors)+i, j.Header))
		}
		_, halves := g.spread(j.Header)
		out.LabelCV = rootMeanSquare(halves)
		list = append(list, out)
	}
	return list
}

// Unfinished counts the units that groups were begun with, and that no finished group has.
func (j *Journal) Unfinished() int {
	begun := map[string]bool{}
	for _, g := range j.groups {
		for _, key := range g.Units {
			begun[key] = true
		}
	}
	for _, g := range j.finished() {
		for _, key := range g.Units {
			delete(begun, key)
		}
	}
	return len(begun)
}

// spread returns, for each anchor and unit of a group with three rounds at least, the
// coefficient of variation of its rounds' fastest runs, and half of the relative difference
// between the label of its even rounds and that of the odd ones. The halves' difference has
// √2 times a half's standard deviation, which is √2 times the label's; so half of the
// difference has the label's.
func (g *group) spread(h Header) (cvs, halves []float64) {
	rounds := g.quietest(h.Rounds)
	if len(rounds) < 3 {
		return nil, nil
	}
	for i := range len(g.Anchors) + len(g.Units) {
		var all []float64
		var by [2][]float64
		for r, taken := range rounds {
			ms := taken.MinMs[i]
			all, by[r%2] = append(all, ms), append(by[r%2], ms)
		}
		cvs = append(cvs, stat.StdDev(all, nil)/stat.Mean(all, nil))
		even, odd := metric.Median(by[0]), metric.Median(by[1])
		halves = append(halves, (odd-even)/(odd+even))
	}
	return cvs, halves
}

// Part is a journal for Concat.
type Part struct {
	Journal *Journal
	// Divisors of all times, one for each of Journal.Groups; a group with 0 is left out. nil:
	// all groups are taken as they are.
	Divisors []float64
}

// Concat returns the finished groups of journals, one after the other, as one journal with
// header h, which can only be read and written. Each group tells in Group.From which journal
// it comes from. Units that failed are told too.
func Concat(h Header, parts ...Part) *Journal {
	h.Format = journalFormat
	out := &Journal{Header: h}
	for _, p := range parts {
		for i, g := range p.Journal.finished() {
			by := 1.
			if p.Divisors != nil {
				by = p.Divisors[i]
			}
			if by == 0 {
				continue
			}
			taken := *g
			taken.Group, taken.rounds = len(out.groups), nil
			if taken.From == "" {
				taken.From = p.Journal.path
			}
			for _, r := range g.rounds {
				r.Group = taken.Group
				if by != 1 {
					r.MinMs, r.MedianMs = scaled(r.MinMs, 1/by), scaled(r.MedianMs, 1/by)
				}
				taken.rounds = append(taken.rounds, r)
			}
			out.groups = append(out.groups, &taken)
		}
		out.failures = append(out.failures, p.Journal.failures...)
	}
	return out
}

// Write writes the journal as a file that ReadJournal and OpenJournal read.
func (j *Journal) Write(w io.Writer) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(true) // as journals are written
	err := out.Encode(line{Header: &j.Header})
	for _, g := range j.groups {
		err = errors.Join(err, out.Encode(line{Group: g}))
		for _, r := range g.rounds {
			err = errors.Join(err, out.Encode(line{Round: &r}))
		}
	}
	for _, f := range j.failures {
		err = errors.Join(err, out.Encode(line{Failed: &f}))
	}
	return err
}
