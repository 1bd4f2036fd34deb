package kernelext

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

// printed gives what f prints where there is no notebook.
func printed(t *testing.T, f func()) string {
	t.Helper()
	var b bytes.Buffer
	before := Out
	Out = &b
	defer func() { Out = before }()
	f()
	return b.String()
}

func TestTable(t *testing.T) {
	got := printed(t, func() {
		Table([]string{"device", "ms", "note"}, [][]any{{"note10", 31.65853, nil}, {"p40 & co", math.NaN(), "<b>"}})
	})
	want := "device       ms  note\nnote10    31.66  –\np40 & co      –  <b>\n"
	if got != want {
		t.Errorf("printed\n%q, want\n%q", got, want)
	}
	html := newTable([]string{"a"}, [][]string{{"<script>"}}).html()
	if strings.Contains(html, "<script>") || !strings.Contains(html, "&lt;script&gt;") {
		t.Errorf("HTML is not escaped: %s", html)
	}
	defer func() {
		if recover() == nil {
			t.Error("a row that is too short was shown")
		}
	}()
	Table([]string{"a", "b"}, [][]string{{"1"}})
}

func TestCompare(t *testing.T) {
	got := printed(t, func() {
		Compare([]Comparison{{"error", "ms", 0.5, 0.4}, {"other", "", math.NaN(), 1}, {"from nothing", "", 0, 1}})
	})
	for _, want := range []string{"-20.0 %", "quantity", "paper"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "NaN") || strings.Contains(got, "Inf") {
		t.Errorf("what is not there shows:\n%s", got)
	}
}

func line(t *testing.T) *plot.Plot {
	t.Helper()
	p := plot.New()
	p.Title.Text = "A line"
	l, err := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	if err != nil {
		t.Fatal(err)
	}
	p.Add(l)
	return p
}

func TestFigure(t *testing.T) {
	if got := printed(t, func() { Figure(line(t)) }); got != "[figure: A line]\n" {
		t.Errorf("printed %q", got)
	}
	svg, err := renderSVG(line(t).Draw, DefaultWidth, DefaultHeight)
	if err != nil || !strings.Contains(svg, "font-family:Liberation Serif,Times New Roman,serif") {
		t.Errorf("SVG without fallback fonts (%v): %.300s", err, svg)
	}
	png, err := renderPNG(line(t).Draw, DefaultWidth, DefaultHeight)
	if err != nil || !bytes.HasPrefix(png, []byte("\x89PNG")) {
		t.Errorf("PNG: %v", err)
	}
}

func TestLive(t *testing.T) {
	got := printed(t, func() {
		l := NewLive("training", 10, "loss (ms)")
		for i := range 10 {
			l.Add(i+1, 10/float64(i+1))
		}
		l.Add(10, math.NaN())
		if svg := l.curve(); !strings.Contains(svg, "<svg") {
			t.Errorf("no curve: %.200s", svg)
		}
		l.Done()
	})
	if !strings.HasPrefix(got, "training  10 of 10 · loss 1 ms · ") || strings.Count(got, "\n") != 1 {
		t.Errorf("printed %q", got)
	}
	p := NewProgress("work", 0)
	if got := printed(t, func() { p.SetOf(3, 7); p.Done() }); !strings.Contains(got, "work  3 of 7 · ") {
		t.Errorf("printed %q", got)
	}
}

func TestKeep(t *testing.T) {
	t.Setenv("KERNELEXT_CACHE", t.TempDir())
	calls := 0
	keep := func(inputs any) []float64 {
		v, err := Keep("a name/with odd: signs", inputs, func() ([]float64, error) {
			calls++
			return []float64{1, 2, float64(calls)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if a, b := keep(1), keep(1); calls != 1 || a[2] != 1 || b[2] != 1 {
		t.Errorf("%d calls, values %v and %v", calls, a, b)
	}
	if keep(2)[2] != 2 || keep([]any{"note10", 2})[2] != 3 || keep(1)[2] != 1 {
		t.Error("inputs are mixed up")
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("KERNELEXT_CACHE"), "*.gob"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, %v", files, err)
	}
	for _, f := range files { // damage
		if err := os.Truncate(f, 3); err != nil {
			t.Fatal(err)
		}
	}
	if first, second := keep(1), keep(1); first[2] != 4 || second[2] != 4 {
		t.Error("a damaged value was not computed again, once")
	}
	if err := Forget("a name/with odd: signs"); err != nil {
		t.Fatal(err)
	}
	if keep(1)[2] != 5 {
		t.Error("a forgotten value is still there")
	}
	if _, err := Keep("fails", nil, func() (int, error) { return 0, errors.New("no") }); err == nil {
		t.Error("an error was lost")
	}
	if v, err := Keep("fails", nil, func() (int, error) { return 7, nil }); v != 7 || err != nil {
		t.Errorf("after an error: %v, %v", v, err)
	}
	if _, err := Keep("odd", func() {}, func() (int, error) { return 7, nil }); err == nil {
		t.Error("inputs that JSON can't express were accepted")
	}
}

func TestKeepFromManyGoroutines(t *testing.T) {
	t.Setenv("KERNELEXT_CACHE", t.TempDir())
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			v, err := Keep("shared", 1, func() (string, error) { return strings.Repeat("x", 1<<16), nil })
			if err != nil || len(v) != 1<<16 {
				t.Errorf("%d bytes, %v", len(v), err)
			}
		})
	}
	group.Wait()
}

func TestMustEndsTheCell(t *testing.T) {
	status := -1
	exit = func(s int) { status = s }
	defer func() { exit = os.Exit }()
	if Must(7, nil) != 7 || status != -1 {
		t.Error("Must without an error")
	}
	Must(0, errors.New("broken"))
	if status != 1 {
		t.Errorf("exit status %d, want 1", status)
	}
	done := make(chan struct{})
	exit = func(s int) { status = 10 + s; close(done) }
	Go(func() { panic("in a goroutine") })
	<-done
	if status != 11 {
		t.Errorf("a panic in a goroutine: exit status %d", status-10)
	}
}

func writeTestFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
