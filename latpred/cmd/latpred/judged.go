package main

import (
	"fmt"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/metric"
)

// Values of --protocol.
const (
	published = "published" // in file order
	corrected = "corrected" // by architecture
	recorded  = "recorded"  // as the predictor's file says
)

// splitOf divides a set by a protocol, published or corrected.
func splitOf(set *dataset.Set, protocol string, seed uint64) dataset.Split {
	if protocol == published {
		return set.SplitFileOrder()
	}
	return set.SplitSeeded(seed)
}

// judged describes the rows that a predictor is judged on, in results under --json.
type judged struct {
	Part     string `json:"part"` // all, test, validation or train
	Rows     int    `json:"rows"`
	Of       int    `json:"of"`                 // rows of the set
	Protocol string `json:"protocol,omitempty"` // that divided the set; absent: it was not divided
	Seed     uint64 `json:"seed,omitempty"`     // of the division, where it was random
	Trained  bool   `json:"trained_on_set"`     // the predictor or a source was trained on this very set; otherwise rows that the sets share are not found
	audit.SeenRows
	Unknown string `json:"unknown,omitempty"` // why more may have been seen
}

// judgedRows picks the rows of a set that p is judged on, and says what p has seen of
// them. Rows that it, or a source of it, has seen are never test rows.
func judgedRows(p latpred.Predictor, set *dataset.Set, part, protocol string) ([]int, *judged, error) {
	seen, err := audit.SeenBy(p, set)
	if err != nil {
		return nil, nil, err
	}
	j := &judged{Part: part, Of: set.Rows, Trained: seen.Trained, Unknown: seen.Unknown}
	var rows []int
	if protocol == recorded || part == "all" {
		if rows, err = seen.Rows(part); err != nil && seen.Unknown != "" {
			return nil, nil, fmt.Errorf("%w; --rows all judges on all rows, and if you know how the predictor was trained, --protocol published or corrected says so", err)
		}
		if seen.Split != nil && part != "all" {
			j.Protocol, j.Seed = seen.Split.Protocol, seen.Split.Seed
		}
	} else {
		rows, err = j.saidRows(set, part, splitOf(set, protocol, p.Provenance().Seed))
	}
	if err != nil {
		return nil, nil, err
	}
	j.Rows, j.SeenRows = len(rows), seen.Count(rows)
	if part == "test" && j.Any() {
		return nil, nil, fmt.Errorf("%s: %d rows, split %s, are no test rows: %s; without --protocol its own test rows are taken", set.Name, j.Rows, j.Protocol, j.SeenRows)
	}
	return rows, j, nil
}

// judgeTest scores a predictor that was just trained, on the test rows of its training
// without those that its sources are known to have seen.
func judgeTest(p latpred.Predictor, set *dataset.Set, test []int) (*judged, metric.Scores, error) {
	seen, err := audit.SeenBy(p, set)
	if err != nil {
		return nil, metric.Scores{}, err
	}
	rows := seen.Unseen(test)
	if len(rows) == 0 {
		return nil, metric.Scores{}, fmt.Errorf("%s: there is no row that the source of the predictor has not seen", set.Name)
	}
	j := &judged{Part: "test", Rows: len(rows), Of: set.Rows, Trained: seen.Trained, SeenRows: seen.Count(rows), Unknown: seen.Unknown}
	if seen.Split != nil {
		j.Protocol, j.Seed = seen.Split.Protocol, seen.Split.Seed
	}
	part := set.Subset(rows)
	pred := make([]float64, part.Rows)
	if err := p.PredictMs(pred, part.Archs()); err != nil {
		return nil, metric.Scores{}, err
	}
	return j, metric.Evaluate(pred, part.LatenciesMs()), nil
}

// saidRows gives a part of a split that the user says was the one of the training.
func (j *judged) saidRows(set *dataset.Set, part string, split dataset.Split) ([]int, error) {
	j.Protocol, j.Seed = split.Protocol, split.Seed
	rows := map[string][]int{"test": split.Test, "validation": split.Validation, "train": split.Train}[part]
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s: %d rows are too few for %s rows", set.Name, set.Rows, part)
	}
	return rows, nil
}

// String says which rows they are: "1483 test rows, split by architecture, seed 1; none
// of them was seen in training".
func (j *judged) String() string {
	text := fmt.Sprintf("%d %s rows of %d", j.Rows, j.Part, j.Of)
	if j.Part == "all" {
		text = fmt.Sprintf("all %d rows", j.Rows)
	}
	if j.Protocol != "" {
		text += ", split " + j.Protocol
	}
	if j.Seed != 0 {
		text += fmt.Sprintf(", seed %d", j.Seed)
	}
	switch said := j.SeenRows.String(); {
	case said != "":
		text += "; " + said
	case j.Unknown != "":
	case j.Trained:
		text += "; none of them was seen in training"
	default:
		text += "; the predictor was trained on another set, and rows that both have are not found"
	}
	if j.Unknown != "" {
		text += "; the predictor may have seen more: " + j.Unknown
	}
	return text
}
