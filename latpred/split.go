package latpred

import (
	"bytes"
	"compress/flate"
	"fmt"
	"io"
)

// Split records what each row of a set was used for when a predictor was made from it, so
// that later the predictor is judged on rows that it has not seen.
type Split struct {
	// Protocol says how the rows were divided, as dataset.Split.Protocol does; "": the
	// program that trained chose the rows itself. With Seed it tells how to get the
	// split again; Lists gives the rows without that.
	Protocol string `json:"protocol,omitempty"`
	Seed     uint64 `json:"seed,omitempty"` // of a random split

	Rows       int `json:"rows"`       // of the set
	Train      int `json:"train"`      // number of rows that the predictor was fitted to
	Validation int `json:"validation"` // number of rows that chose among fits or calibrated an interval
	Test       int `json:"test"`       // number of rows kept apart

	// Uses has two bits for each row of the set, four rows a byte, the first in the
	// lowest bits, compressed with DEFLATE: 0 no use, 1 training, 2 validation, 3 test.
	Uses []byte `json:"uses,omitempty"`
}

// maxSplitRows bounds the memory that a file's Split can occupy. It is what dataset.MaxRows was when
// the largest splits were written.
const maxSplitRows = 5_000_000

// NewSplit records a split of a set with so many rows. Rows are counted from 0, their
// order is not kept. A row on several lists counts for the one that sees most of it:
// training before validation before test. It panics if a row does not exist.
func NewSplit(protocol string, seed uint64, rows int, train, validation, test []int) *Split {
	packed := make([]byte, (rows+3)/4)
	lists := [][]int{train, validation, test}
	for i := len(lists) - 1; i >= 0; i-- {
		for _, r := range lists[i] {
			if r < 0 || r >= rows {
				panic(fmt.Sprintf("latpred: no row %d of %d", r, rows))
			}
			shift := r % 4 * 2
			packed[r/4] = packed[r/4]&^(3<<shift) | byte(i+1)<<shift
		}
	}
	var count [4]int
	for r := range rows {
		count[useOf(packed, r)]++
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err == nil {
		_, err = w.Write(packed)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		panic("latpred: " + err.Error()) // the level is valid and a buffer does not fail
	}
	return &Split{protocol, seed, rows, count[1], count[2], count[3], b.Bytes()}
}

// useOf reads the two bits of a row.
func useOf(packed []byte, row int) byte { return packed[row/4] >> (row % 4 * 2) & 3 }

// Lists gives the rows of each use, counted from 0 and ascending. It errs if Uses, Rows and
// the counts do not fit together, as in a damaged file or where Uses was left out.
func (s *Split) Lists() (train, validation, test []int, err error) {
	if s.Rows < 0 || s.Rows > maxSplitRows {
		return nil, nil, nil, fmt.Errorf("split of %d rows: want 0 to %d", s.Rows, maxSplitRows)
	}
	size := (s.Rows + 3) / 4
	packed, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(s.Uses)), int64(size)+1))
	if err != nil {
		return nil, nil, nil, fmt.Errorf("split: %w", err)
	}
	if len(packed) != size {
		return nil, nil, nil, fmt.Errorf("split: %d bytes for %d rows, want %d", len(packed), s.Rows, size)
	}
	var lists [4][]int
	for r := range s.Rows {
		use := useOf(packed, r)
		lists[use] = append(lists[use], r)
	}
	if len(lists[1]) != s.Train || len(lists[2]) != s.Validation || len(lists[3]) != s.Test {
		return nil, nil, nil, fmt.Errorf("split: %d, %d and %d rows, but it counts %d, %d and %d",
			len(lists[1]), len(lists[2]), len(lists[3]), s.Train, s.Validation, s.Test)
	}
	return lists[1], lists[2], lists[3], nil
}

// Source is a set that a predictor knows by way of another predictor: the one that was
// fine-tuned or adapted.
type Source struct {
	Data     string `json:"data,omitempty"`      // name of the set
	DataHash string `json:"data_hash,omitempty"` // see Provenance.DataHash
	Split    *Split `json:"split,omitempty"`     // nil: it is not known which rows were used
}
