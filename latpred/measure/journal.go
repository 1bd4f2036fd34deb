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

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/journal"
)

// Header is the first line of a journal: what was measured, on which device and how. A
// journal is resumed only under a header that is equal, apart from Machine.
type Header struct {
	Format      string            `json:"format"`                // "latpred measure 1"; OpenJournal sets it
	What        string            `json:"what"`                  // "nets", or "table" and a resolution: "table 224"
	Space       string            `json:"space"`                 // id of the space
	Device      string            `json:"device"`                // its name in labels, see Runner.DeviceID
	Seed        uint64            `json:"seed,omitempty"`        // of the sampled networks
	Batch       int               `json:"batch"`                 // images at once
	Threads     int               `json:"threads,omitempty"`     // 0: not known, as for foreign programs
	Formulation string            `json:"formulation,omitempty"` // "": a foreign program
	Precision   Precision         `json:"precision,omitempty"`   // "": F32
	Autotune    string            `json:"autotune,omitempty"`    // XLA's level of autotuning; "": its own, or it has none
	Flags       string            `json:"xla_flags,omitempty"`   // XLA_FLAGS of the user
	Command     string            `json:"command,omitempty"`     // of a foreign program
	Pick        string            `json:"pick,omitempty"`        // pattern for what it prints; "": none
	Rounds      int               `json:"rounds"`                // rounds that labels are computed from
	Extra       int               `json:"extra"`                 // additional rounds at most, while fewer than Rounds were quiet
	Runs        int               `json:"runs"`                  // timed runs of a unit in a round
	Statistic   string            `json:"statistic"`             // of the labels: Statistic
	Shard       Shard             `json:"shard,omitzero"`        // of a campaign that is divided; zero: the whole
	Software    map[string]string `json:"software,omitempty"`    // what else decides times, by PluginHash and so on; what only one of two headers knows is not compared
	Machine     map[string]string `json:"machine"`               // processor, plugin, versions: for people, not compared
}

const (
	journalFormat = "latpred measure 1"
	journalBegin  = `{"header":{"format":"` + journalFormat + `"`
)

// Journal is the record of a campaign, a file of package journal: every round is on disk
// before the next begins. Only one process at a time can have it open for measuring.
// It is not safe for concurrent use.
type Journal struct {
	Header Header

	path     string
	file     appender // nil: it is only read
	groups   []*group
	failures []Failure
}

// appender is the part of *journal.File that a Journal uses.
type appender interface {
	Append(v any) error
	Close() error
}

// group is a line that opens a group.
type group struct {
	Group   int       `json:"group"` // counted from 0
	Anchors []string  `json:"anchors,omitempty"`
	Units   []string  `json:"units"`
	Session time.Time `json:"session"`        // when the process began
	From    string    `json:"from,omitempty"` // of a group that was copied: the journal it was measured into

	// PrepareS is the time that each unit took to prepare, in seconds, others being prepared
	// at the same time; 0: it was prepared before the group began.
	PrepareS []float64 `json:"prepare_s,omitempty"`

	rounds []round
	begun  bool // the line is in the file
}

// process identifies the process that measured a group.
type process struct {
	from  string
	began int64
}

func (g *group) process() process { return process{g.From, g.Session.UnixNano()} }

// round is a line with the times of one round: of the anchors, then of the units.
type round struct {
	Group      int       `json:"group"`
	Round      int       `json:"round"` // counted from 0
	At         time.Time `json:"at"`
	Load       float64   `json:"load"`   // load average over the minute before; -1: not known
	Others     float64   `json:"others"` // mean number of cores that other processes kept busy; -1: not known
	ClockJumpS float64   `json:"clock_jump_s,omitempty"`
	MinMs      []float64 `json:"min_ms"`
	MedianMs   []float64 `json:"median_ms"`
}

// line is one line of the file; exactly one field is set.
type line struct {
	Header *Header  `json:"header,omitempty"`
	Group  *group   `json:"begin,omitempty"`
	Round  *round   `json:"round,omitempty"`
	Failed *Failure `json:"failed,omitempty"`
}

// session is when this process began to measure.
var session = time.Now().UTC().Truncate(time.Second)

// OpenJournal opens the journal file at path for measuring, or creates it. A last line
// that is incomplete, after a kill or a full disk, is removed; any other damage, a header
// that differs from h in more than Machine, and a journal that another process has open
// are errors.
func OpenJournal(path string, h Header) (*Journal, error) {
	h.Format = journalFormat
	j := &Journal{Header: h, path: path}
	file, err := journal.Open(path, line{Header: &h}, journalBegin, func(line int, text []byte) error {
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

// ReadJournal reads a journal without opening it for measuring: nothing can be appended,
// and Close does nothing. A last line that is incomplete, because a campaign is still
// writing, is ignored. Errors call the journal name.
func ReadJournal(r io.Reader, name string) (*Journal, error) {
	j := &Journal{path: name}
	return j, journal.Read(r, name, func(line int, text []byte) error { return j.take(line, text, nil) })
}

// ReadJournalFile is ReadJournal of the file at path.
func ReadJournalFile(path string) (*Journal, error) {
	f, err := bounded.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadJournal(f, path)
}

// Close closes the file, so that another process can open it. A journal from ReadJournal
// or Normalised has no file; closing it does nothing.
func (j *Journal) Close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}

// take reads line n, counted from 1. want is the header that the journal must have; nil
// accepts any.
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
		return j.Header.validate()
	case l.Group != nil && j.Header.Rounds < 1:
		return fmt.Errorf("a group, where the header has %d rounds", j.Header.Rounds)
	case l.Group != nil && l.Group.Group == len(j.groups) && len(l.Group.Units) > 0:
		l.Group.begun = true
		j.groups = append(j.groups, l.Group)
		return nil
	case l.Round != nil && l.Round.Group < len(j.groups) && l.Round.Group >= 0:
		g := j.groups[l.Round.Group]
		if n := len(g.Anchors) + len(g.Units); l.Round.Round != len(g.rounds) || len(l.Round.MinMs) != n || len(l.Round.MedianMs) != n {
			return fmt.Errorf("round %d of group %d doesn't follow from what is before it", l.Round.Round, l.Round.Group)
		}
		for _, ms := range slices.Concat(l.Round.MinMs, l.Round.MedianMs) {
			if !(ms > 0) || ms > maxMs {
				return fmt.Errorf("round %d of group %d: %v is no time in milliseconds", l.Round.Round, l.Round.Group, ms)
			}
		}
		g.rounds = append(g.rounds, *l.Round)
		return nil
	case l.Failed != nil && l.Failed.Unit != "":
		j.failures = append(j.failures, *l.Failed)
		return nil
	}
	return errors.New("neither a failure, nor a group or a round that follows from what is before it")
}

// maxMs is longer than any network takes, in milliseconds: thirty years.
const maxMs = 1e12

// validate errs if a header has a number that none of ours has.
func (h Header) validate() error {
	switch {
	case h.Format != journalFormat:
		return fmt.Errorf("format %q, want %q", h.Format, journalFormat)
	case h.Batch < 0 || h.Threads < 0 || h.Rounds < 0 || h.Extra < 0 || h.Runs < 0:
		return fmt.Errorf("a negative number in the header: batch %d, threads %d, rounds %d, extra %d, runs %d", h.Batch, h.Threads, h.Rounds, h.Extra, h.Runs)
	}
	return h.Shard.validate()
}

// agree errs if the header of a journal differs from the wanted one in anything but
// Machine, and what only one of them knows of Software.
func agree(old, want Header) error {
	want.Machine, old.Machine = nil, nil
	old.Software, want.Software = shared(old.Software, want.Software), shared(want.Software, old.Software)
	a, _ := json.Marshal(old)
	b, _ := json.Marshal(want)
	if !bytes.Equal(a, b) {
		return fmt.Errorf("begun with other settings; go on with those, or choose another file:\n  there: %s\n  now:   %s", a, b)
	}
	return nil
}

// next returns the group to measure: the first unfinished one, or else a new one of units
// that are in no group yet, or nil when there are none. An unfinished group with other
// anchors, or with a unit that is not in units or is left out, can't be finished; its units
// count as in no group. Units that have failed once come last, each in a group of its own,
// so that a second failure costs no other unit its rounds.
func (j *Journal) next(units, anchors []Unit, config Config) *group {
	wanted, taken := map[string]bool{}, map[string]bool{}
	for _, u := range units {
		wanted[u.Key] = !j.leftOut(u.Key)
	}
	var open *group
	for _, g := range j.groups {
		complete := g.complete(config.Rounds, config.Extra)
		possible := slices.Equal(g.Anchors, keys(anchors)) && !slices.ContainsFunc(g.Units, func(k string) bool { return !wanted[k] })
		if open == nil && !complete && possible {
			open = g
		}
		if complete || possible {
			for _, key := range g.Units {
				taken[key] = true
			}
		}
	}
	if open != nil {
		return open
	}
	g := &group{Group: len(j.groups), Anchors: keys(anchors), Session: session}
	var suspect string
	for _, u := range units {
		switch {
		case taken[u.Key] || !wanted[u.Key]:
		case j.failed(u.Key) > 0:
			suspect = cmp.Or(suspect, u.Key)
		case len(g.Units) < config.Group:
			g.Units = append(g.Units, u.Key)
		}
	}
	if len(g.Units) == 0 && suspect != "" {
		g.Units = []string{suspect}
	}
	if len(g.Units) == 0 {
		return nil
	}
	return g
}

// QuietOthers is the largest mean number of cores that other processes may keep busy in
// a round that counts as quiet.
const QuietOthers = 0.1

// complete reports whether a group has as many quiet rounds as it needs, or as many
// rounds in all as it may have.
func (g *group) complete(rounds, extra int) bool {
	quiet := 0
	for _, r := range g.rounds {
		if r.Others <= QuietOthers {
			quiet++
		}
	}
	return quiet >= rounds || len(g.rounds) >= rounds+extra
}

// quietest returns the n rounds in which other processes were least busy, in the order
// of measuring. The choice does not depend on the latencies.
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
	return nil
}

// PrepareSeconds returns how long the units of each group took to prepare, see Config.Compilers.
// It is empty for a group that an older version measured.
func (j *Journal) PrepareSeconds() [][]float64 {
	var list [][]float64
	for _, g := range j.groups {
		list = append(list, g.PrepareS)
	}
	return list
}

// begun reports whether a unit is in a group.
func (j *Journal) begun(key string) bool {
	return slices.ContainsFunc(j.groups, func(g *group) bool { return slices.Contains(g.Units, key) })
}

func (j *Journal) append(g *group, r round) error {
	if err := j.file.Append(line{Round: &r}); err != nil {
		return err
	}
	g.rounds = append(g.rounds, r)
	return nil
}

// Done counts the units of finished groups.
func (j *Journal) Done() (n int) {
	for _, g := range j.finished() {
		n += len(g.Units)
	}
	return n
}
