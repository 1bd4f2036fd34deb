package run

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// realKernel prepares the real Jupyter kernel and a folder inside this module for
// notebooks.
func realKernel(t testing.TB) (launch Launch, dir string) {
	t.Helper()
	if testing.Short() {
		t.Skip("builds GoNB")
	}
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("needs the go command")
	}
	module, err := FindModule(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	bin, err := InstallTools(t.Context(), module)
	if err != nil {
		t.Fatal(err)
	}
	if dir, err = os.MkdirTemp(".", "testdata-kernel-"); err != nil { // cells see the module around them
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	launch = Launch{Module: module, Bin: bin, Raw: true}
	if err := BuildImports(t.Context(), module, launch, []string{"github.com/ofalat/ofalat/kernelext"}); err != nil {
		t.Fatal(err)
	}
	return launch, dir
}

func TestRealKernel(t *testing.T) {
	launch, dir := realKernel(t)
	content, err := os.ReadFile(notebook(t,
		"import \"github.com/ofalat/ofalat/kernelext\"\n%%\nkernelext.Table([]string{\"a\"}, [][]any{{1.5}})\nl := kernelext.NewLive(\"loop\", 2, \"x\")\nl.Add(1, 1)\nl.Add(2, 2)\nl.Done()",
		"%%\nx := undefinedThing()"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "n.ipynb")
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
	out := t.TempDir()
	reports, err := All(t.Context(), []string{path}, Options{Launch: launch, Jobs: 1, Limit: 2 * time.Minute, Out: out})
	if err == nil || !strings.Contains(err.Error(), "cell 3 (x := undefinedThing())") || !strings.Contains(err.Error(), "undefined: undefinedThing") {
		t.Errorf("the failing cell: %v", err)
	}
	if mb := reports[0].PeakMB; mb < 10 || mb > 1e5 {
		t.Errorf("compiling and running took %v MB", mb)
	}
	nb, err := ReadNotebook(filepath.Join(out, "n.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	o := nb.Cells[1].Outputs
	if len(o) != 2 || !strings.Contains(o[0].textOf("text/html"), "<table>") || o[0].textOf("text/plain") != "  a\n1.5" ||
		!strings.Contains(o[1].textOf("text/html"), "data:image/svg+xml;base64,") {
		t.Errorf("outputs: %d %+v", len(o), o)
	}
}

// start starts a real Jupyter kernel for the test.
func start(t testing.TB, launch Launch, dir string) *Session {
	t.Helper()
	k, err := Start(context.Background(), launch, dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

// Two Jupyter kernels side by side each see, in their next cell, that a package of the
// module was edited, and need no network.
func TestTwoKernelsSeeEditsOffline(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:9") // nobody answers there
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:9")
	launch, dir := realKernel(t)
	probe := filepath.Join(dir, "probe")
	edit := func(value int) {
		t.Helper()
		text := fmt.Sprintf("// Package probe is edited by a test.\npackage probe\n\n// Value is asked for.\nfunc Value() int { return %d }\n", value)
		if err := writeFile(filepath.Join(probe, "probe.go"), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	kernels := []*Session{start(t, launch, dir), start(t, launch, dir)}
	for _, value := range []int{1, 2} {
		edit(value)
		var group sync.WaitGroup
		for _, k := range kernels {
			group.Go(func() {
				cell := &Cell{Type: "code", Source: fmt.Sprintf("import (\n\t\"fmt\"\n\t\"github.com/ofalat/ofalat/kernelext/run/%s/probe\"\n)\n%%%%\nfmt.Println(probe.Value())", filepath.Base(dir))}
				if err := k.Execute(t.Context(), cell, time.Minute); err != nil {
					t.Error(err)
				} else if o := cell.Outputs; len(o) != 1 || o[0].Text != fmt.Sprintln(value) {
					t.Errorf("after the edit to %d: %+v", value, o)
				}
			})
		}
		group.Wait()
	}
}

// runsAsked is what KERNELEXT_RUNS says, or else usual.
func runsAsked(t *testing.T, usual int) int {
	t.Helper()
	text := os.Getenv("KERNELEXT_RUNS")
	if text == "" {
		return usual
	}
	runs, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return runs
}

// No display is lost: a cell of ten displays, run again and again. KERNELEXT_RUNS
// says how often; 500 runs take five minutes.
func TestNoDisplayIsLost(t *testing.T) {
	runs := runsAsked(t, 10)
	launch, dir := realKernel(t)
	k := start(t, launch, dir)
	cell := &Cell{Type: "code", Source: `import (
	"github.com/ofalat/ofalat/kernelext"
	"gonum.org/v1/plot"
)

%%
for i := range 4 {
	kernelext.Text("text %d", i)
	kernelext.Table([]string{"a"}, [][]any{{i}})
}
kernelext.Figure(plot.New())
live := kernelext.NewLive("loop", 3, "x")
for i := range 3 {
	live.Add(i+1, float64(i))
}
live.Done()`}
	lost := 0
	var warm []float64 // seconds, without the first
	for i := range runs {
		began := time.Now()
		if err := k.Execute(t.Context(), cell, time.Minute); err != nil {
			t.Fatalf("run %d: %v", i, err)
		}
		if i > 0 {
			warm = append(warm, time.Since(began).Seconds())
		}
		if len(cell.Outputs) != 10 || !strings.Contains(cell.Outputs[9].textOf("text/plain"), "3 of 3") {
			lost++
			t.Errorf("run %d: %d displays, want 10", i, len(cell.Outputs))
		}
	}
	t.Logf("%d runs of ten displays, %d with one missing; a warm cell takes %.2f s in the median", runs, lost, median(warm))
}

// A display that a later cell changes shows, in the cell that made it, what it was changed
// to, in every run. KERNELEXT_RUNS says how often.
func TestLaterCellsUpdate(t *testing.T) {
	runs := runsAsked(t, 5)
	launch, dir := realKernel(t)
	k := start(t, launch, dir)
	cell := func(id, text string) *Cell {
		return &Cell{Type: "code", Source: fmt.Sprintf("import \"github.com/janpfeifer/gonb/gonbui\"\n\n%%%%\ngonbui.UpdateHTML(%q, %q)", id, text)}
	}
	for i := range runs {
		id := fmt.Sprint("shown-", i)
		made := cell(id, "made")
		for _, c := range []*Cell{made, cell(id, "changed"), cell(id, "changed again")} {
			if err := k.Execute(t.Context(), c, time.Minute); err != nil {
				t.Fatalf("run %d: %v", i, err)
			}
		}
		if len(made.Outputs) != 1 || made.Outputs[0].textOf("text/html") != "changed again" {
			t.Errorf("run %d: the cell shows %+v", i, made.Outputs)
		}
	}
}

// A warm cell that shows a figure: what one waits for when working.
func BenchmarkWarmCell(b *testing.B) {
	launch, dir := realKernel(b)
	k := start(b, launch, dir)
	cell := &Cell{Type: "code", Source: "import (\n\t\"github.com/ofalat/ofalat/kernelext\"\n\t\"gonum.org/v1/plot\"\n)\n%%\nkernelext.Figure(plot.New())"}
	for range 2 { // the first compiles what later ones find
		if err := k.Execute(b.Context(), cell, time.Minute); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		if err := k.Execute(b.Context(), cell, time.Minute); err != nil {
			b.Fatal(err)
		}
	}
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}
