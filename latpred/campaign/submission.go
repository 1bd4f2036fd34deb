package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/journal"
)

// Submission is shards that were handed to an engine.
type Submission struct {
	At     time.Time `json:"at"`
	Engine string    `json:"engine"`
	ID     string    `json:"id"` // the engine's name for it
	Shards []int     `json:"shards"`
}

// submissionsHeader is the first line of submissions.jsonl.
type submissionsHeader struct {
	Format   string `json:"format"`
	Campaign string `json:"campaign"`
}

const (
	submissionsFormat = "latpred campaign 1"
	submissionsBegin  = `{"format":"` + submissionsFormat
)

func (f *Folder) submissionsFile() string { return filepath.Join(f.Dir, "submissions.jsonl") }

// Submissions lists what was handed to engines, in order.
func (f *Folder) Submissions() ([]Submission, error) {
	file, err := bounded.Open(f.submissionsFile())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var list []Submission
	err = journal.Read(file, file.Name(), takeSubmissions(&list))
	return list, err
}

// takeSubmissions reads the lines of submissions.jsonl.
func takeSubmissions(list *[]Submission) journal.Take {
	return func(line int, text []byte) error {
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if line == 1 {
			var h submissionsHeader
			if err := decoder.Decode(&h); err != nil {
				return err
			}
			if h.Format != submissionsFormat {
				return fmt.Errorf("format %q, want %q", h.Format, submissionsFormat)
			}
			return nil
		}
		var s Submission
		if err := decoder.Decode(&s); err != nil {
			return err
		}
		*list = append(*list, s)
		return nil
	}
}

// Submit hands shards to an engine and notes that. Only one process at a time can submit.
func (f *Folder) Submit(ctx context.Context, name string, e Engine, shards []int) (s Submission, err error) {
	var before []Submission
	file, err := journal.Open(f.submissionsFile(), submissionsHeader{submissionsFormat, f.Plan.Name}, submissionsBegin, takeSubmissions(&before))
	if errors.Is(err, journal.ErrInUse) {
		err = fmt.Errorf("%s: another process is submitting", f.Dir)
	}
	if err != nil {
		return s, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	s = Submission{At: time.Now().UTC().Truncate(time.Second), Engine: name, Shards: shards}
	if s.ID, err = e.Submit(ctx, f, shards); s.ID == "" {
		return s, err
	}
	return s, errors.Join(err, file.Append(s))
}

// Cancel ends what engines have of the campaign.
func (f *Folder) Cancel(ctx context.Context, engines map[string]Engine) error {
	list, err := f.Submissions()
	for _, s := range list {
		e, ok := engines[s.Engine]
		if !ok {
			err = errors.Join(err, fmt.Errorf("%s: submitted to %q, which is no engine here", f.Dir, s.Engine))
			continue
		}
		err = errors.Join(err, e.Cancel(ctx, f, s.ID))
	}
	return err
}
