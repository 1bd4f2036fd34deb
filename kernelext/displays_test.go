package kernelext

import (
	"bytes"
	"fmt"
	"image/color"
	"image/png"
	"math"
	"strings"
	"testing"
	"time"

	"gonum.org/v1/plot/vg/draw"
)

func TestSortedTable(t *testing.T) {
	rows := [][]any{{"b", 20.0, nil}, {"c", nil, 1}, {"a", 3.0, 2}, {"d", 100.0, 3}}
	for by, want := range map[string]string{
		"latency (ms)":  "a b d c",
		"-latency (ms)": "d b a c",
		"name":          "a b c d",
		"-name":         "d c b a",
	} {
		var got []string
		table := newTable([]string{"name", "latency (ms)", "n"}, rows).sort(by)
		for _, r := range table.rows {
			got = append(got, r[0].text)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("by %s: %v, want %s", by, got, want)
		}
	}
	got := printed(t, func() { SortedTable([]string{"name", "latency (ms)", "n"}, rows, "-latency (ms)") })
	if !strings.HasPrefix(got, "name  latency (ms) ▼  n\nd                100  3\n") {
		t.Errorf("printed\n%s", got)
	}
	if html := newTable([]string{"latency (ms)"}, [][]any{{1}}).html(); !strings.Contains(html, `latency <span style="font-weight:normal">(ms)</span></th>`) {
		t.Errorf("the unit doesn't stand apart: %s", html)
	}
	defer func() {
		if recover() == nil {
			t.Error("sorted by a column that is not there")
		}
	}()
	newTable([]string{"a"}, [][]string{{"1"}}).sort("b")
}

func TestNumbers(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", 0.5: "0.5", 31.65853: "31.66", 9999: "9999", 10000: "10,000", 123456: "123,456",
		1195000: "1,195,000", 9.526e-05: "9.526·10⁻⁵", 2.176e19: "2.176·10¹⁹", -12345: "-12,345", 0.001005: "0.001005",
	} {
		if got := decimal(v); got != want {
			t.Errorf("%g reads %s, want %s", v, got, want)
		}
	}
	for n, want := range map[any]string{10000: "10,000", uint8(7): "7", int64(-1234567): "-1,234,567", 9999: "9999"} {
		if got := read(n).text; got != want {
			t.Errorf("%v reads %s, want %s", n, got, want)
		}
	}
}

func TestDifference(t *testing.T) {
	for d, want := range map[Difference]string{
		{110, 100}: "+10.0 %", {50, 100}: "-50.0 %", {100, 100}: "±0.0 %", {350, 100}: "+250 %", {5000, 100}: "×50",
		{1, 0}: "–", {math.NaN(), 1}: "–", {1, math.NaN()}: "–", {-90, -100}: "+10.0 %",
	} {
		if d.String() != want {
			t.Errorf("%v reads %s, want %s", d, d, want)
		}
	}
	lower, higher, same := Difference{50, 100}.field(), Difference{110, 100}.field(), Difference{101, 100}.field()
	if !strings.HasPrefix(lower.tint, "rgba(0, 114, 178") || !strings.HasPrefix(higher.tint, "rgba(213, 94, 0") || same.tint != "" {
		t.Errorf("tints %q, %q and %q", lower.tint, higher.tint, same.tint)
	}
}

func TestDrawing(t *testing.T) {
	paint := func(c draw.Canvas) {
		c.SetColor(color.NRGBA{200, 0, 0, 255})
		c.Fill(c.Rectangle.Path())
	}
	if got := printed(t, func() { Drawing("A red box", 100, 50, paint) }); got != "A red box\n" {
		t.Errorf("printed %q", got)
	}
	b, err := picture(paint, 100, 50)
	if err != nil || !strings.Contains(b.svg, "fill:#C80000") {
		t.Errorf("%v, SVG\n%s", err, b.svg)
	}
	img, err := png.Decode(bytes.NewReader(b.png))
	if err != nil {
		t.Fatal(err)
	}
	if r, _, _, _ := img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/2).RGBA(); r>>8 != 200 {
		t.Errorf("the middle of the PNG has red %d", r>>8)
	}
}

func TestLog(t *testing.T) {
	got := printed(t, func() {
		l := NewLog("what happened")
		l.Printf("one %d", 1)
		fmt.Fprint(l, "two\nthr")
		fmt.Fprint(l, "ee\n")
		l.Done()
	})
	if got != "one 1\ntwo\nthree\n" {
		t.Errorf("printed %q", got)
	}
	l := &Log{title: "long <b>", lines: []string{"first", "last & least"}, lost: 12000}
	b := l.bundle()
	for _, want := range []string{"<details><summary><b>long &lt;b&gt;</b> · 12,002 lines · <code>last &amp; least</code>", "… 12000 lines before\nfirst\n"} {
		if !strings.Contains(b.html, want) {
			t.Errorf("no %s in %s", want, b.html)
		}
	}
}

func TestLongCurvesAreThinned(t *testing.T) {
	l := NewLive("long", 100000, "value")
	for i := range 100000 {
		l.Add(i+1, float64(i))
	}
	if n := len(l.curves[0]); n > maxPoints || n < maxPoints/2 || l.curves[0][n-1].X < 99000 {
		t.Errorf("%d points, the last at %v", n, l.curves[0][n-1].X)
	}
	printed(t, l.Done)
}

func TestPace(t *testing.T) {
	for _, c := range []struct {
		step, total int
		elapsed     time.Duration
		state       state
		want        string
	}{
		{0, 10, time.Second, running, "starting"},
		{5, 10, 10 * time.Second, running, "2 s each, 10s left"},
		{1000, 1500, time.Second, running, "1000 a second, 500ms left"},
		{5, 0, time.Second, running, "5 a second"},
		{10, 10, time.Second, done, "10 a second, took 1s"},
		{3, 10, 1500 * time.Millisecond, interrupted, "2 a second, interrupted after 1.5s"},
		{12, 10, time.Second, running, "12 a second, 0s left"},
	} {
		if got := strings.Join(pace(c.step, c.total, c.elapsed, c.state), ", "); got != c.want {
			t.Errorf("%+v: %s", c, got)
		}
	}
}

func TestEach(t *testing.T) {
	sum := 0
	got := printed(t, func() {
		for i := range Each("numbers", 5) {
			sum += i
		}
	})
	if sum != 10 || !strings.HasPrefix(got, "numbers  5 of 5 · ") {
		t.Errorf("sum %d, printed %q", sum, got)
	}
	got = printed(t, func() {
		for i := range Each("numbers", 5) {
			if i == 2 {
				break
			}
		}
	})
	if !strings.HasPrefix(got, "numbers  2 of 5 · ") {
		t.Errorf("after a break: %q", got)
	}
}

func TestAnInterruptEndsOpenDisplays(t *testing.T) {
	got := printed(t, func() {
		l := NewLive("training", 10, "loss (ms)")
		l.Add(4, 0.5)
		showInterrupted()
		l.Done() // says no more
	})
	if !strings.Contains(got, "4 of 10 · loss 0.5 ms") || !strings.Contains(got, "interrupted after") || strings.Count(got, "\n") != 1 {
		t.Errorf("printed %q", got)
	}
}

func TestRoundTicks(t *testing.T) {
	for _, c := range []struct {
		low, high float64
		want      string
	}{{0, 15, "0 2 4 6 8 10 12 14"}, {0, 1, "0 0.2 0.4 0.6 0.8 1"}, {0.13, 2.4, "0.5 1 1.5 2"}, {-2.2, 1.4, "-2 -1.5 -1 -0.5 0 0.5 1"}, {5, 5, "5"}, {0, 10000, "0 2000 4000 6000 8000 10000"}} {
		var got []string
		for _, tick := range (roundTicks{}).Ticks(c.low, c.high) {
			got = append(got, tick.Label)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v to %v: %v, want %s", c.low, c.high, got, c.want)
		}
	}
}

func TestCellLine(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GONB_TMP_DIR", dir)
	writeTestFile(t, dir+"/main.go", "package main\n\nfunc main() {\n\tx := must()\n}\n")
	stack := "goroutine 1 [running]:\nmust(...)\n\t/elsewhere/main.go:9\nmain.main()\n\t" + dir + "/main.go:4 +0x1d\n"
	if place, source := cellLine(stack); place != dir+"/main.go:4" || source != "x := must()" {
		t.Errorf("%s: %s", place, source)
	}
	if place, _ := cellLine("goroutine 1 [running]:\n\t/elsewhere/main.go:9\n"); place != "" {
		t.Errorf("a line that isn't the cell's: %s", place)
	}
}
