package browser

import (
	"strings"
	"testing"
	"time"
)

func TestFailuresInJupyterLab(t *testing.T) {
	l := startLab(t)
	failures := []struct{ name, source, reason, place string }{
		{"a compile error", imports + "\n%%\nx := undefinedThing()\nfmt.Println(x)", "undefined: undefinedThing", "Cell[1]: Line 28"},
		{"a panic", imports + "\n%%\nvar a []int\ni := 5\nfmt.Println(a[i])", "index out of range [5] with length 0", "Cell[1]: Line 30"},
		{"an error of a library", "%%\nfmt.Println(\"before\")\nkernelext.Check(fmt.Errorf(\"no such device: %q\", \"nexus\"))", `error: no such device: "nexus"`, "Cell [2] Line 3"},
		{"a panic in a goroutine", "%%\nkernelext.Go(func() { panic(\"in a goroutine\") })\ntime.Sleep(time.Second)", "panic in a goroutine: in a goroutine", "Cell [2] Line 2"},
	}
	for i, f := range failures {
		name := "failure-" + string(rune('a'+i)) + ".ipynb"
		if strings.Contains(f.source, "import (") {
			l.write(name, f.source)
		} else {
			l.write(name, imports, f.source)
		}
		p := l.open(name)
		p.command("notebook:run-all-cells", "{}")
		last := len(eval[[]string](p, `[...document.querySelectorAll(".jp-CodeCell")].map(e => "")`)) - 1
		p.await(f.name+" shows", time.Minute, func() bool { return strings.Contains(p.text(last), f.reason) })
		p.settled(time.Minute)
		var text string
		p.await(f.name+" names the line", 10*time.Second, func() bool { text = p.text(last); return strings.Contains(text, f.place) })
		reason, place := strings.Index(text, f.reason), strings.Index(text, f.place)
		if reason > 200 || place > 300 {
			t.Errorf("%s: reason at %d, line of the cell at %d, want both first:\n%s", f.name, reason, place, text)
		}
		p.shot(strings.TrimSuffix(name, ".ipynb"))
	}
}

func TestInterruptInJupyterLab(t *testing.T) {
	l := startLab(t)
	l.write("interrupt.ipynb", imports+"\n%%\nkernelext.Text(\"before\")\nfollow(\"Training\", 100000)",
		"%%\nsum := 0\nfor i := range kernelext.Each(\"numbers\", 100000) {\n\tsum += i\n\ttime.Sleep(10 * time.Millisecond)\n}\nkernelext.Text(\"a partial sum: %v\", sum > 0)")
	p := l.open("interrupt.ipynb")
	for cell, want := range []string{"interrupted: what is shown above", "a partial sum: true"} {
		eval[bool](p, p.widget()+`.content.activeCellIndex = `+string(rune('0'+cell))+`, true`)
		p.command("notebook:run-cell", "{}")
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
