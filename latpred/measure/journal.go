package measure

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/ofalat/ofalat/latpred/journal"
)

// Header is the first line of a journal: what was measured, on what and how. A
// journal is only taken up again under an equal one.
type Header struct {
	Format      string            `json:"format"` // "latpred measure 1"
	What        string            `json:"what"`   // "nets" or "table"
	Space       string            `json:"space"`
	Device      string            `json:"device"`            // what labels call it: hardware, runtime, precision, batch, threads, formulation
	Seed        uint64            `json:"seed,omitempty"`    // of the sampled networks
	Batch       int               `json:"batch"`             // images at once
	Threads     int               `json:"threads,omitempty"` // 0: not known, for foreign programs
	Formulation string            `json:"formulation,omitempty"`
	Command     string            `json:"command,omitempty"` // of a foreign program
	Rounds      int               `json:"rounds"`            // that labels are made of
	Extra       int               `json:"extra"`             // more that may be taken, while some were not quiet
	Runs        int               `json:"runs"`
	Statistic   string            `json:"statistic"` // "median of rounds' minima"
	Machine     map[string]string `json:"machine"`   // processor, plugin, versions: for people, not compared
}

const journalFormat = "latpred measure 1"

// Journal is the record of a campaign, a file of package journal: every round is on
// disk before anything else happens. It belongs to one process at a time.
type Journal struct {
	Header Header

	path    string
	file    appender // nil: it is only read
	groups  []*group
	inOrder map[string]bool // units that a group has
}

// appender is a *journal.File.
type appender interface {
	Append(v any) error
	Close() error
}

// group is a line that opens a group.
type group struct {
	Group   int       `json:"group"` // counted from 0
	Anchors []string  `json:"anchors,omitempty"`
	Units   []string  `json:"units"`
	Session time.Time `json:"session"` // when the process began

	rounds []round
	begun  bool // is in the file
}

// round is a line with the times of one round: of the anchors, then of the units.
type round struct {
	Group      int       `json:"group"`
	Round      int       `json:"round"` // counted from 0
	At         time.Time `json:"at"`
	Load       float64   `json:"load"`   // of the machine when it began, averaged over a minute; -1: not known
	Others     float64   `json:"others"` // cores that other processes kept busy meanwhile, on average; -1: not known
	ClockJumpS float64   `json:"clock_jump_s,omitempty"`
	MinMs      []float64 `json:"min_ms"`
	MedianMs   []float64 `json:"median_ms"`
}

// line is any of them; exactly one is set.
type line struct {
	Header *Header `json:"header,omitempty"`
	Group  *group  `json:"begin,omitempty"`
	Round  *round  `json:"round,omitempty"`
}

// session is when this process began to measure.
var session = time.Now().UTC().Truncate(time.Second)

// OpenJournal opens a journal or begins one. A last line that was cut short, by a
// kill or a full disk, is cut off; any other damage, a header that differs and a
// journal that another process has open are errors.
func OpenJournal(path string, h Header) (*Journal, error) {
	h.Format = journalFormat
	j := &Journal{Header: h, path: path, inOrder: map[string]bool{}}
	file, err := journal.Open(path, line{Header: &h}, `{"header":{"format":"`+journalFormat+`"`, func(line int, text []byte) error {
		return j.take(line, text, &h)
	})
	if errors.Is(err, journal.ErrInUse) {
		err = fmt.Errorf("%s: another process is measuring into it", path)
	}
	if err != nil {
		return nil, err
	}
	j.file = file
	return j, nil
}

// ReadJournal reads a journal that is not to be gone on with; a last line that is not
// complete, since somebody measures into it, is left out. Errors name it as name.
func ReadJournal(r io.Reader, name string) (*Journal, error) {
	j := &Journal{path: name, inOrder: map[string]bool{}}
	return j, journal.Read(r, name, func(line int, text []byte) error { return j.take(line, text, nil) })
}

// Close closes the file and lets another process open it.
func (j *Journal) Close() error { return j.file.Close() }

// take reads line n, counted from 1. want is the header to go on under; nil takes any.
func (j *Journal) take(n int, text []byte, want *Header) error {
	var l line
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&l); err != nil {
		return fmt.Errorf("no line of a journal: %w", err)
	}
	switch {
	case n == 1:
		if l.Header == nil {
			return errors.New("the first line of a journal is its header")
		}
		if want != nil {
			return agree(*l.Header, *want)
		}
		j.Header = *l.Header
		return nil
	case l.Group != nil && l.Group.Group == len(j.groups) && len(l.Group.Units) > 0:
		l.Group.begun = true
		j.groups = append(j.groups, l.Group)
		for _, key := range l.Group.Units {
			j.inOrder[key] = true
		}
		return nil
	case l.Round != nil && l.Round.Group < len(j.groups) && l.Round.Group >= 0:
		g := j.groups[l.Round.Group]
		if n := len(g.Anchors) + len(g.Units); l.Round.Round != len(g.rounds) || len(l.Round.MinMs) != n || len(l.Round.MedianMs) != n {
			return fmt.Errorf("round %d of group %d doesn't follow from what is before it", l.Round.Round, l.Round.Group)
		}
		g.rounds = append(g.rounds, *l.Round)
		return nil
	}
	return errors.New("neither a group nor a round that follows from what is before it")
}

// agree says in what the header of a journal differs from the one to go on under,
// where it does. The machine is for people.
func agree(old, want Header) error {
	want.Machine, old.Machine = nil, nil
	a, _ := json.Marshal(old)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		return fmt.Errorf("begun with other settings; go on with those, or choose another file:\n  there: %s\n  now:   %s", a, b)
	}
	return nil
}

// next gives the group to measure: the first unfinished one, or a new one of units
// that are in none, or nil. Units of an unfinished group that are no longer asked
// for can't be measured: it is left as it is.
func (j *Journal) next(units, anchors []Unit, config Config) *group {
	wanted := map[string]bool{}
	for _, u := range units {
		wanted[u.Key] = true
	}
	for _, g := range j.groups {
		possible := slices.Equal(g.Anchors, keys(anchors)) && !slices.ContainsFunc(g.Units, func(k string) bool { return !wanted[k] })
		if !g.complete(config.Rounds, config.Extra) && possible {
			return g
		}
	}
	g := &group{Group: len(j.groups), Anchors: keys(anchors), Session: session}
	for _, u := range units {
		if len(g.Units) < config.Group && !j.inOrder[u.Key] {
			g.Units = append(g.Units, u.Key)
		}
	}
	if len(g.Units) == 0 {
		return nil
	}
	return g
}

// QuietOthers is how many cores others may keep busy in a quiet round.
const QuietOthers = 0.1

// complete says that a group has as many quiet rounds as it needs, or as many
// rounds as it may have.
func (g *group) complete(rounds, extra int) bool {
	quiet := 0
	for _, r := range g.rounds {
		if r.Others <= QuietOthers {
			quiet++
		}
	}
	return quiet >= rounds || len(g.rounds) >= rounds+extra
}

// quietest are n rounds in which others did least, in the order of measuring. What
// is chosen does not depend on the latencies.
func (g *group) quietest(n int) []round {
	order := make([]int, len(g.rounds))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(g.rounds[a].Others, g.rounds[b].Others) })
	order = order[:min(n, len(order))]
	slices.Sort(order)
	var list []round
	for _, i := range order {
		list = append(list, g.rounds[i])
	}
	return list
}

func (j *Journal) begin(g *group) error {
	if g.begun {
		return nil
	}
	if err := j.file.Append(line{Group: g}); err != nil {
		return err
	}
	g.begun = true
	j.groups = append(j.groups, g)
	for _, key := range g.Units {
		j.inOrder[key] = true
	}
	return nil
}

func (j *Journal) append(g *group, r round) error {
	if err := j.file.Append(line{Round: &r}); err != nil {
		return err
	}
	g.rounds = append(g.rounds, r)
	return nil
}

// done counts the units of finished groups.
func (j *Journal) done() (n int) {
	for _, g := range j.finished() {
		n += len(g.Units)
	}
	return n
}
