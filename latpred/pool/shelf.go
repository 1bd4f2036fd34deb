package pool

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/measure"
)

// Shelf is a worker's folder, in which the journal of each group lies, so that what is
// measured outlives the worker:
//
//	CAMPAIGN/group-7.jsonl           being measured
//	CAMPAIGN/group-7.complete.jsonl  to be delivered
//	CAMPAIGN/group-7.sent.jsonl      delivered; it may be deleted when the campaign is over
type Shelf string

const (
	begun    = ".jsonl"
	complete = ".complete.jsonl"
	sent     = ".sent.jsonl"
)

func (s Shelf) folder(campaign string) string {
	return filepath.Join(string(s), filepath.Base("campaign-"+campaign))
}

func (s Shelf) file(campaign string, group int, state string) string {
	return filepath.Join(s.folder(campaign), fmt.Sprintf("group-%d%s", group, state))
}

// Measure measures a task and returns its journal. A group that lies there complete is not
// measured again, and one that was begun goes on.
func (s Shelf) Measure(ctx context.Context, i Instrument, t *Task, observe func(measure.Progress)) ([]byte, error) {
	for _, state := range []string{complete, sent} {
		text, err := bounded.ReadFile(s.file(t.Campaign, t.Group, state), maxMessage)
		if !errors.Is(err, fs.ErrNotExist) {
			return text, err
		}
	}
	if err := os.MkdirAll(s.folder(t.Campaign), 0o755); err != nil {
		return nil, err
	}
	file := s.file(t.Campaign, t.Group, begun)
	if err := i.Measure(ctx, t, file, observe); err != nil {
		return nil, err
	}
	whole := s.file(t.Campaign, t.Group, complete)
	if err := os.Rename(file, whole); err != nil {
		return nil, err
	}
	return bounded.ReadFile(whole, maxMessage)
}

// Sent notes that a group was delivered.
func (s Shelf) Sent(campaign string, group int) {
	// Otherwise it is delivered again, which is seen.
	_ = os.Rename(s.file(campaign, group, complete), s.file(campaign, group, sent))
}

// Leftovers returns the journals of a campaign's groups that lie there complete and were not
// delivered.
func (s Shelf) Leftovers(campaign string) map[int][]byte {
	found := map[int][]byte{}
	files, _ := filepath.Glob(filepath.Join(s.folder(campaign), "group-*"+complete)) // the pattern is right
	for _, file := range files {
		var group int
		if _, err := fmt.Sscanf(filepath.Base(file), "group-%d"+complete, &group); err != nil {
			continue
		}
		if text, err := bounded.ReadFile(file, maxMessage); err == nil {
			found[group] = text
		}
	}
	return found
}
