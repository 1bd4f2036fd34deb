package merge

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
)

// session is what one process measured into one journal.
type session struct {
	journal *measure.Journal
	from    string // the journal it was measured into
	began   time.Time
	anchors []string // keys
	at      []int    // its groups in journal.Groups()
	of      int      // the number of all groups there
	groups  []measure.Group
	logs    [][]float64 // by group, by common anchor: logarithm of the anchor's label
	rows    int         // units
}

func (s *session) String() string {
	return fmt.Sprintf("%s (process of %s)", s.from, s.began.Format(time.RFC3339))
}

// SessionError reports a session that can't be joined with the others.
type SessionError struct {
	Session string // its journal, and when its process began
	Why     string
}

// Error names the session and says why.
func (e *SessionError) Error() string {
	return fmt.Sprintf("%s can't be joined: %s", e.Session, e.Why)
}

// sessions cuts journals into sessions, in order. A group that is there twice, as after
// merging a merged journal with one of its parts, counts once; copies says how many were not
// taken.
func sessions(journals []*measure.Journal) (list []*session, copies int) {
	type identity struct {
		from  string
		began int64
		keys  string
		which *measure.Journal
	}
	type measured struct {
		began, at int64
		unit      string
		ms        float64
	}
	by, seen := map[identity]*session{}, map[measured]bool{}
	for _, j := range journals {
		all := j.Groups()
		for i, g := range all {
			u := g.Units[0]
			copied := measured{g.Session.UnixNano(), u.At.UnixNano(), u.Key, u.LatencyMs}
			if seen[copied] {
				copies++
				continue
			}
			seen[copied] = true
			from := g.From
			if from == "" {
				from = j.Name()
			}
			var keys []string
			for _, a := range g.Anchors {
				keys = append(keys, a.Key)
			}
			id := identity{from, g.Session.UnixNano(), strings.Join(keys, "\n"), j}
			s := by[id]
			if s == nil {
				s = &session{journal: j, from: from, began: g.Session, anchors: keys, of: len(all)}
				by[id], list = s, append(list, s)
			}
			s.at, s.groups, s.rows = append(s.at, i), append(s.groups, g), s.rows+len(g.Units)
		}
	}
	return list, copies
}

// commonAnchors are the anchors that most sessions have, weighted by their groups.
func commonAnchors(list []*session) (keys []string) {
	groups := map[string]int{}
	most := 0
	for _, s := range list {
		for key := range set(s.anchors) {
			groups[key] += len(s.groups)
			most = max(most, groups[key])
		}
	}
	for key, n := range groups {
		if n == most {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

func set(list []string) map[string]bool {
	all := map[string]bool{}
	for _, key := range list {
		all[key] = true
	}
	return all
}

// take reads the common anchors' labels, and errs if the session lacks one.
func (s *session) take(common []string) error {
	var lacks []string
	for _, key := range common {
		if !slices.Contains(s.anchors, key) {
			lacks = append(lacks, key)
		}
	}
	switch {
	case len(common) == 0 || len(s.anchors) == 0:
		return &SessionError{s.String(), "it was measured without anchors"}
	case len(lacks) > 0:
		return &SessionError{s.String(), fmt.Sprintf("it lacks %s, which the others have", strings.Join(lacks, ", "))}
	}
	s.logs = nil
	for _, g := range s.groups {
		var row []float64
		for _, key := range common {
			i := slices.IndexFunc(g.Anchors, func(r measure.Result) bool { return r.Key == key })
			row = append(row, math.Log(g.Anchors[i].LatencyMs))
		}
		s.logs = append(s.logs, row)
	}
	return nil
}

// takeAny takes the anchors of a session that stays alone.
func (s *session) takeAny() error {
	if len(s.anchors) == 0 {
		s.logs = make([][]float64, len(s.groups)) // rows without anchors
		return nil
	}
	return s.take(commonAnchors([]*session{s}))
}

// split divides sessions into those that have the common anchors and errors about the others.
func split(list []*session) (joinable []*session, refused []refusal) {
	common := commonAnchors(list)
	for _, s := range list {
		if err := s.take(common); err != nil {
			refused = append(refused, refusal{s, err})
		} else {
			joinable = append(joinable, s)
		}
	}
	return joinable, refused
}

// refusal is a session that can't be joined.
type refusal struct {
	session *session
	err     error
}

func errorOf(refused []refusal) error {
	var all []error
	for _, r := range refused {
		all = append(all, r.err)
	}
	return errors.Join(all...)
}
