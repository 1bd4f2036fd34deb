package hpo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
)

// A journal is a text file of JSON lines. The first says of which search it is;
// each other one is a report, in the order in which the scheduler took them:
//
//	{"version":1,"search":"FIFO to epoch 9, 2 trials","digest":"5d0f…"}
//	{"tasks":2,"elapsed_seconds":1.5,"report":{"trial":0,"epoch":9,…}}
//
// A line is synced before the search goes on. One that a crash cut off, at the end
// of the file and without its newline, doesn't count. One search at a time may
// have the file.
const journalVersion = 1

type header struct {
	Version int    `json:"version"`
	Search  string `json:"search"` // for people
	Digest  string `json:"digest"` // SHA-256 of everything that makes it this search
}

// entry is a report, and how many tasks had been handed out before it. With that
// a replay calls Next where the search did, so that the scheduler comes to the
// same state, tasks that were under way included, whatever the number of workers.
type entry struct {
	Tasks          int     `json:"tasks"`
	ElapsedSeconds float64 `json:"elapsed_seconds"`
	Report         Report  `json:"report"`
}

type journal struct {
	file *os.File
	err  error // of the first append that failed: nothing may follow it
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

// openJournal opens or starts the journal of a search and reads what it has.
func openJournal(path string, h header) (_ *journal, _ []entry, err error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err != nil {
			file.Close()
		}
	}()
	content, err := io.ReadAll(file)
	if err != nil {
		return nil, nil, err
	}
	j := &journal{file: file}
	start := line(h)
	if bytes.HasPrefix(start, content) && len(content) < len(start) { // new, or its first line is torn
		if err := j.cut(0); err != nil {
			return nil, nil, err
		}
		return j, nil, j.write(start)
	}
	if err := sameSearch(content, start, h); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	entries, whole, err := readEntries(content[len(start):])
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return j, entries, j.cut(int64(len(start) + whole))
}

// sameSearch errs where content doesn't begin with the line of the search.
func sameSearch(content, start []byte, want header) error {
	if bytes.HasPrefix(content, start) {
		return nil
	}
	first, _, _ := bytes.Cut(content, []byte("\n"))
	var have header
	if err := json.Unmarshal(first, &have); err != nil || have.Version == 0 || have.Digest == "" {
		return errors.New("line 1: this is not the journal of a search")
	}
	if have.Version != want.Version {
		return fmt.Errorf("line 1: a journal of version %d, where this program has version %d", have.Version, want.Version)
	}
	return fmt.Errorf("the journal of another search (%s), not of this one (%s): name another file, or remove it to start anew",
		have.Search, want.Search)
}

// readEntries reads the lines after the first; whole is the length of those that
// end.
func readEntries(content []byte) (entries []entry, whole int, err error) {
	for {
		text, _, ends := bytes.Cut(content[whole:], []byte("\n"))
		if !ends {
			return entries, whole, nil
		}
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, 0, fmt.Errorf("line %d: damaged: %w", len(entries)+2, err)
		}
		entries = append(entries, e)
		whole += len(text) + 1
	}
}

// cut shortens the file to what counts and goes to its end.
func (j *journal) cut(size int64) error {
	if err := j.file.Truncate(size); err != nil {
		return err
	}
	_, err := j.file.Seek(size, io.SeekStart)
	return err
}

func (j *journal) append(e entry) error {
	if j.err == nil {
		j.err = j.write(line(e))
	}
	return j.err
}

func (j *journal) write(line []byte) error {
	if _, err := j.file.Write(line); err != nil {
		return err
	}
	return j.file.Sync()
}

// line is v as a line of JSON.
func line(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic("hpo: " + err.Error()) // a header or an entry of a report can be written
	}
	return append(text, '\n')
}
