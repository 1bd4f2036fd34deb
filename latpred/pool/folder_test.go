package pool

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

const testSpace = "nasbench201"

var testJob = Job{Campaign: "test-1", Space: testSpace, Seed: 1, Batch: 1, Rounds: 2}

// realGroups are groups of networks of a space.
func realGroups(t testing.TB, n, units int) (groups [][]string) {
	t.Helper()
	s, err := space.ByID(testSpace)
	if err != nil {
		t.Fatal(err)
	}
	archs, err := measure.Sample(s, 1, n*units)
	if err != nil {
		t.Fatal(err)
	}
	for i, a := range archs {
		if i%units == 0 {
			groups = append(groups, nil)
		}
		groups[i/units] = append(groups[i/units], a.String())
	}
	return groups
}

// measured is a device's result of a group, whose networks take ms.
func measured(t testing.TB, device string, group int, units []string, ms float64, change func(*measure.Device)) Result {
	t.Helper()
	s, err := space.ByID(testSpace)
	if err != nil {
		t.Fatal(err)
	}
	d := measure.NewDevice(s, measure.Header{Device: "test-b1", Batch: 1}, measure.Config{Rounds: 2, Extra: -1, Runs: 1, WarmUps: -1, Discard: -1, Group: len(units)})
	d.Network = func(space.Arch) (measure.Subject, error) { return constant(ms), nil }
	if change != nil {
		change(d)
	}
	var archs []space.Arch
	for _, u := range units {
		archs = append(archs, space.MustParse(u))
	}
	path := filepath.Join(t.TempDir(), "journal")
	if _, err := d.Nets(t.Context(), archs, 1, path, nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return Result{Report: Report{Facts: Facts{Device: device}, Worker: "w", Epoch: 1, Doing: &Doing{Campaign: testJob.Campaign, Group: group}}, Journal: text}
}

type constant float64

func (c constant) Run(context.Context) (float64, error) { return float64(c), nil }
func (constant) Close()                                 {}

// What is accepted is kept once, what is measured again is kept aside, and all of it is
// found again.
func TestFolderKeeps(t *testing.T) {
	dir, groups := t.TempDir(), realGroups(t, 3, 2)
	f, err := OpenFolder(t.Context(), dir, testJob, groups)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(t.Context(), dir, testJob, groups); err == nil || !strings.Contains(err.Error(), "another process measures") {
		t.Errorf("opened twice: %v", err)
	}
	keep := func(v Verdict, r Result, want bool) {
		t.Helper()
		j, bad := f.Check("kind", r)
		if bad != "" {
			t.Fatal(bad)
		}
		if fresh, err := f.Keep(v, "kind", r, j); err != nil || fresh != want {
			t.Errorf("%v: new %v, %v, want %v", v, fresh, err, want)
		}
	}
	first := measured(t, "a", 0, groups[0], 5, nil)
	keep(Accepted, first, true)
	keep(Again, first, false) // delivered twice
	keep(Accepted, measured(t, "b:1", 1, groups[1], 6, nil), true)
	repeat := measured(t, "b:1", 0, groups[0], 7, nil)
	keep(Again, repeat, true)
	keep(Again, repeat, false)
	keep(Fenced, measured(t, "a", 2, groups[2], 8, nil), true)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]int{"journals/*": 2, "aside/repeat/*": 1, "aside/fenced/*": 1} {
		files, _ := filepath.Glob(filepath.Join(dir, pattern))
		n := 0
		for _, file := range files {
			if j, err := measure.ReadJournalFile(file); err == nil {
				n += len(j.Results()) / 2
			}
		}
		if n != want {
			t.Errorf("%s has %d groups, want %d", pattern, n, want)
		}
	}
	if s, _, err := ReadStatus(dir, testJob, groups); err != nil || s.Kinds[0].Done != 2 || s.Over {
		t.Errorf("%+v, %v", s, err)
	}
	other := testJob
	other.Campaign = "test-2"
	if _, err := OpenFolder(t.Context(), dir, other, groups); err == nil || !strings.Contains(err.Error(), "name another folder") {
		t.Errorf("another campaign: %v", err)
	}
}

// A journal whose last line is torn lacks a group, which is measured again; one that is
// damaged otherwise is an error at its place.
func TestFolderTorn(t *testing.T) {
	dir, groups := t.TempDir(), realGroups(t, 2, 2)
	again := []Result{measured(t, "a", 0, groups[0], 5, nil), measured(t, "a", 1, groups[1], 6, nil), measured(t, "a", 1, groups[1], 7, nil)}
	kept := func(results ...Result) {
		t.Helper()
		f, err := OpenFolder(t.Context(), dir, testJob, groups)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			j, bad := f.Check("kind", r)
			if bad != "" {
				t.Fatal(bad)
			}
			if _, err := f.Keep(Accepted, "kind", r, j); err != nil {
				t.Fatal(err)
			}
		}
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
	}
	kept(again[:2]...)
	files, _ := filepath.Glob(filepath.Join(dir, "journals", "*.jsonl"))
	whole, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 100} { // in its header
		if err := os.WriteFile(files[0], whole[:size], 0o644); err != nil {
			t.Fatal(err)
		}
		kept(again[:2]...)
		if s, _, err := ReadStatus(dir, testJob, groups); err != nil || s.Kinds[0].Done != 2 {
			t.Errorf("cut at %d: %+v, %v", size, s, err)
		}
	}
	for _, r := range again[1:] { // the same once more, or another measurement
		if err := os.WriteFile(files[0], whole[:len(whole)-50], 0o644); err != nil {
			t.Fatal(err)
		}
		if s, _, err := ReadStatus(dir, testJob, groups); err != nil || s.Kinds[0].Done != 1 {
			t.Errorf("torn: %+v, %v", s, err)
		}
		kept(r)
		j, err := measure.ReadJournalFile(files[0])
		if err != nil || len(j.Results()) != 4 {
			t.Errorf("%v, %d results, want 4", err, len(j.Results()))
		}
	}
	if err := os.WriteFile(files[0], append([]byte("rubbish\n"), whole...), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenFolder(t.Context(), dir, testJob, groups); err == nil || !strings.Contains(err.Error(), files[0]+":1") {
		t.Errorf("damaged: %v", err)
	}
}

func TestFolderChecks(t *testing.T) {
	groups := realGroups(t, 2, 2)
	f, err := OpenFolder(t.Context(), t.TempDir(), testJob, groups)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	good := measured(t, "a", 0, groups[0], 5, nil)
	j, bad := f.Check("kind", good)
	if _, err := f.Keep(Accepted, "kind", good, j); bad != "" || err != nil {
		t.Fatal(bad, err)
	}
	rubbish, beyond := good, good
	rubbish.Journal = []byte("rubbish\n")
	beyond.Doing = &Doing{Campaign: testJob.Campaign, Group: 7}
	for want, r := range map[string]Result{
		"journal of a:1":                    rubbish,
		"group 7, where the campaign has 2": beyond,
		"not of group 1 once":               measured(t, "a", 1, groups[0], 5, nil),
		"lacks networks of group 1":         measured(t, "a", 1, groups[1][:1], 5, nil),
		"no anchors":                        measured(t, "a", 1, groups[1], 5, func(d *measure.Device) { d.NoAnchors = true }),
		`the batch "8", want "1"`:           measured(t, "a", 1, groups[1], 5, func(d *measure.Device) { d.Header.Batch = 8 }),
		`the space "other"`:                 measured(t, "a", 1, groups[1], 5, func(d *measure.Device) { d.Header.Space = "other" }),
		"3 rounds, want 2":                  measured(t, "a", 1, groups[1], 5, func(d *measure.Device) { d.Header.Rounds, d.Config.Rounds = 3, 3 }),
		"can't be joined":                   measured(t, "b", 1, groups[1], 5, func(d *measure.Device) { d.Header.Device = "another-b1" }),
	} {
		if _, bad := f.Check("kind", r); !strings.Contains(bad, want) {
			t.Errorf("%q, want …%s…", bad, want)
		}
	}
	if _, bad := f.Check("another kind", measured(t, "b", 1, groups[1], 5, func(d *measure.Device) { d.Header.Device = "another-b1" })); bad != "" {
		t.Error(bad)
	}
}

// A worker's folder keeps what is measured until it is delivered, and never measures it
// twice.
func TestShelf(t *testing.T) {
	groups := realGroups(t, 1, 2)
	s := Shelf(t.TempDir())
	task := &Task{Job: testJob, Group: 3, Units: groups[0]}
	once := &counted{text: "journal\n"}
	for range 3 {
		text, err := s.Measure(t.Context(), once, task, nil)
		if err != nil || string(text) != "journal\n" || once.n != 1 {
			t.Errorf("%q, %v, measured %d times", text, err, once.n)
		}
	}
	if left := s.Leftovers(testJob.Campaign); len(left) != 1 || string(left[3]) != "journal\n" {
		t.Errorf("%v", left)
	}
	s.Sent(testJob.Campaign, 3)
	if left := s.Leftovers(testJob.Campaign); len(left) != 0 {
		t.Errorf("%v", left)
	}
	if text, err := s.Measure(t.Context(), once, task, nil); err != nil || string(text) != "journal\n" || once.n != 1 {
		t.Errorf("delivered before: %q, %v, measured %d times", text, err, once.n)
	}
}

// counted is an instrument that counts.
type counted struct {
	n    int
	text string
}

func (c *counted) Facts(context.Context) (Facts, error) { return Facts{}, nil }
func (c *counted) Unready(context.Context) string       { return "" }
func (c *counted) Measure(_ context.Context, _ *Task, journal string, _ func(measure.Progress)) error {
	c.n++
	return os.WriteFile(journal, []byte(c.text), 0o644)
}

// Whatever arrives, it is read or refused.
func FuzzMessages(f *testing.F) {
	for _, text := range []string{
		`{"device":"a","worker":"w","epoch":3,"doing":{"campaign":"c","group":1,"attempt":2},"journal":"YQ=="}`,
		`{"device":"a","worker":"w","labels":{"model":"x"},"runners":{"":""}}`, `{"device":"../x"}`, `[]`, `{"doing":{"group":-1}}`,
	} {
		f.Add([]byte(text))
	}
	c := NewCoordinator(testJob, [][]string{{"x"}}, Wish{}, Limits{})
	folder := newFolder("nowhere", testJob, [][]string{{"x"}})
	f.Fuzz(func(t *testing.T, text []byte) {
		if r, err := ParseReport(text); err == nil {
			c.Hear(0, r)
		}
		if r, err := ParseResult(text); err == nil {
			_, bad := folder.Check("kind", r)
			if v, _ := c.Take(0, r, bad); v == Accepted {
				t.Errorf("accepted: %s", text)
			}
		}
	})
}
