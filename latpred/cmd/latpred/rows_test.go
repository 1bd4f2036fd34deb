package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/space"
)

// pythonDict writes a network as Python prints OFA's dictionary.
func pythonDict(a space.Arch) string {
	var ks, e, d []string
	for slot := range a.Slots() {
		k, x := 0, 0
		if a.Active(slot) {
			k, x = a.Value(slot, space.OFAKernel), a.Value(slot, space.OFAExpand)
		}
		ks, e = append(ks, fmt.Sprint(k)), append(e, fmt.Sprint(x))
	}
	for stage := range a.Stages() {
		d = append(d, fmt.Sprint(a.Depth(stage)))
	}
	list := func(v []string) string { return "[" + strings.Join(v, ", ") + "]" }
	return fmt.Sprintf("{'wid': None, 'ks': %s, 'e': %s, 'd': %s, 'r': [%d]}", list(ks), list(e), list(d), a.Resolution)
}

// lines writes a table: a header, and a line for each row.
func lines(header string, set *dataset.Set, line func(i int, s dataset.Sample) string) string {
	var b strings.Builder
	b.WriteString(header)
	for i, s := range set.Samples {
		b.WriteString(line(i, s))
	}
	return b.String()
}

// Tables of other programs give the predictor that the same rows give in our format, and
// the command says, once, how it read them.
func TestTablesOfOtherPrograms(t *testing.T) {
	plain, set := measurements(t, "p40-b64", 40)
	model := filepath.Join(t.TempDir(), "m.latpred")
	predictions := func(data string) (string, string) {
		_, stderr, status := call(t, "train", "--kind", "table", "--data", data, "--out", model)
		if status != 0 {
			t.Fatalf("%s: status %d, %s", data, status, stderr)
		}
		return mustCall(t, "predict", "--model", model, plain), stderr
	}
	want, stderr := predictions(plain)
	if strings.Contains(stderr, "note: ") {
		t.Errorf("our own format: %s", stderr)
	}
	for name, c := range map[string]struct{ text, note string }{
		"semicolons": {lines("\ufeffarch;latency_ms\r\n", set, func(_ int, s dataset.Sample) string {
			return fmt.Sprintf("%s;%s\r\n", s.Arch, strings.Replace(fmt.Sprint(s.LatencyMs), ".", ",", 1))
		}), ""},
		"search tool": {lines("Sub-network,Date,Latency (ms),MACs\n", set, func(i int, s dataset.Sample) string {
			return fmt.Sprintf("\"%s\",2026-05-10 11:20:00.25,%v,%d\n", pythonDict(s.Arch), s.LatencyMs, i)
		}), `from column "Sub-network"; latencies from column "Latency (ms)", in milliseconds; left out: MACs`},
		"data frame": {lines(",arch,latency_ms\n", set, func(i int, s dataset.Sample) string {
			return fmt.Sprintf("%d,%s,%v\n", i, s.Arch, s.LatencyMs)
		}), "left out: column 1, which has no name"},
		"with gaps": {lines("arch,latency_ms\n", set, func(i int, s dataset.Sample) string {
			return fmt.Sprintf("%s,%v\n%s,0\n", s.Arch, s.LatencyMs, s.Arch)
		}), "40 rows not measured are left out, 40 used (line 3: 0; line 5: 0;"},
		"JSON lines": {lines("", set, func(_ int, s dataset.Sample) string {
			return fmt.Sprintf("{'net_config': %s, 'latency': %v}\n", pythonDict(s.Arch), s.LatencyMs)
		}), `latencies from column "latency", taken for milliseconds`},
	} {
		got, stderr := predictions(write(t, "other.csv", c.text))
		if got != want {
			t.Errorf("%s: other predictions than from our format", name)
		}
		if n := strings.Count(stderr, "note: "); !strings.Contains(stderr, c.note) || n > 1 || n == 0 && c.note != "" {
			t.Errorf("%s: %q, want a note …%s…", name, stderr, c.note)
		}
	}
}

// A unit in the header is converted exactly.
func TestTableInSeconds(t *testing.T) {
	_, set := measurements(t, "note10", 3)
	data := write(t, "seconds.csv", lines("arch,latency_s\n", set, func(_ int, s dataset.Sample) string {
		return fmt.Sprintf("%s,0.0%s\n", s.Arch, strings.Replace(fmt.Sprint(s.LatencyMs), ".", "", 1)) // two digits before the point
	}))
	got, err := dataset.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range got.Samples {
		if s.LatencyMs != set.Samples[i].LatencyMs {
			t.Errorf("row %d: %v ms, want %v", i, s.LatencyMs, set.Samples[i].LatencyMs)
		}
	}
	if stdout := doubted(t, "data", "check", data); !strings.Contains(stdout, `latencies from column "latency_s", converted from s to milliseconds`) {
		t.Error(stdout)
	}
}

// readers are the commands that learn from a file or judge by one.
func readers(t *testing.T, data string) [][]string {
	t.Helper()
	dir := t.TempDir()
	base := filepath.Join(dir, "base.latpred")
	plain, _ := measurements(t, "note10", 40)
	mustCall(t, "train", "--data", plain, "--out", base, "--backend", "go", "--epochs", "1", "--layers", "4")
	return [][]string{
		{"train", "--kind", "table", "--data", data, "--out", filepath.Join(dir, "m.latpred")},
		{"tune", "--data", data},
		{"finetune", "--from", base, "--data", data, "--out", filepath.Join(dir, "f.latpred")},
		{"adapt", "--data", data, "--out", filepath.Join(dir, "a.latpred")},
		{"evaluate", "--model", "note10", "--data", data},
		{"lut", "fit", "--space", "mbv3-w1.0", "--data", data, "--out", filepath.Join(dir, "t")},
	}
}

// Rows that could not be measured are listed all at once by every command, and by data
// check, which goes on with the others.
func TestFailedRows(t *testing.T) {
	cells := map[int]string{2: "-1", 5: "", 9: "nan", 13: "0", 17: "N/A", 21: "inf"}
	_, set := measurements(t, "note10", 25)
	data := write(t, "failed.csv", lines("arch,latency_ms\n", set, func(i int, s dataset.Sample) string {
		if cell, ok := cells[i]; ok {
			return fmt.Sprintf("%s,%s\n", s.Arch, cell)
		}
		return fmt.Sprintf("%s,%v\n", s.Arch, s.LatencyMs)
	}))
	const list = "line 4: -1; line 7: empty; line 11: nan; line 15: 0; line 19: N/A; line 23: inf"
	for _, args := range readers(t, data) {
		if _, stderr, status := call(t, args...); status != 1 || !strings.Contains(stderr, "6 of 25 rows not measured: "+list+"; --skip-unmeasured") {
			t.Errorf("%s: status %d, %s", args[0], status, stderr)
		}
	}
	if stdout := doubted(t, "data", "check", data); !strings.Contains(stdout, "not-measured: 6 rows not measured are left out, 19 used ("+list+")") {
		t.Error(stdout)
	}
	var r struct{ Warnings []latpred.Warning }
	args := append(readers(t, data)[3], "--skip-unmeasured", "--json", "--from", "p40-b64")
	if err := json.Unmarshal([]byte(mustCall(t, args...)), &r); err != nil || len(r.Warnings) == 0 || r.Warnings[len(r.Warnings)-1].Kind != latpred.WarnUnmeasured {
		t.Errorf("%+v, %v", r, err)
	}
}

// Rows of two devices are never mixed: each command names both, and a flag chooses one,
// whose name the predictor bears.
func TestRowsOfTwoDevices(t *testing.T) {
	_, set := measurements(t, "note10", 60)
	data := write(t, "long.csv", lines("arch,latency_ms,device\n", set, func(i int, s dataset.Sample) string {
		if i%2 == 0 {
			return fmt.Sprintf("%s,%v,board a\n", s.Arch, s.LatencyMs)
		}
		return fmt.Sprintf("%s,%v,board-b\n", s.Arch, 4*s.LatencyMs)
	}))
	const both = "rows of 2 different devices: board a (30 rows), board-b (30 rows)"
	for _, args := range readers(t, data) {
		if _, stderr, status := call(t, args...); status != 1 || !strings.Contains(stderr, both+"; choose one with --where 'device=board a'") {
			t.Errorf("%s: status %d, %s", args[0], status, stderr)
		}
	}
	if stdout := doubted(t, "data", "check", data); !strings.Contains(stdout, "mixed: "+both) {
		t.Error(stdout)
	}
	if stdout := mustCall(t, "data", "check", data, "--where", "device=board-b"); strings.Contains(stdout, "mixed") {
		t.Error(stdout)
	}
	args := append(readers(t, data)[0], "--where", "device=board-b")
	mustCall(t, args...)
	var e evaluation
	if err := json.Unmarshal([]byte(mustCall(t, "evaluate", "--model", args[6], "--data", data, "--where", "Device=board-b", "--json")), &e); err != nil {
		t.Fatal(err)
	}
	if e.Provenance.Device != "board-b" || e.MAPEPercent > 15 {
		t.Errorf("%+v, %.1f %%", e.Provenance, e.MAPEPercent)
	}
	if _, stderr, status := call(t, append(readers(t, data)[0], "--where", "device")...); status != 1 || !strings.Contains(stderr, `--where "device": want column=value`) {
		t.Errorf("status %d, %s", status, stderr)
	}
}

// What is no text is named, and none of its bytes reach the screen.
func TestWorkbook(t *testing.T) {
	book := write(t, "measured.xlsx", "PK\x03\x04\x14\x00\x00\x00\x08\x00[Content_Types].xml\x9d\x02PK\x03\x04xl/workbook.xml\x1b[2J")
	for _, args := range [][]string{{"data", "check", book}, {"predict", "--model", "note10", book}, {"adapt", "--data", book, "--out", book + ".latpred"}} {
		stdout, stderr, status := call(t, args...)
		if status != 1 || !strings.Contains(stderr, "measured.xlsx: this is an Excel workbook (.xlsx): save it as CSV") || strings.ContainsAny(stdout+stderr, "\x1b\x03") {
			t.Errorf("%s: status %d, %q%q", args[0], status, stdout, stderr)
		}
	}
	if _, err := os.Stat(book + ".latpred"); err == nil {
		t.Error("a predictor was written")
	}
}

// Where several columns can be meant, nothing is guessed, and flags say which.
func TestColumnFlags(t *testing.T) {
	_, set := measurements(t, "note10", 40)
	data := write(t, "two.csv", lines("before,after,mean_ms,median_us\n", set, func(i int, s dataset.Sample) string {
		return fmt.Sprintf("%s,%s,%v,%v\n", set.Samples[0].Arch, s.Arch, 1000*s.LatencyMs, 1000*s.LatencyMs)
	}))
	out := filepath.Join(t.TempDir(), "m.latpred")
	args := []string{"train", "--kind", "table", "--data", data, "--out", out}
	for _, step := range []struct{ flag, want string }{
		{"", `several columns can be the architecture: "before", "after"; say which with --arch-column NAME`},
		{"--arch-column=after", `several columns can be the latency: "mean_ms", "median_us"; say which with --latency-column NAME`},
		{"--latency-column=median_us", ""},
	} {
		if step.flag != "" {
			args = append(args, step.flag)
		}
		if _, stderr, status := call(t, args...); (status == 0) != (step.want == "") || !strings.Contains(stderr, step.want) {
			t.Errorf("%v: status %d, %s", args, status, stderr)
		}
	}
	got := mustCall(t, "predict", "--model", out, "--arch-column", "after", data)
	if first := strings.Split(got, "\n")[1]; len(first) < 2 || first[2] != '.' {
		t.Errorf("%s ms for a network of %v ms", first, set.Samples[0].LatencyMs)
	}
}
