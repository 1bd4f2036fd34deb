package audit_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// made is a predictor of which only the making matters.
type made struct {
	kind string
	from latpred.Provenance
}

func (m made) Kind() string                                  { return m.kind }
func (m made) Provenance() latpred.Provenance                { return m.from }
func (m made) PredictMs(dst []float64, _ []space.Arch) error { return nil }

// rowsOf reads a shipped set and makes a small one of its first rows.
func rowsOf(t *testing.T, name string, n int) *dataset.Set {
	t.Helper()
	set := open(t, name)
	rows := make([]int, n)
	for i := range rows {
		rows[i] = i
	}
	return set.Subset(rows)
}

// Parts of a set are told from the predictor's own split and from those of its sources.
func TestSeenBy(t *testing.T) {
	set, other := rowsOf(t, "p40-b64", 10), rowsOf(t, "p40-b64", 11)
	own := dataset.Split{Train: []int{5, 3, 4}, Validation: []int{6, 7}, Test: []int{8, 9, 0}}.Record(10) // 1 and 2 were not used
	source := dataset.Split{Train: []int{9, 6}, Validation: []int{0, 1}, Test: []int{3, 2, 8}}.Record(10)
	hash := set.Hash()
	mine := latpred.Provenance{Data: "set", DataHash: hash, Rows: 3, Split: own}
	both := mine
	both.Sources = []latpred.Source{{Data: "set", DataHash: hash, Split: source}}
	far := latpred.Provenance{Data: "far", DataHash: other.Hash(), Split: dataset.Split{Train: []int{1}}.Record(11), Sources: both.Sources}
	old := latpred.Provenance{Data: "set", DataHash: hash}
	for name, c := range map[string]struct {
		p                       made
		train, validation, test []int
		all                     audit.SeenRows
		unknown                 string
		trained                 bool
	}{
		"its own":           {made{latpred.KindPaper, mine}, []int{3, 4, 5}, []int{6, 7}, []int{0, 8, 9}, audit.SeenRows{Fitted: 3, Choosing: 2}, "", true},
		"and its source's":  {made{latpred.KindPaper, both}, []int{3, 4, 5}, []int{6, 7}, []int{8}, audit.SeenRows{Fitted: 5, Choosing: 3}, "", true},
		"only its source's": {made{latpred.KindAdapted, far}, nil, nil, []int{2, 3, 4, 5, 7, 8}, audit.SeenRows{Fitted: 2, Choosing: 2}, "", true},
		"none":              {made{latpred.KindPaper, latpred.Provenance{Data: "far", DataHash: other.Hash()}}, nil, nil, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, audit.SeenRows{}, "", false},
		"not recorded":      {made{latpred.KindTable, old}, nil, nil, nil, audit.SeenRows{}, "does not tell which", true},
		"source not recorded": {made{latpred.KindAdapted, latpred.Provenance{Data: "far", DataHash: other.Hash(), Split: far.Split}},
			nil, nil, nil, audit.SeenRows{}, "made from", false},
		"fine-tuned before": {made{latpred.KindPaper, latpred.Provenance{Data: "far", DataHash: other.Hash(), Note: "fine-tuned (all-layers) from a predictor for x"}},
			nil, nil, nil, audit.SeenRows{}, "made from", false},
		"from scratch": {made{latpred.KindPaper, latpred.Provenance{Data: "far", DataHash: other.Hash(), Note: "fine-tuned (scratch) from a predictor for x"}},
			nil, nil, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, audit.SeenRows{}, "", false},
		"weights from elsewhere": {made{latpred.KindPaper, latpred.Provenance{Note: "checkpoint"}}, nil, nil, nil, audit.SeenRows{}, "made from", false},
	} {
		s, err := audit.SeenBy(c.p, set)
		if err != nil {
			t.Fatal(err)
		}
		if (s.Unknown == "") != (c.unknown == "") || !strings.Contains(s.Unknown, c.unknown) || s.Trained != c.trained {
			t.Errorf("%s: %q, %v", name, s.Unknown, s.Trained)
		}
		for part, want := range map[string][]int{"train": c.train, "validation": c.validation, "test": c.test} {
			if rows, err := s.Rows(part); !reflect.DeepEqual(rows, want) || (err == nil) != (want != nil) {
				t.Errorf("%s: %s rows %v, %v; want %v", name, part, rows, err, want)
			}
		}
		all, err := s.Rows("all")
		if err != nil || len(all) != 10 || s.Count(all) != c.all {
			t.Errorf("%s: of %v %+v, %v; want %+v", name, all, s.Count(all), err, c.all)
		}
		if unseen := s.Unseen(all); len(unseen) != 10-c.all.Fitted-c.all.Choosing || s.Count(unseen).Any() {
			t.Errorf("%s: %v were not seen", name, unseen)
		}
	}
	for reason, split := range map[string]*latpred.Split{"the set has 10": dataset.Split{}.Record(9), "it counts 1": {Rows: 10, Train: 1, Uses: dataset.Split{}.Record(10).Uses}} {
		mine.Split = split
		if _, err := audit.SeenBy(made{latpred.KindPaper, mine}, set); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v; want …%s…", err, reason)
		}
	}
}

// Rows whose architecture was trained on are counted, as Check counts them.
func TestSeenArchitectures(t *testing.T) {
	set := open(t, "xeon-b64-fixed")
	want := find(t, set)["xeon-b64-fixed duplicates"].Values["test_rows_seen_in_training"]
	split := set.SplitFileOrder()
	p := made{latpred.KindPaper, latpred.Provenance{Data: set.Name, DataHash: set.Hash(), Split: split.Record(set.Rows)}}
	s, err := audit.SeenBy(p, set)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := s.Rows("test")
	if got := s.Count(rows).Architectures; err != nil || want == 0 || got != int(want) {
		t.Errorf("%d of %d test rows are of architectures seen in training, Check says %v (%v)", got, len(rows), want, err)
	}
	if text := s.Count(rows).String(); !strings.Contains(text, "are other measurements of architectures seen in training") {
		t.Errorf("in words: %s", text)
	}
	p.from.Split = set.SplitSeeded(1).Record(set.Rows)
	if s, err = audit.SeenBy(p, set); err != nil {
		t.Fatal(err)
	}
	if rows, err = s.Rows("test"); err != nil || s.Count(rows) != (audit.SeenRows{}) {
		t.Errorf("split by architecture: %+v, %v", s.Count(rows), err)
	}
}
