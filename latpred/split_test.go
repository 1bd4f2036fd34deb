package latpred_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// A split comes back from JSON row by row, whatever the number of rows and however it
// was made.
func TestSplitComesBack(t *testing.T) {
	set, err := dataset.Open("epyc-zen4-b1")
	if err != nil {
		t.Fatal(err)
	}
	for rows := range 10 {
		split := latpred.NewSplit("", 0, rows, nil, seqTo(rows), nil)
		if train, validation, test, err := split.Lists(); err != nil || len(train)+len(test) != 0 || len(validation) != rows {
			t.Errorf("%d rows: %v %v %v, %v", rows, train, validation, test, err)
		}
	}
	for _, want := range []dataset.Split{set.SplitFileOrder(), set.SplitSeeded(3), {Train: []int{1, 5}, Test: []int{0, set.Rows - 1}}} {
		text, err := json.Marshal(want.Record(set.Rows))
		if err != nil {
			t.Fatal(err)
		}
		var back latpred.Split
		if err := json.Unmarshal(text, &back); err != nil {
			t.Fatal(err)
		}
		got := dataset.Split{Protocol: back.Protocol, Seed: back.Seed}
		got.Train, got.Validation, got.Test, err = back.Lists()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %d, %d and %d rows", want.Protocol, err, len(got.Train), len(got.Validation), len(got.Test))
		}
		if len(text) > 120+set.Rows/2 {
			t.Errorf("%s: %d bytes for %d rows", want.Protocol, len(text), set.Rows)
		}
	}
}

// What a damaged file may hold is an error, not a wrong split.
func TestSplitDamaged(t *testing.T) {
	whole := latpred.NewSplit("", 0, 9, []int{0, 1, 2}, []int{3}, []int{8})
	for reason, damage := range map[string]func(*latpred.Split){
		"want 0 to":                func(s *latpred.Split) { s.Rows = 1 << 40 },
		"-1 rows":                  func(s *latpred.Split) { s.Rows = -1 },
		"3 bytes for 13 rows":      func(s *latpred.Split) { s.Rows = 13 },
		"3 bytes for 8 rows":       func(s *latpred.Split) { s.Rows = 8 },
		"it counts 2, 1 and 1":     func(s *latpred.Split) { s.Train = 2 },
		"it counts 3, 0 and 1":     func(s *latpred.Split) { s.Validation = 0 },
		"it counts 3, 1 and 2":     func(s *latpred.Split) { s.Test = 2 },
		"unexpected EOF":           func(s *latpred.Split) { s.Uses = nil },
		"split: flate: corrupt in": func(s *latpred.Split) { s.Uses = []byte("\xff\xff\xff") },
	} {
		s := *whole
		damage(&s)
		if _, _, _, err := s.Lists(); err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%v; want …%s…", err, reason)
		}
	}
	for _, rows := range [][]int{{9}, {-1}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("training rows %v of 9: no panic", rows)
				}
			}()
			latpred.NewSplit("", 0, 9, rows, nil, nil)
		}()
	}
}

// A row on two lists is not a test row.
func TestSplitOverlapping(t *testing.T) {
	s := latpred.NewSplit("", 0, 6, []int{0, 1, 1}, []int{1, 2}, []int{0, 2, 3})
	train, validation, test, err := s.Lists()
	if err != nil || !reflect.DeepEqual([][]int{train, validation, test}, [][]int{{0, 1}, {2}, {3}}) {
		t.Errorf("%v %v %v, %v", train, validation, test, err)
	}
}
