package pool

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"strings"

	"github.com/ofalat/ofalat/latpred/measure"
)

// Folder keeps what a campaign's devices have measured, in journals of package measure:
//
//	journals/DEVICE-KIND.jsonl   the accepted groups of a device
//	aside/REASON/DEVICE-….jsonl  groups that are not among them: "repeat" and "fenced"
//
// KIND is a hash of what kind the device was and how it measured, so that a device that is
// changed begins a new journal. Only one process at a time can have a folder open.
type Folder struct {
	dir     string
	job     Job
	groups  [][]string
	group   map[string]int             // that a network is in
	headers map[string]*measure.Header // of the first journal of each kind
	files   map[string][]string        // journals of each kind that were read
	open    map[string]*measure.Journal
	recent  []string // files in open, the oldest first
	done    []finished
	release func()
}

// finished is a group that a kind has measured.
type finished struct {
	kind  string
	group int
}

// Keys of the header's Machine in a folder's journals.
const (
	machineDevice   = "pool device"
	machineKind     = "pool kind"
	machineCampaign = "pool campaign"
)

// mostOpen bounds the journals that are open at once: each takes two files.
const mostOpen = 128

// lockFile is held by the process that has a folder open. It stays.
const lockFile = "coordinator.lock"

// IsFolder reports whether a pool has measured, or measures, into a folder.
func IsFolder(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, lockFile))
	return err == nil
}

// OpenFolder opens the folder of a campaign, or makes it, and reads the journals in it.
func OpenFolder(ctx context.Context, dir string, job Job, groups [][]string) (*Folder, error) {
	f := newFolder(dir, job, groups)
	if err := os.MkdirAll(f.journals(), 0o755); err != nil {
		return nil, err
	}
	release, err := measure.Lock(ctx, filepath.Join(dir, lockFile), measure.Now)
	if err != nil {
		return nil, fmt.Errorf("%s: another process measures a campaign into this folder: %w", dir, err)
	}
	f.release = release
	if err := f.read(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// ReadStatus tells how far a campaign is from its folder alone, whether or not it is open:
// without devices. journals are the files by kind.
func ReadStatus(dir string, job Job, groups [][]string) (s Status, journals map[string][]string, err error) {
	f := newFolder(dir, job, groups)
	if err := f.read(); err != nil {
		return s, nil, err
	}
	c := NewCoordinator(job, groups, Wish{}, Limits{Kinds: 1 << 30})
	f.Tell(c)
	return c.Status(0), f.files, nil
}

func newFolder(dir string, job Job, groups [][]string) *Folder {
	f := &Folder{dir: dir, job: job, groups: groups, group: map[string]int{}, headers: map[string]*measure.Header{}, files: map[string][]string{}, open: map[string]*measure.Journal{}}
	for g, units := range groups {
		for _, u := range units {
			f.group[u] = g
		}
	}
	return f
}

// read reads all journals.
func (f *Folder) read() error {
	files, err := f.Journals()
	for _, file := range files {
		if err == nil {
			err = f.load(file)
		}
	}
	return err
}

func (f *Folder) journals() string { return filepath.Join(f.dir, "journals") }

// Journals lists the files with accepted groups.
func (f *Folder) Journals() ([]string, error) {
	entries, err := os.ReadDir(f.journals())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var files []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".jsonl") {
			files = append(files, filepath.Join(f.journals(), e.Name()))
		}
	}
	return files, err
}

// load notes what a journal of an earlier coordinator has. A last line that is torn is
// ignored: its group is measured, or delivered, again.
func (f *Folder) load(file string) error {
	j, err := measure.ReadJournalFile(file)
	if err != nil {
		return err
	}
	h := j.Header
	if h.Format == "" {
		return nil // not even its header was written: it begins anew
	}
	if h.Machine[machineCampaign] != f.job.Campaign {
		return fmt.Errorf("%s is of the campaign %q, not of %q: name another folder", file, h.Machine[machineCampaign], f.job.Campaign)
	}
	kind := h.Machine[machineKind]
	if f.headers[kind] == nil {
		f.headers[kind] = &h
	}
	f.files[kind] = append(f.files[kind], file)
	for _, g := range f.measuredGroups(j) {
		f.done = append(f.done, finished{kind, g})
	}
	return nil
}

// settled are the units that a journal has measured, and how often, and those of the campaign
// that it has left out. What else is left out are anchors.
func (f *Folder) settled(j *measure.Journal) map[string]int {
	units := map[string]int{}
	for _, r := range j.Results() {
		units[r.Key]++
	}
	for _, l := range j.LeftOut() {
		if _, ok := f.group[l.Unit]; ok && units[l.Unit] == 0 {
			units[l.Unit] = 1
		}
	}
	return units
}

// measuredGroups are the groups all of whose units a journal has settled.
func (f *Folder) measuredGroups(j *measure.Journal) (whole []int) {
	count := map[int]int{}
	for unit := range f.settled(j) {
		if g, ok := f.group[unit]; ok {
			if count[g]++; count[g] == len(f.groups[g]) {
				whole = append(whole, g)
			}
		}
	}
	return whole
}

// lacks says what is wrong with the units of a result's journal, which must be those of its
// group; "": nothing.
func (f *Folder) lacks(j *measure.Journal, group int) string {
	units := f.settled(j)
	for unit, n := range units {
		if g, ok := f.group[unit]; !ok || g != group || n != 1 {
			return fmt.Sprintf("its journal has %q %d times, which is not of group %d once", unit, n, group)
		}
	}
	if len(units) < len(f.groups[group]) {
		return fmt.Sprintf("its journal lacks networks of group %d", group)
	}
	return ""
}

// Tell tells a new coordinator which groups are measured.
func (f *Folder) Tell(c *Coordinator) {
	for _, d := range f.done {
		c.Finished(d.kind, d.group)
	}
}

// Check reads a result's journal and says what is wrong with it; "": nothing, or it is a
// failure and has none. kind is that of the device.
func (f *Folder) Check(kind string, r Result) (j *measure.Journal, bad string) {
	if r.Failure != "" {
		return nil, ""
	}
	j, err := measure.ReadJournal(bytes.NewReader(r.Journal), "the journal of "+r.Device)
	if err != nil {
		return nil, err.Error()
	}
	if r.Doing.Group >= len(f.groups) {
		return nil, fmt.Sprintf("group %d, where the campaign has %d", r.Doing.Group, len(f.groups))
	}
	h := j.Header
	for _, c := range []struct{ what, got, want string }{
		{"what", h.What, measure.WhatNets}, {"space", h.Space, f.job.Space},
		{"batch", fmt.Sprint(h.Batch), fmt.Sprint(f.job.Batch)}, {"seed", fmt.Sprint(h.Seed), fmt.Sprint(f.job.Seed)},
	} {
		if c.got != c.want {
			return nil, fmt.Sprintf("its journal has the %s %q, want %q", c.what, c.got, c.want)
		}
	}
	if f.job.Rounds > 0 && h.Rounds != f.job.Rounds {
		return nil, fmt.Sprintf("its journal has %d rounds, want %d", h.Rounds, f.job.Rounds)
	}
	if first := f.headers[kind]; first != nil {
		if err := first.Agrees(h); err != nil {
			return nil, "its journal can't be joined with those of its kind: " + err.Error()
		}
	}
	if len(j.Anchors()) == 0 && len(j.Results()) > 0 {
		return nil, "its journal has no anchors, by which journals are joined"
	}
	if bad := f.lacks(j, r.Doing.Group); bad != "" {
		return nil, bad
	}
	return j, ""
}

// Keep writes a judged result to its place and returns whether it was new: one that is
// delivered twice is not. Failures and refused results are not kept.
func (f *Folder) Keep(v Verdict, kind string, r Result, j *measure.Journal) (fresh bool, err error) {
	if j == nil || v == Refused || v == Failed {
		return false, nil
	}
	h := j.Header
	h.Machine = maps.Clone(h.Machine)
	if h.Machine == nil {
		h.Machine = map[string]string{}
	}
	h.Machine[machineDevice], h.Machine[machineKind], h.Machine[machineCampaign] = r.Device, kind, f.job.Campaign
	name := fileName(r.Device, kind, h)
	if v != Accepted {
		if own, err := f.journal(filepath.Join(f.journals(), name), h, false); err == nil && own != nil && own.Has(j) {
			return false, nil // the accepted one, delivered again
		}
		dir := filepath.Join(f.dir, "aside", v.String())
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return false, err
		}
		name = filepath.Join("..", "aside", v.String(), name)
	} else if f.headers[kind] == nil {
		f.headers[kind] = &h
	}
	into, err := f.journal(filepath.Join(f.journals(), name), h, true)
	if err != nil {
		return false, err
	}
	n, err := into.Adopt(j)
	return n > 0, err
}

// journal gives an open journal; nil if there is none and it is not to be made.
func (f *Folder) journal(path string, h measure.Header, create bool) (*measure.Journal, error) {
	if j := f.open[path]; j != nil {
		return j, nil
	}
	if _, err := os.Stat(path); err != nil && !create {
		return nil, nil
	}
	j, err := measure.OpenJournal(path, h)
	if err != nil {
		return nil, err
	}
	if len(f.recent) == mostOpen {
		err = f.open[f.recent[0]].Close()
		delete(f.open, f.recent[0])
		f.recent = f.recent[1:]
	}
	f.open[path], f.recent = j, append(f.recent, path)
	return j, err
}

// fileName is that of the journal of a device, for what can stand under one header.
func fileName(device, kind string, h measure.Header) string {
	h.Machine = nil
	text, err := json.Marshal(h)
	if err != nil {
		panic("pool: a header: " + err.Error()) // texts and numbers
	}
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s\n%s\n%s", device, kind, text)
	return fmt.Sprintf("%s-%08x.jsonl", strings.Map(plain, device), hash.Sum32())
}

// plain replaces what file names and subjects can't have.
func plain(r rune) rune {
	if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' {
		return r
	}
	return '-'
}

// Close closes the journals and lets another process have the folder.
func (f *Folder) Close() (err error) {
	for _, path := range f.recent {
		err = errors.Join(err, f.open[path].Close())
	}
	f.open, f.recent = nil, nil
	f.release()
	return err
}
