package audit

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// Seen tells which rows of a set a predictor has seen in training.
type Seen struct {
	// Split is that of the predictor's training, if this very set was trained on and the
	// file says how it was divided; nil: another set, or not recorded.
	Split *latpred.Split
	// Trained reports whether the predictor, or a source of it, was trained on this very
	// set, all or in part.
	Trained bool
	// Unknown says why it can't be told which rows were seen; "": it can.
	Unknown string

	set  *dataset.Set
	uses []use // of each row
	own  []use // of each row, by the predictor without its sources
}

// use is what a row was used for; of several uses the highest counts.
type use byte

const (
	unused use = iota
	kept       // among the test rows
	choosing
	fitted
)

// SeenBy compares the hash of a set with those in a predictor's provenance: of the set
// that it was trained on and, for a fine-tuned or adapted one, of its sources' sets. Of
// another set, with a row more or less, it has seen nothing as far as hashes tell: rows
// that two sets share are not found. SeenBy errs if a split in the provenance is damaged
// or is of another number of rows.
func SeenBy(p latpred.Predictor, set *dataset.Set) (*Seen, error) {
	n := len(set.Samples)
	s := &Seen{set: set, uses: make([]use, n), own: make([]use, n)}
	if p.Kind() == latpred.KindLookup && set.SumsOf != "" && set.SumsOf == p.Provenance().Data {
		s.Unknown = "its labels are the sums of the very table"
	}
	hash := set.Hash()
	for i, source := range latpred.SourcesOf(p) {
		switch {
		case source.DataHash == "":
			s.Unknown = cmp.Or(s.Unknown, "its file does not tell what it, or a predictor that it was made from, was trained on")
			continue
		case source.DataHash != hash:
			continue
		}
		s.Trained = true
		if source.Split == nil {
			s.Unknown = cmp.Or(s.Unknown, "it was trained on rows of this set, and its file does not tell which")
			continue
		}
		if err := s.add(source.Split); err != nil {
			return nil, fmt.Errorf("provenance, set %s: %w", source.Data, err)
		}
		if i == 0 {
			s.Split = source.Split
			copy(s.own, s.uses)
		}
	}
	return s, nil
}

func (s *Seen) add(split *latpred.Split) error {
	if split.Rows != len(s.uses) {
		return fmt.Errorf("a split of %d rows, the set has %d", split.Rows, len(s.uses))
	}
	train, validation, test, err := split.Lists()
	if err != nil {
		return err
	}
	for u, rows := range map[use][]int{fitted: train, choosing: validation, kept: test} {
		for _, r := range rows {
			s.uses[r] = max(s.uses[r], u)
		}
	}
	return nil
}

// Rows gives the rows of a part of the set, counted from 0 and ascending:
//
//   - "all": every row, seen or not;
//   - "test": the test rows of the predictor's training, without those that a source has
//     seen; of a set that the predictor itself was not trained on, every row that no source
//     has seen;
//   - "train" and "validation": those of the predictor's own training.
//
// It errs if the part is empty, and, unless it is "all", if it can't be told.
func (s *Seen) Rows(part string) ([]int, error) {
	if part != "all" && s.Unknown != "" {
		return nil, fmt.Errorf("%s: which rows are %s rows can't be told: %s", s.set.Name, part, s.Unknown)
	}
	var rows []int
	for r, u := range s.uses {
		own := s.own[r]
		switch {
		case part == "all", part == "train" && own == fitted, part == "validation" && own == choosing,
			part == "test" && u < choosing && (s.Split == nil || own == kept):
			rows = append(rows, r)
		}
	}
	if rows == nil {
		return nil, fmt.Errorf("%s has no %s rows: %s", s.set.Name, part, s.emptiness())
	}
	return rows, nil
}

// emptiness says why a part has no rows.
func (s *Seen) emptiness() string {
	if len(s.uses) == 0 {
		return "it has no rows at all"
	}
	if s.Split != nil {
		return fmt.Sprintf("the predictor was fitted to %d of its %d rows, %d chose among fits, %d were kept apart", s.Split.Train, s.Split.Rows, s.Split.Validation, s.Split.Test)
	}
	if s.Trained {
		return "only sources of the predictor were trained on it"
	}
	return "the predictor was trained on another set"
}

// Unseen gives those of the rows that were neither fitted nor chose among fits, as far as
// it can be told.
func (s *Seen) Unseen(rows []int) (list []int) {
	for _, r := range rows {
		if s.uses[r] < choosing {
			list = append(list, r)
		}
	}
	return list
}

// SeenRows counts what a predictor has seen of some rows.
type SeenRows struct {
	Fitted        int `json:"seen_in_training"`   // rows that it, or a source, was fitted to
	Choosing      int `json:"seen_in_validation"` // rows that chose among fits or calibrated an interval
	Architectures int `json:"architectures_seen"` // other rows, of an architecture that it was fitted to
}

// Any reports whether a row itself was seen.
func (c SeenRows) Any() bool { return c.Fitted+c.Choosing > 0 }

// Count counts what was seen of the given rows, as far as it can be told.
func (s *Seen) Count(rows []int) (c SeenRows) {
	known := map[space.Arch]bool{}
	for r, u := range s.uses {
		if u == fitted {
			known[s.set.Samples[r].Arch] = true
		}
	}
	for _, r := range rows {
		switch {
		case s.uses[r] == fitted:
			c.Fitted++
		case s.uses[r] == choosing:
			c.Choosing++
		case known[s.set.Samples[r].Arch]:
			c.Architectures++
		}
	}
	return c
}

// String says it in words; "" if nothing was seen.
func (c SeenRows) String() string {
	var parts []string
	add := func(n int, text string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, text))
		}
	}
	add(c.Fitted, "of them were seen in training")
	add(c.Choosing, "of them were seen in validation")
	add(c.Architectures, "are other measurements of architectures seen in training")
	return strings.Join(parts, ", ")
}
