package browser

import (
	"strings"
	"testing"
	"time"
)

// testFailures looks at what a person sees when a cell fails: the reason and the
// cell's line first.
func testFailures(t *testing.T, l *lab) {
	failures := []struct{ name, source, reason, place string }{
		{"a compile error", "%%\nx := undefinedThing()\nfmt.Println(x)", "undefined: undefinedThing", "Cell[2]: Line 2"},
		{"a panic", "%%\nvar a []int\ni := 5\nfmt.Println(a[i])", "index out of range [5] with length 0", "Cell [3] Line 4"},
		{"an error of a library", "%%\nfmt.Println(\"before\")\nkernelext.Check(fmt.Errorf(\"no such device: %q\", \"nexus\"))", `error: no such device: "nexus"`, "Cell [4] Line 3"},
		{"a panic in a goroutine", "%%\nkernelext.Go(func() { panic(\"in a goroutine\") })\ntime.Sleep(time.Second)", "panic in a goroutine: in a goroutine", "Cell [5] Line 2"},
	}
	sources := []string{imports}
	for _, f := range failures {
		sources = append(sources, f.source)
	}
	l.write(t, "failures.ipynb", sources...)
	p := l.open(t, "failures.ipynb")
	p.runCell(0)
	p.settled(time.Minute)
	for i, f := range failures {
		p.runCell(i + 1)
		var text string
		p.await(f.name+" shows, with the line", time.Minute, func() bool {
			text = p.text(i + 1)
			return strings.Contains(text, f.reason) && strings.Contains(text, f.place)
		})
		p.settled(time.Minute)
		if strings.Contains(text, "goroutine 1 [") {
			t.Errorf("%s: its stack is not folded away:\n%s", f.name, text)
		}
		if reason, place := strings.Index(text, f.reason), strings.Index(text, f.place); reason > 200 || place > 300 {
			t.Errorf("%s: reason at %d, line of the cell at %d, want both first:\n%s", f.name, reason, place, text)
		}
	}
	p.shot("failures")
}

// testInterrupt stops a cell that is not prepared for it and one that is.
func testInterrupt(t *testing.T, l *lab) {
	l.write(t, "interrupt.ipynb", imports+"\n%%\nkernelext.Text(\"before\")\nfollow(\"Training\", 100000)",
		"%%\nsum := 0\nfor i := range kernelext.Each(\"numbers\", 100000) {\n\tsum += i\n\ttime.Sleep(10 * time.Millisecond)\n}\nkernelext.Text(\"a partial sum: %v\", sum > 0)")
	p := l.open(t, "interrupt.ipynb")
	for cell, want := range []string{"interrupted: what is shown above", "a partial sum: true"} {
		p.runCell(cell)
		p.await("the cell has begun", time.Minute, func() bool { return strings.Contains(p.text(cell), " of 100,000") })
		time.Sleep(500 * time.Millisecond)
		began := time.Now()
		p.command("notebook:interrupt-kernel", "{}")
		p.await("the cell says that it was interrupted", 20*time.Second, func() bool {
			text := p.text(cell)
			return strings.Contains(text, "interrupted after") && strings.Contains(text, want)
		})
		if took := time.Since(began); took > 4*time.Second {
			t.Errorf("the interrupt took %v: GoNB kills after 5 s", took)
		}
		p.settled(20 * time.Second)
		p.shot("interrupt-" + string(rune('0'+cell)))
	}
	if text := p.text(0); !strings.Contains(text, "before") {
		t.Errorf("what was shown before the interrupt is gone: %q", text)
	}
}
