package hpo

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestReportJSON(t *testing.T) {
	for _, r := range []Report{
		{},
		{Trial: 3, Epoch: 8, Metrics: map[string]float64{"a": 0.1, "b": -1e-300, "c": math.MaxFloat64}, Seconds: 1.25},
		{Trial: 1, Epoch: 2, Metrics: map[string]float64{"up": math.Inf(1), "down": math.Inf(-1), "zero": math.Copysign(0, -1)}, Diverged: true},
	} {
		text, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Report
		if err := json.Unmarshal(text, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s came back as %+v, %v", text, back, err)
		}
	}
	text, err := json.Marshal(Report{Trial: 1, Epoch: 2, Metrics: map[string]float64{"loss": math.NaN()}, Seconds: 3})
	if want := `{"trial":1,"epoch":2,"seconds":3,"metrics":{"loss":"NaN"}}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
	var back Report
	if err := json.Unmarshal(text, &back); err != nil || !math.IsNaN(back.Metrics["loss"]) {
		t.Errorf("NaN came back as %v, %v", back, err)
	}
	for _, bad := range []string{`{"metrics":{"a":null}}`, `{"metrics":{"a":"much"}}`, `{"metrics":{"a":1e999}}`, `{"trial":0.5}`} {
		if json.Unmarshal([]byte(bad), &back) == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// record carries out a search in simulated time and gives its journal, its status
// after each report, and the end.
func record(t *testing.T, s Scheduler, w world, o Options) (content []byte, after [][]TrialStatus, end []TrialStatus) {
	t.Helper()
	o.Observe = func(e Event) { after = append(after, e.Status) }
	end, err := Run(t.Context(), s, newSchool(t, w).start, o)
	if err != nil {
		t.Fatal(err)
	}
	content, err = os.ReadFile(o.Journal)
	if err != nil {
		t.Fatal(err)
	}
	return content, after, end
}

// untimed sets the seconds aside: what is trained again takes its time again.
func untimed(status []TrialStatus) []TrialStatus {
	status = slices.Clone(status)
	for i := range status {
		status[i].Seconds = 0
	}
	return status
}

// A search that is killed at any byte of its last line, or before any line, ends
// as if nothing had been.
func TestResume(t *testing.T) {
	for _, name := range []string{"FIFO", "stopping", "promotion", "halving"} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(2, 4)
				path := filepath.Join(t.TempDir(), "journal")
				content, _, end := record(t, schedulers(4)[name], w, Options{Journal: path})
				var cuts []int
				for i := range content {
					if content[i] == '\n' {
						cuts = append(cuts, i, i+1)
					}
				}
				last := bytes.LastIndexByte(content[:len(content)-1], '\n') + 1
				for i := range len(content) - last {
					cuts = append(cuts, last+i)
				}
				if name == "FIFO" { // the header too
					for i := range bytes.IndexByte(content, '\n') {
						cuts = append(cuts, i)
					}
				}
				for _, cut := range cuts {
					if err := os.WriteFile(path, content[:cut], 0o600); err != nil {
						t.Fatal(err)
					}
					again, _, ends := record(t, schedulers(4)[name], w, Options{Journal: path})
					if !equal(untimed(ends), untimed(end)) {
						t.Fatalf("cut at byte %d of %d, it ends otherwise", cut, len(content))
					}
					if whole := bytes.LastIndexByte(content[:cut], '\n') + 1; !bytes.HasPrefix(again, content[:whole]) ||
						bytes.Count(again, []byte("\n")) != bytes.Count(content, []byte("\n")) {
						t.Fatalf("cut at byte %d, the journal is\n%s", cut, again)
					}
					for _, l := range bytes.Split(bytes.TrimSuffix(again, []byte("\n")), []byte("\n"))[1:] {
						if _, err := readEntry(l); err != nil {
							t.Fatalf("cut at byte %d, the journal can't be read: %v", cut, err)
						}
					}
				}
			})
		})
	}
}

// With several workers, tasks were under way when the search was killed. Whatever
// the number of workers that go on, the state is that of the search before, those
// tasks included, and they come first.
func TestResumeWithWorkers(t *testing.T) {
	for _, name := range []string{"FIFO", "stopping", "promotion", "halving"} {
		for _, workers := range []int{1, 3, 7} {
			t.Run(fmt.Sprintf("%s/%d", name, workers), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := newWorld(3, 20).untied()
					path := filepath.Join(t.TempDir(), "journal")
					content, after, _ := record(t, schedulers(20)[name], w, Options{Journal: path, Workers: 3})
					lines := bytes.SplitAfter(content, []byte("\n"))
					for _, keep := range []int{1, 2, 5, len(after) / 2, len(after) - 1} {
						head := bytes.Join(lines[:1+keep], nil)
						if err := os.WriteFile(path, head, 0o600); err != nil {
							t.Fatal(err)
						}
						again, then, end := record(t, schedulers(20)[name], w, Options{Journal: path, Workers: workers})
						for i := range keep {
							if !equal(then[i], after[i]) {
								t.Fatalf("of %d reports, the state after %d is not what it was", keep, i+1)
							}
						}
						if !bytes.HasPrefix(again, head) {
							t.Error("lines that were there have changed")
						}
						// And once more, over both sessions: nothing is left to do.
						if last, _, ends := record(t, schedulers(20)[name], w, Options{Journal: path, Workers: 2}); !bytes.Equal(last, again) || !equal(ends, end) {
							t.Error("a finished search did something")
						}
					}
				})
			})
		}
	}
}

// A trial that goes on after a resume has lost its Trainable and trains from 0.
func TestResumeTrainsFromZero(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(1, 1)
	clear(w.seconds)
	fresh := func() Scheduler { return must(Stopping(points(1), Rungs{1, 2, 4}, Watch{Metric: "error"})) }
	content, _, _ := record(t, fresh(), w, Options{Journal: path})
	lines := bytes.SplitAfter(content, []byte("\n"))
	if err := os.WriteFile(path, bytes.Join(lines[:2], nil), 0o600); err != nil { // epoch 1 is in it
		t.Fatal(err)
	}
	school := newSchool(t, w)
	var resumed []bool
	_, err := Run(t.Context(), fresh(), school.start, Options{Journal: path, Observe: func(e Event) { resumed = append(resumed, e.Resumed) }})
	if got := strings.Join(school.spans, " "); err != nil || got != "0:0-2 0:2-4" {
		t.Errorf("trained %s, %v", got, err)
	}
	if !slices.Equal(resumed, []bool{true, false, false}) {
		t.Errorf("resumed: %v", resumed)
	}
}

// The time of a search counts on from what its journal says: three epochs of 10 s, of which
// two are in the journal, 30 s of which the resumed session lasts 10.
func TestResumeCountsTimeOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "journal")
		w := world{errors: [][]float64{{0, 3}, {0, 2}, {0, 1}}, seconds: []float64{10, 10, 10}}
		content, _, _ := record(t, FIFO(points(3), 1), w, Options{Journal: path})
		lines := bytes.SplitAfter(content, []byte("\n"))
		if err := os.WriteFile(path, bytes.Join(lines[:3], nil), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // between the sessions
		var elapsed []time.Duration
		_, err := Run(t.Context(), FIFO(points(3), 1), newSchool(t, w).start, Options{Journal: path, Observe: func(e Event) { elapsed = append(elapsed, e.Elapsed) }})
		if want := []time.Duration{10 * time.Second, 20 * time.Second, 30 * time.Second}; err != nil || !slices.Equal(elapsed, want) {
			t.Errorf("elapsed %v, %v, want %v", elapsed, err, want)
		}
	})
}

func TestJournalRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	w := newWorld(1, 4)
	clear(w.seconds)
	stopping := func(n int, r Rungs, metric string) Scheduler {
		return must(Stopping(points(n), r, Watch{Metric: metric}))
	}
	this := func() Scheduler { return stopping(4, Rungs{1, 2, 4}, "error") }
	content, _, _ := record(t, this(), w, Options{Journal: path, Subject: "P40"})
	lines := strings.SplitAfter(string(content), "\n")
	with := func(i int, line string) string {
		changed := slices.Clone(lines)
		changed[i] = line
		return strings.Join(changed, "")
	}
	const another = "the journal of another search"
	for _, c := range []struct {
		name, content, subject string
		s                      Scheduler
		want                   string
	}{
		{"subject", string(content), "Xeon", this(), another + " (P40: stopping"},
		{"scheduler", string(content), "P40", FIFO(points(4), 4), another},
		{"rungs", string(content), "P40", stopping(4, Rungs{1, 2, 5}, "error"), another},
		{"metric", string(content), "P40", stopping(4, Rungs{1, 2, 4}, "loss"), another},
		{"trials", string(content), "P40", stopping(3, Rungs{1, 2, 4}, "error"), another},
		{"values", string(content), "P40", must(Stopping([]Config{{"x": 0}, {"x": 1}, {"x": 2}, {"x": 4}}, Rungs{1, 2, 4}, Watch{Metric: "error"})), another},
		{"version", strings.Replace(string(content), `"version":1`, `"version":2`, 1), "P40", this(), ":1: a journal of version 2"},
		{"no journal", "lr,momentum\n1,2\n", "P40", this(), ":1: this is not the journal of a search"},
		{"no version", `{"digest":"5d0f"}` + "\n", "P40", this(), ":1: this is not the journal of a search"},
		{"no digest", `{"version":1}` + "\n", "P40", this(), ":1: this is not the journal of a search"},
		{"no journal, one line", "precious data", "P40", this(), ":1: this is not a journal"},
		{"damaged line", with(3, "{\"tasks\":3,\"rep\n"), "P40", this(), ":4: damaged"},
		{"damaged last line", with(len(lines)-2, "}\n"), "P40", this(), fmt.Sprintf(":%d: damaged", len(lines)-1)},
		{"empty line", with(2, "\n"), "P40", this(), ":3: damaged"},
		{"line twice", with(2, lines[2]+lines[2]), "P40", this(), ":4: doesn't follow from the lines before"},
		{"line lost", with(2, ""), "P40", this(), ":3: doesn't follow from the lines before"},
		{"too many tasks", with(1, strings.Replace(lines[1], `"tasks":1`, `"tasks":99`, 1)), "P40", this(),
			":2: doesn't follow from the lines before: 99 tasks, where there can be 4 so far"},
		{"tasks go back", with(2, strings.Replace(lines[2], `"tasks":2`, `"tasks":0`, 1)), "P40", this(),
			":3: doesn't follow from the lines before: 0 tasks after 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if err := os.WriteFile(path, []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			school := newSchool(t, w)
			_, err := Run(t.Context(), c.s, school.start, Options{Journal: path, Subject: c.subject})
			if err == nil || !strings.HasPrefix(err.Error(), path+":") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %s:…%s…", err, path, c.want)
			}
			if after, _ := os.ReadFile(path); string(after) != c.content || len(school.starts) > 0 {
				t.Error("it was changed, or something was trained")
			}
		})
	}
	if _, err := Run(t.Context(), this(), nil, Options{Journal: filepath.Join(path, "below")}); err == nil {
		t.Error("a journal where there can be none")
	}
}

// The first line of a journal that a program of old began must be written again to the
// letter, or its search can't go on. Source: commit 466366f for these arguments.
func TestHeaderOfOldJournals(t *testing.T) {
	s := must(Halving([]Config{{"lr": 0.01, "momentum": 0.9}, {"lr": 0.1}}, Rungs{1, 3, 9}, 2, Watch{Metric: "val_rmse"}))
	text, err := json.Marshal(newHeader(s, "p40-b64, seed 1"))
	if want := `{"version":1,"search":"p40-b64, seed 1: halving, rungs {Grace:1 Reduction:3 Max:9}, 2 finalists, watch {Metric:val_rmse AllowMissing:false MinRecords:0}, 2 trials",` +
		`"digest":"1b69c25cb3411f2d4582e01534159d22bd57c9a313839c586131c35a8328cc34"}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want\n%s", text, err, want)
	}
}

// A report that can't be written ends the search, and nothing follows in the file.
func TestJournalFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, err := openJournal(path, newHeader(FIFO(points(1), 1), ""))
	if err != nil {
		t.Fatal(err)
	}
	j.Close()
	first := j.Append(entry{})
	if first == nil || j.Append(entry{}) != first || !strings.Contains(first.Error(), path) {
		t.Errorf("error %v", first)
	}
}

// FuzzEntry: no line makes the reader panic, and what it takes, it finds again when
// that is written.
func FuzzEntry(f *testing.F) {
	line := func(e entry) []byte {
		text, err := json.Marshal(e)
		if err != nil {
			f.Fatal(err)
		}
		return text
	}
	f.Add(line(entry{2, 1.5, Report{Trial: 1, Epoch: 4, Metrics: map[string]float64{"a": math.NaN(), "b": 2}, Seconds: 0.5}}))
	f.Add([]byte("{}"))
	f.Add([]byte("null"))
	f.Add([]byte("\x00\x00"))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := readEntry(text)
		if err != nil {
			return
		}
		written, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := readEntry(written)
		if err != nil || !bytes.Equal(line(again), written) {
			t.Fatalf("%v; written %s, read and written again %s", err, written, line(again))
		}
		r := runner{Scheduler: FIFO(points(2), 4)}
		_ = r.replay(e) // and replaying never panics
	})
}
