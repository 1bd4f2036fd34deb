package hpo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/ofalat/ofalat/latpred/journal"
)

// journalVersion is the version of the format. The first line of a search's journal (see
// package journal) identifies the search; each other line is a report, in the order in
// which the scheduler accepted them:
//
//	{"version":1,"search":"FIFO to epoch 9, 2 trials","digest":"5d0f…"}
//	{"tasks":2,"elapsed_seconds":1.5,"report":{"trial":0,"epoch":9,…}}
const journalVersion = 1

// header is the first line of a journal.
type header struct {
	Version int    `json:"version"`
	Search  string `json:"search"` // for people
	Digest  string `json:"digest"` // SHA-256 of subject, scheduler and configurations, hexadecimal
}

// entry is a report with the number of tasks that had been handed out before it. With that
// number a replay can call Next exactly where the search did, so that the scheduler ends
// in the same state, running tasks included, for any number of workers.
type entry struct {
	Tasks          int     `json:"tasks"`
	ElapsedSeconds float64 `json:"elapsed_seconds"`
	Report         Report  `json:"report"`
}

// newHeader identifies a search: its scheduler, its trials and its subject.
func newHeader(s Scheduler, subject string) header {
	trials := s.Status()
	sum := sha256.New()
	fmt.Fprintf(sum, "%q\n%s\n", subject, s)
	for _, t := range trials {
		fmt.Fprintf(sum, "%d %s\n", t.Trial, t.Config)
	}
	h := header{journalVersion, fmt.Sprintf("%s, %d trials", s, len(trials)), hex.EncodeToString(sum.Sum(nil))}
	if subject != "" {
		h.Search = subject + ": " + h.Search
	}
	return h
}

// openJournal opens or creates the journal of a search and reads its entries. It errs if
// the file is another search's.
func openJournal(path string, h header) (*journal.File, []entry, error) {
	start, err := json.Marshal(h)
	if err != nil {
		return nil, nil, err
	}
	var entries []entry
	j, err := journal.Open(path, h, string(start), func(line int, text []byte) error {
		if line == 1 {
			return sameSearch(text, start, h)
		}
		e, err := readEntry(text)
		entries = append(entries, e)
		return err
	})
	return j, entries, err
}

// sameSearch errs if the first line of a journal is not start, and says why.
func sameSearch(first, start []byte, want header) error {
	if bytes.Equal(first, start) {
		return nil
	}
	var have header
	if err := json.Unmarshal(first, &have); err != nil || have.Version == 0 || have.Digest == "" {
		return errors.New("this is not the journal of a search")
	}
	if have.Version != want.Version {
		return fmt.Errorf("a journal of version %d, where this program has version %d", have.Version, want.Version)
	}
	return fmt.Errorf("the journal of another search (%s), not of this one (%s): name another file, or remove it to start anew",
		have.Search, want.Search)
}

// readEntry parses a line after the first.
func readEntry(text []byte) (e entry, err error) {
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("damaged: %w", err)
	}
	return e, nil
}
