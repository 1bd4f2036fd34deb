package measure

import (
	"errors"
	"fmt"
	"time"

	"github.com/ofalat/ofalat/latpred/journal"
)

// Failure records that a process ended, or had to be ended, while it prepared or ran a unit.
type Failure struct {
	Unit string    `json:"unit"` // its key, or an anchor's
	How  string    `json:"how"`  // a phrase: "crashed: SIGSEGV …", "was not compiled within 10m0s"
	At   time.Time `json:"at"`
}

// mostFailures is how often a unit may fail before it is left out.
const mostFailures = 2

// Failures lists the failures of a journal, in their order.
func (j *Journal) Failures() []Failure { return j.failures }

// LeftOut lists the units that have failed twice, which campaigns leave out: the last
// failure of each.
func (j *Journal) LeftOut() []Failure {
	count := map[string]int{}
	var list []Failure
	for _, f := range j.failures {
		if count[f.Unit]++; count[f.Unit] == mostFailures {
			list = append(list, f)
		}
	}
	return list
}

func (j *Journal) failed(key string) (n int) {
	for _, f := range j.failures {
		if f.Unit == key {
			n++
		}
	}
	return n
}

func (j *Journal) leftOut(key string) bool { return j.failed(key) >= mostFailures }

// Fail appends failures to the journal file at path, which no process may have open for
// measuring. The file is created with header h if it does not exist; otherwise its header
// stays, and h is not compared with it.
func Fail(path string, h Header, failures ...Failure) (err error) {
	h.Format = journalFormat
	j := &Journal{path: path}
	file, err := journal.Open(path, line{Header: &h}, journalBegin, func(line int, text []byte) error { return j.take(line, text, nil) })
	if err != nil {
		return fmt.Errorf("recording what failed: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	for _, f := range failures {
		if err := file.Append(line{Failed: &f}); err != nil {
			return err
		}
	}
	return nil
}
