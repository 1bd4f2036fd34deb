package experiment

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// maxRecord is the largest size of a record in bytes; the shipped one has one hundredth.
const maxRecord = 64 << 20

// ReadRecord reads a record that UpdateRecord, or an older program, wrote. The error wraps
// os.ErrNotExist where there is no such file; others name the file, and its line where the
// content is wrong.
func ReadRecord(path string) ([]*Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: want a regular file with a record", path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return parseRecord(path, text)
}

// UpdateRecord puts results into the record in a file, in the place of those of the same
// items; without the file it begins with those of start. It is safe against a kill at any
// time, and against other processes that do the same.
func UpdateRecord(path string, start, results []*Result) error {
	return atomicfile.Update(path, func(text []byte) ([]byte, error) {
		recorded := start
		if text != nil {
			var err error
			if recorded, err = parseRecord(path, text); err != nil {
				return nil, err
			}
		}
		text, err := json.MarshalIndent(Merge(recorded, results), "", " ")
		return append(text, '\n'), err
	})
}

// parseRecord errs unless text is a list of results that have an item each.
func parseRecord(name string, text []byte) ([]*Result, error) {
	if len(text) > maxRecord {
		return nil, fmt.Errorf("%s: a record has at most %d MB", name, maxRecord>>20)
	}
	var results []*Result
	if err := json.Unmarshal(text, &results); err != nil {
		line := 1
		if at := (*json.SyntaxError)(nil); errors.As(err, &at) {
			line += bytes.Count(text[:at.Offset], []byte("\n"))
		}
		return nil, fmt.Errorf("%s:%d: this is no record: %w", name, line, err)
	}
	for i, r := range results {
		if r == nil || r.Item == "" {
			return nil, fmt.Errorf("%s: this is no record: result %d of %d names no item", name, i+1, len(results))
		}
	}
	return results, nil
}
