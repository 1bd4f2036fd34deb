package bench

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/space"
)

func open(t *testing.T) *backend.Backend {
	t.Helper()
	be, err := backend.Open(t.Context(), backend.Options{Kind: backend.Go})
	if err != nil {
		t.Fatal(err)
	}
	return be
}

// fakePeer is a program that takes the place of Python, and says what it is told.
func fakePeer(t *testing.T, body string) *Peer {
	t.Helper()
	p := &Peer{Python: filepath.Join(t.TempDir(), "python"), Script: filepath.Join(t.TempDir(), "peer.py")}
	for file, content := range map[string]string{p.Python: "#!/bin/sh\n" + body + "\n", p.Script: ""} {
		if err := os.WriteFile(file, []byte(content), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestTrainingBesideAPeer(t *testing.T) {
	// One thread takes 90 s, two take 80; as users write it 300 and 400.
	peer := fakePeer(t, `case "$*" in *manual*1) s=90;; *manual*2) s=80;; *typical*1) s=300;; *) s=400;; esac
echo "{\"seconds\": $s}"`)
	r, err := Run(t.Context(), open(t), Options{Jobs: []Job{Train}, Peer: peer, Repetitions: 2, Epochs: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{80, 300} {
		row := r.Rows[i]
		if row.PeerMedian != want || math.Abs(row.Ratio-want/row.Median) > 1e-9 || row.Limit <= 0 || !row.Reached() {
			t.Errorf("row %d: %+v, want a peer of %v s", i, row, want)
		}
	}
	if n := len(r.Rows[0].Ours); n != 2 {
		t.Errorf("%d repetitions, want 2", n)
	}
	if r.Limits.OneThreadGFLOPs <= 0 || r.Limits.CopyGBs <= 0 || r.Machine.CPU == "" {
		t.Errorf("limits %+v of %+v", r.Limits, r.Machine)
	}
}

func TestPeerFaults(t *testing.T) {
	missing := &Peer{Script: filepath.Join(t.TempDir(), "none.py")}
	noTorch := fakePeer(t, "echo No module named torch >&2; exit 1")
	silent := fakePeer(t, `case "$*" in -c*) ;; *) echo nothing;; esac`)
	other := fakePeer(t, `case "$*" in -c*) ;; *) echo '{"minutes": 3}';; esac`)
	for want, peer := range map[string]*Peer{
		"--peer-script": missing, "No module named torch": noTorch, "printed no JSON": silent, "no number \"seconds\"": other,
	} {
		_, err := Run(t.Context(), open(t), Options{Jobs: []Job{Train}, Peer: peer, Repetitions: 1, Epochs: 1})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
}

func TestInterruptKeepsRows(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	o := Options{Jobs: []Job{Encode, Train}, Repetitions: 1, Epochs: 100, Observe: func(what string) {
		if strings.HasPrefix(what, "train") {
			cancel()
		}
	}}
	r, err := Run(ctx, open(t), o)
	if !errors.Is(err, context.Canceled) || len(r.Rows) != 1 || r.Rows[0].Job != Encode {
		t.Errorf("interrupted: %+v, %v", r, err)
	}
}

func TestRatios(t *testing.T) {
	seconds := Row{Unit: "s", Target: 2, Ours: []float64{4, 2, 3}, Peer: map[string][]float64{"a": {9, 7, 8}, "b": {6, 6, 50}}}
	seconds.sum()
	if seconds.Median != 3 || seconds.PeerBest != "b" || seconds.Ratio != 2 || !seconds.Reached() {
		t.Errorf("%+v", seconds)
	}
	rate := Row{Unit: "1/s", Target: 2, Ours: []float64{300, 100}, Peer: map[string][]float64{"a": {100}, "b": {125}}}
	rate.sum()
	if rate.Median != 200 || rate.PeerBest != "b" || rate.Ratio != 1.6 || rate.Reached() {
		t.Errorf("%+v", rate)
	}
	if text := strings.Join(rate.Cells(), "|"); !strings.Contains(text, "ratio ≥ 2: missed") {
		t.Error(text)
	}
}

func TestMergeKeepsOtherJobs(t *testing.T) {
	earlier := &Report{Date: "2026-01-01", Rows: []Row{{Job: Train, Name: "old"}, {Job: Search, Name: "kept"}}, Memory: []Peak{{"a", 1}}}
	merged := Merge(earlier, &Report{Date: "2026-02-02", Rows: []Row{{Job: Train, Name: "new"}}})
	if len(merged.Rows) != 2 || merged.Rows[0].Name != "new" || merged.Rows[1].Name != "kept" || len(merged.Memory) != 1 || merged.Date != "2026-02-02" {
		t.Errorf("%+v", merged)
	}
	if merged = Merge(earlier, &Report{Date: "2026-02-02", Memory: []Peak{{"b", 2}}}); merged.Date != "2026-01-01" || merged.Memory[0].Name != "b" {
		t.Errorf("%+v", merged)
	}
}

// The page's table is that of the record.
func TestPageIsTheRecords(t *testing.T) {
	r, err := Recorded()
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	want, err := intoPage(string(page), r)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want {
		t.Error("README.md is not what the record makes: run latpred bench with --record latpred/bench")
	}
	if r.Date == "" || len(r.Rows) == 0 {
		t.Error("the record is empty")
	}
}

func TestStream(t *testing.T) {
	content, err := io.ReadAll(stream(1, 2500))
	lines := strings.Split(strings.TrimSpace(string(content)), "\n")
	if err != nil || len(lines) != 2500 {
		t.Fatalf("%d lines, %v", len(lines), err)
	}
	if _, err := space.Parse(lines[2499]); err != nil {
		t.Error(err)
	}
}
