package journal_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/journal"
	"pgregory.net/rapid"
)

type header struct {
	Work string `json:"work"`
}

type entry struct {
	N    int    `json:"n"`
	Text string `json:"text"`
}

const begins = `{"work":`

// take collects the entries of a journal of some work.
func take(work string, into *[]entry) journal.Take {
	return func(line int, text []byte) error {
		if line == 1 {
			var h header
			if err := json.Unmarshal(text, &h); err != nil || h.Work != work {
				return fmt.Errorf("the journal of %q, not of %q", h.Work, work)
			}
			return nil
		}
		var e entry
		if err := json.Unmarshal(text, &e); err != nil {
			return err
		}
		*into = append(*into, e)
		return nil
	}
}

func open(path string) (f *journal.File, entries []entry, err error) {
	f, err = journal.Open(path, header{"walk"}, begins, take("walk", &entries))
	return f, entries, err
}

func mustOpen(t testing.TB, path string) (*journal.File, []entry) {
	t.Helper()
	f, entries, err := open(path)
	if err != nil {
		t.Fatal(err)
	}
	return f, entries
}

// begin writes a journal with n entries and gives its content.
func begin(t testing.TB, path string, n int) []byte {
	t.Helper()
	f, _ := mustOpen(t, path)
	for i := range n {
		if err := f.Append(entry{i, "step\n" + strings.Repeat("x", i)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func TestFormat(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	want := `{"work":"walk"}` + "\n" + `{"n":0,"text":"step\n"}` + "\n" + `{"n":1,"text":"step\nx"}` + "\n"
	if got := begin(t, path, 2); string(got) != want {
		t.Errorf("the file is\n%s, want\n%s", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o044 == 0 {
		t.Errorf("others can't read it: %v, %v", info.Mode(), err)
	}
}

// Cut off at any byte, a journal opens with the entries whose lines are complete,
// and what is appended then follows them.
func TestKillAnywhereKeepsCompleteLines(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	whole := begin(t, path, 3)
	for cut := range len(whole) + 1 {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		f, entries := mustOpen(t, path)
		if want := max(0, bytes.Count(whole[:cut], []byte("\n"))-1); len(entries) != want {
			t.Fatalf("cut at byte %d: %d entries, want %d", cut, len(entries), want)
		}
		for i := len(entries); i < 3; i++ {
			if err := f.Append(entry{i, "step\n" + strings.Repeat("x", i)}); err != nil {
				t.Fatal(err)
			}
		}
		f.Close()
		if again, err := os.ReadFile(path); err != nil || !bytes.Equal(again, whole) {
			t.Fatalf("cut at byte %d and gone on: %v\n%s", cut, err, again)
		}
	}
}

// Whatever else a file has, Open names the place and leaves the file as it is.
func TestDamageFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	good := string(begin(t, path, 2))
	for _, c := range []struct {
		content string
		line    int
	}{
		{"precious data", 1},
		{"precious data\n", 1},
		{"\n", 1},
		{"\x00\x00\x00", 1},
		{`{"work":"swim"}` + "\n" + `{"n":0`, 1},
		{good + "}\n", 4},
		{good + "\n", 4},
		{good + "\x00\x00\n" + `{"n":3}` + "\n", 4},
	} {
		if err := os.WriteFile(path, []byte(c.content), 0o644); err != nil {
			t.Fatal(err)
		}
		_, _, err := open(path)
		var place *journal.Error
		if !errors.As(err, &place) || place.File != path || place.Line != c.line || !strings.HasPrefix(err.Error(), fmt.Sprintf("%s:%d: ", path, c.line)) {
			t.Errorf("%q: %v, want an error of line %d", c.content, err, c.line)
		}
		if after, err := os.ReadFile(path); err != nil || string(after) != c.content {
			t.Errorf("%q became %q", c.content, after)
		}
	}
	for _, not := range []string{"/dev/null", t.TempDir(), filepath.Join(path, "below"), ""} {
		if f, _, err := open(not); err == nil {
			f.Close()
			t.Errorf("%q was opened", not)
		}
	}
	if err := os.Truncate(path, journal.MaxBytes+1); err != nil { // sparse
		t.Fatal(err)
	}
	if _, _, err := open(path); err == nil || !strings.Contains(err.Error(), "at most 1024 MB") {
		t.Errorf("a file that is too large: %v", err)
	}
}

// A value that JSON can't say is an error, and nothing follows it.
func TestAppendFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	f, _ := mustOpen(t, path)
	first := f.Append(map[string]any{"f": func() {}})
	if first == nil || f.Append(entry{}) != first {
		t.Errorf("error %v", first)
	}
	f.Close()
	if _, entries := mustOpen(t, path); len(entries) != 0 {
		t.Errorf("%d entries", len(entries))
	}
}

// Read takes what is complete, while somebody appends.
func TestReadInUse(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	begin(t, path, 2)
	f, _ := mustOpen(t, path)
	defer f.Close()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	if err := journal.Read(strings.NewReader(string(content)+`{"n":2,`), "j", take("walk", &entries)); err != nil || len(entries) != 2 {
		t.Errorf("%d entries, %v", len(entries), err)
	}
	if err := journal.Read(strings.NewReader(string(content)+"{\n"), "j", take("walk", &entries)); err == nil || !strings.HasPrefix(err.Error(), "j:4: ") {
		t.Errorf("damage: %v", err)
	}
}

// What was appended, in however many sessions, is what is read.
func TestRoundTrip(t *testing.T) {
	dir := t.TempDir()
	n := 0
	rapid.Check(t, func(rt *rapid.T) {
		n++
		path := filepath.Join(dir, fmt.Sprint(n))
		var want []entry
		for range rapid.IntRange(1, 4).Draw(rt, "sessions") {
			f, have, err := open(path)
			if err != nil || len(have) != len(want) {
				rt.Fatalf("%d entries, %v; want %d", len(have), err, len(want))
			}
			for _, text := range rapid.SliceOfN(rapid.String(), 0, 5).Draw(rt, "texts") {
				e := entry{len(want), strings.ToValidUTF8(text, "?")}
				if err := f.Append(e); err != nil {
					rt.Fatal(err)
				}
				want = append(want, e)
			}
			f.Close()
		}
		f, have, err := open(path)
		if err != nil {
			rt.Fatal(err)
		}
		defer f.Close()
		for i := range want {
			if have[i] != want[i] {
				rt.Fatalf("entry %d is %+v, want %+v", i, have[i], want[i])
			}
		}
	})
}

// FuzzOpen: no content makes Open panic; what it opens it can go on with, and what
// it refuses it leaves alone.
func FuzzOpen(f *testing.F) {
	path := filepath.Join(f.TempDir(), "j")
	good := begin(f, path, 2)
	f.Add(good)
	f.Add(good[:len(good)-3])
	f.Add([]byte("null\n[]\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(t.TempDir(), "j")
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		j, entries, err := open(path)
		if err != nil {
			if after, _ := os.ReadFile(path); !bytes.Equal(after, content) {
				t.Fatalf("refused (%v) and changed", err)
			}
			return
		}
		if err := j.Append(entry{N: 7}); err != nil {
			t.Fatal(err)
		}
		j.Close()
		j, again, err := open(path)
		if err != nil || len(again) != len(entries)+1 || again[len(entries)].N != 7 {
			t.Fatalf("%d entries and one: %d, %v", len(entries), len(again), err)
		}
		j.Close()
	})
}
