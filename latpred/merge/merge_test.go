package merge_test

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/merge"
	"gonum.org/v1/gonum/stat"
)

// Four devices of different speed, each drifting, give the labels that a single process on a
// steady device gives, within the noise of labels.
func TestShardsEqualTheSingleRun(t *testing.T) {
	p := somePool(1)
	p.groups, p.units = 6, 12
	scales := []float64{-.05, .02, .04, .12}
	shards, means := p.journals(t, scales...)
	merged := join(t, merge.Options{}, shards...)
	common := stat.Mean(means, nil)

	single := somePool(2)
	single.groups, single.units, single.drift, single.apart = 4*6, 12, 0, 0
	run, _ := single.journals(t, common)
	var raw []float64
	for _, j := range shards {
		for _, r := range j.Results() {
			raw = append(raw, math.Log(r.LatencyMs/trueMs(r.Key))-common)
		}
	}
	alone := rootMeanSquare(errorsOf(t, join(t, merge.Options{}, run...), common))
	after, before := rootMeanSquare(errorsOf(t, merged, common)), rootMeanSquare(raw)
	if after > 1.5*alone || before < 10*alone {
		t.Errorf("labels are off by %.5f after joining and %.5f before, those of a single run by %.5f", after, before, alone)
	}
	a, b := labelsOf(t, merged), labelsOf(t, join(t, merge.Options{}, run...))
	var differ []float64
	for key, ms := range b {
		differ = append(differ, math.Log(a[key]/ms))
	}
	if len(a) != 4*6*12 || len(a) != len(b) || rootMeanSquare(differ) > 1.4*math.Sqrt2*alone || math.Abs(stat.Mean(differ, nil)) > .002 {
		t.Errorf("%d labels, %d of the single run: they differ by %.5f, %.5f in the mean", len(a), len(b), rootMeanSquare(differ), stat.Mean(differ, nil))
	}
	n := merged.Report.Noise
	if n.Before < 8*n.Single || n.After > 2*n.Single || math.Abs(n.Single-alone) > .25*alone {
		t.Errorf("the report's noise is %+v, and labels of a single run are off by %.5f", n, alone)
	}
	t.Logf("before %.5f, after %.5f, single %.5f; by the report %+v", before, after, alone, n)
}

func labelsOf(t testing.TB, m *merge.Merged) map[string]float64 {
	t.Helper()
	set, err := m.Set()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]float64{}
	for _, s := range set.Samples {
		out[s.Arch.String()] = s.LatencyMs
	}
	if len(out) != len(set.Samples) {
		t.Fatalf("%d rows of %d networks", len(set.Samples), len(out))
	}
	return out
}

// The scale is the mean by rows, or the reference's; the order of journals does not matter.
func TestCommonScale(t *testing.T) {
	p := somePool(3)
	p.noise, p.drift, p.apart = 1e-4, 0, 0
	journals, means := p.journals(t, 0, .1, .2)
	m := join(t, merge.Options{}, journals...)
	if e := stat.Mean(errorsOf(t, m, stat.Mean(means, nil)), nil); math.Abs(e) > 2e-4 {
		t.Errorf("labels are %.5f off the mean of the sessions", e)
	}
	byLast := join(t, merge.Options{Reference: "2.journal"}, journals...)
	if e := stat.Mean(errorsOf(t, byLast, means[2]), nil); math.Abs(e) > 2e-4 {
		t.Errorf("labels are %.5f off the reference", e)
	}
	if s := byLast.Report.Sessions[2]; s.Scale != 1 || s.High != 1 {
		t.Errorf("the reference's scale is %v, up to %v", s.Scale, s.High)
	}
	turned := labelsOf(t, join(t, merge.Options{}, journals[2], journals[0], journals[1]))
	for key, ms := range labelsOf(t, m) {
		if math.Abs(turned[key]-ms) > 2e-6 {
			t.Errorf("%s: %v ms, and %v in another order", key, ms, turned[key])
		}
	}
	if _, err := merge.Join(journals, merge.Options{Reference: "3.journal"}); err == nil || !strings.Contains(err.Error(), "3.journal") {
		t.Errorf("a reference that isn't there: %v", err)
	}
}

// What decides latencies or labels must be the same; both files and both values are named.
func TestRefusesWhatDiffers(t *testing.T) {
	for key, c := range map[string]struct {
		value any
		says  []string
	}{
		"space": {"mbv3-w1.2", []string{"space", "mbv3-w1.0", "mbv3-w1.2"}}, "device": {"sim-b2", []string{"device", "sim-b1", "sim-b2"}},
		"what": {"table 224", []string{"what was measured", "nets", "table"}}, "batch": {2, []string{"batch", "1 in", "2 in"}},
		"threads": {2, []string{"threads"}}, "formulation": {"conv", []string{"formulation", "none", "conv"}}, "precision": {"bf16", []string{"precision", "none", "bf16"}},
		"autotune": {"4", []string{"autotuning"}}, "xla_flags": {"--x", []string{"XLA_FLAGS", "--x"}}, "command": {"./mine", []string{"command", "./mine"}},
		"pick": {"mean", []string{"--pick"}}, "rounds": {5, []string{"rounds", "7 in", "5 in"}}, "extra": {2, []string{"extra rounds"}}, "runs": {3, []string{"runs"}},
		"statistic": {"mean", []string{"statistic"}}, "software": {map[string]string{measure.PluginHash: "abd"}, []string{"plugin sha256", "abc", "abd"}},
		"machine": {map[string]string{"device": "H100", "backend": "xla:cuda"}, []string{"device model", "none", "H100"}},
	} {
		p := somePool(4)
		p.groups = 1
		p.change = func(h map[string]any, session int) {
			if session == 1 {
				h[key] = c.value
			}
		}
		journals, _ := p.journals(t, 0, 0)
		_, err := merge.Join(journals, merge.Options{LeaveOut: true})
		var differ *merge.DifferenceError
		if !errors.As(err, &differ) {
			t.Errorf("%s: %v", key, err)
			continue
		}
		for _, text := range append(c.says, "0.journal", "1.journal") {
			if !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %q doesn't name %q", key, err, text)
			}
		}
	}
}

// What one journal does not know, and machines that differ in less, are only warned of.
func TestWarns(t *testing.T) {
	p := somePool(5)
	p.change = func(h map[string]any, session int) {
		h["shard"] = map[string]int{"index": 2*session + 1, "of": 4, "group": 6}
		if session == 1 {
			h["software"] = nil
			h["machine"] = map[string]string{"processor": "other", "governor": "powersave"}
		}
	}
	journals, _ := p.journals(t, 0, .5)
	r := join(t, merge.Options{}, journals...).Report
	said := fmt.Sprint(r.Warnings)
	for _, want := range []string{"plugin sha256 is not known of 1.journal", "governor: none in 0.journal; powersave in 1.journal", "is it the same device?"} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not in %s", want, said)
		}
	}
	if fmt.Sprint(r.MissingShards) != "[2/4 of nets 4/4 of nets]" {
		t.Errorf("missing are %v", r.MissingShards)
	}
}

// A session whose anchors don't scale together is named, and left out when asked.
func TestAnchorsThatDisagree(t *testing.T) {
	largest := "anchor " + measure.AnchorArchs(mbv3)[2].String()
	odd := func(sessions ...int) *pool {
		p := somePool(6)
		p.factor = func(session int, key string) float64 {
			if key == largest && slices.Contains(sessions, session) {
				return 1.05
			}
			return 1
		}
		return p
	}
	journals, _ := odd(2).journals(t, 0, .05, .02, -.03)
	_, err := merge.Join(journals, merge.Options{})
	var refused *merge.SessionError
	if !errors.As(err, &refused) || !strings.HasPrefix(refused.Session, "2.journal") || strings.Contains(err.Error(), "1.journal") {
		t.Errorf("error %v", err)
	}
	m := join(t, merge.Options{LeaveOut: true}, journals...)
	if s := m.Report.Sessions[0]; s.Journal != "2.journal" || !strings.Contains(s.LeftOut, "ratios of its anchors differ by 2.") || m.Report.Rows != 3*24 {
		t.Errorf("%d rows, first %+v", m.Report.Rows, s)
	}
	// Of two nobody knows which is right, unless one is the reference.
	journals, _ = odd(1).journals(t, 0, .05)
	for _, leaveOut := range []bool{false, true} {
		if _, err = merge.Join(journals, merge.Options{LeaveOut: leaveOut}); !errors.As(err, &refused) || !strings.Contains(err.Error(), "0.journal") || !strings.Contains(err.Error(), "1.journal") {
			t.Errorf("two: %v", err)
		}
	}
	if m := join(t, merge.Options{LeaveOut: true, Reference: "1.journal"}, journals...); m.Report.Sessions[0].Journal != "0.journal" {
		t.Errorf("left out is %+v", m.Report.Sessions[0])
	}
}

// Sessions without common anchors are named and left out when asked; one alone needs none.
func TestNoCommonAnchors(t *testing.T) {
	p := somePool(7)
	keys := keysOf(t, 4*24)
	var journals []*measure.Journal
	for i, anchors := range [][]string{nil, {"anchor " + keys[0]}, {}, nil} {
		p.anchors = anchors
		text, _ := p.session(i, 0, keys[i*24:])
		journals = append(journals, read(t, fmt.Sprintf("%d.journal", i), text))
	}
	_, err := merge.Join(journals, merge.Options{})
	if err == nil || !strings.Contains(err.Error(), "1.journal (process of 2026-01-01T00:00:01Z) can't be joined: it lacks anchor r192") || !strings.Contains(err.Error(), "2.journal (process of 2026-01-01T00:00:02Z) can't be joined: it was measured without anchors") {
		t.Errorf("error %v", err)
	}
	if r := join(t, merge.Options{LeaveOut: true}, journals...).Report; r.Rows != 48 || len(r.Sessions) != 4 || r.Sessions[0].LeftOut == "" || r.Sessions[1].LeftOut == "" {
		t.Errorf("%+v", r)
	}
	m := join(t, merge.Options{}, journals[2])
	for i, r := range journals[2].Results() {
		if got := labelsOf(t, m)[r.Key]; got != r.LatencyMs {
			t.Errorf("row %d of a journal alone: %v, measured %v", i, got, r.LatencyMs)
		}
	}
	if _, err := merge.Join(journals[2:3], merge.Options{Reference: "x"}); err == nil {
		t.Error("a reference that isn't there")
	}
}

// Networks in two journals are averaged, and their disagreement is told.
func TestDoubled(t *testing.T) {
	p := somePool(8)
	keys := keysOf(t, 36)
	first, _ := p.session(0, 0, keys[:24])
	second, _ := p.session(1, .1, keys[12:])
	a, b := read(t, "a", first), read(t, "b", second)
	m := join(t, merge.Options{}, a, b)
	d := m.Report.Doubled
	if d.Units != 12 || m.Report.Rows != 36 || d.Differ < .5*d.Expected || d.Differ > 1.7*d.Expected || d.Worst < d.Differ || !slices.Contains(keys[12:24], d.WorstUnit) {
		t.Errorf("%d rows, doubled %+v", m.Report.Rows, d)
	}
	set, err := m.Set()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range set.Samples {
		if want := 7; i >= 12 && i < 24 != (s.Runs == 2*want) || s.StdMs <= 0 {
			t.Errorf("row %d has %d runs and ± %v ms", i, s.Runs, s.StdMs)
		}
	}
	// The same rounds twice are no second measurement.
	again := join(t, merge.Options{}, a, read(t, "copy", first), b)
	if d := again.Report.Doubled; d.Units != 12 || !strings.Contains(fmt.Sprint(again.Report.Warnings), "4 groups are in two journals") {
		t.Errorf("%+v, %v", d, again.Report.Warnings)
	}
}

// A merged journal keeps every round, merges to the same labels again, with others too.
func TestWriteJournal(t *testing.T) {
	p := somePool(9)
	journals, _ := p.journals(t, 0, .05, .1)
	m := join(t, merge.Options{}, journals...)
	var text bytes.Buffer
	if err := m.WriteJournal(&text); err != nil {
		t.Fatal(err)
	}
	whole := read(t, "whole", text.Bytes())
	var measured int
	for _, j := range journals {
		measured += len(j.Results())
		for _, g := range j.Groups() {
			if !slices.ContainsFunc(whole.Groups(), func(w measure.Group) bool { return slices.Equal(w.Units, withGroup(g.Units, w.Units)) }) {
				t.Fatalf("group of %s is not in the whole", g.Units[0].Key)
			}
		}
	}
	if n := whole.Noise(); len(whole.Results()) != measured || n.Sessions != 3 || whole.Header.Device != "sim-b1" {
		t.Errorf("%d results of %d, %+v", len(whole.Results()), measured, n)
	}
	want := labelsOf(t, m)
	if got := labelsOf(t, join(t, merge.Options{}, whole)); !maps.Equal(got, want) {
		t.Error("merging the merged journal gives other labels")
	}
	if got := labelsOf(t, join(t, merge.Options{}, whole, journals[1])); !maps.Equal(got, want) {
		t.Error("merging it with a part of it gives other labels")
	}
}

// withGroup is list with the group numbers of like.
func withGroup(list, like []measure.Result) []measure.Result {
	list = slices.Clone(list)
	for i := range list {
		list[i].Group = like[0].Group
	}
	return list
}

// Tables merge too, of several resolutions at once.
func TestTable(t *testing.T) {
	p := somePool(10)
	p.units = 3
	p.change = func(h map[string]any, session int) { h["what"] = measure.WhatTable(160 + 16*(session/2)) }
	var list []*measure.Journal
	for i := range 4 {
		text, _ := p.session(i, .03*float64(i), keysOf(t, 48)[12*i:12*i+12]) // names of layers don't matter
		list = append(list, read(t, fmt.Sprint(i), text))
	}
	m := join(t, merge.Options{}, list...)
	table, err := m.Table()
	if err != nil || len(table.Rows[160]) != 24 || len(table.Rows[176]) != 24 || m.Nets() {
		t.Fatalf("%v, %+v", err, table)
	}
	var apart []float64
	for _, rows := range table.Rows {
		for key, e := range rows {
			apart = append(apart, math.Log(e.MeanMs/trueMs(key)))
			if e.Count != 7 {
				t.Errorf("%s: %+v", key, e)
			}
		}
	}
	if sd := stat.StdDev(apart, nil); sd > .009 {
		t.Errorf("rows are off by %.4f", sd)
	}
	if err := m.WriteJournal(&bytes.Buffer{}); err == nil {
		t.Error("a journal of two resolutions was written")
	}
	if _, err := m.Set(); err == nil {
		t.Error("a table is a set")
	}
	if j := join(t, merge.Options{}, list[:2]...); j.WriteJournal(&bytes.Buffer{}) != nil {
		t.Error("a journal of one resolution was not written")
	}
	if _, err := lut.WriteDir(t.TempDir(), table); err != nil {
		t.Error(err)
	}
}

// A torn last line does not count; other damage is an error that names the line; a file
// without a line is none.
func TestOpen(t *testing.T) {
	dir := t.TempDir()
	text, _ := somePool(11).session(0, 0, keysOf(t, 24))
	file := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	whole := file("whole", text)
	torn := file("torn", text[:len(text)-9])
	list, err := merge.Open(torn)
	if err != nil {
		t.Fatal(err)
	}
	if r := join(t, merge.Options{}, list...).Report; r.Rows != 18 || !strings.Contains(fmt.Sprint(r.Warnings), "torn has an unfinished group, 6 units of which") {
		t.Errorf("%d rows of a journal whose last round is torn, want 18; %v", r.Rows, r.Warnings)
	}
	for want, files := range map[string][]string{
		"no journals": {}, "named twice": {whole, whole}, "no such file": {filepath.Join(dir, "none")},
		"no whole line": {whole, file("begun", text[:20])},
		"damaged:3: ":   {whole, file("damaged", bytes.Replace(text, []byte(`"round"`), []byte(`"rund"`), 1))},
	} {
		if _, err := merge.Open(files...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", files, err, want)
		}
	}
	header := text[:bytes.IndexByte(text, '\n')+1]
	if _, err := merge.Join([]*measure.Journal{read(t, "new", header)}, merge.Options{}); err == nil || !strings.Contains(err.Error(), "nothing to merge") {
		t.Errorf("a journal without groups: %v", err)
	}
	if m := join(t, merge.Options{}, read(t, "whole", text), read(t, "new", header)); !strings.Contains(fmt.Sprint(m.Report.Warnings), "new has no finished group") {
		t.Errorf("warnings %v", m.Report.Warnings)
	}
}
