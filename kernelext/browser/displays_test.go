package browser

import (
	"bytes"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/ofalat/ofalat/kernelext/run"
)

const imports = `import (
	"fmt"
	"time"

	"github.com/ofalat/ofalat/kernelext"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
)

func line() *plot.Plot {
	p := plot.New()
	p.Title.Text = "A line"
	l, _ := plotter.NewLine(plotter.XYs{{X: 0, Y: 0}, {X: 1, Y: 1}})
	p.Add(l)
	return p
}

func follow(title string, steps int) {
	live := kernelext.NewLive(title, steps, "loss (ms)")
	defer live.Done()
	for i := range steps {
		time.Sleep(50 * time.Millisecond)
		live.Add(i+1, 10/float64(i+1))
	}
}
`

// cells of the small notebook: each shows what its name says.
var cells = []struct{ name, source string }{
	{"table", imports + "\n%%\nkernelext.SortedTable([]string{\"device\", \"latency (ms)\"}, [][]any{{\"b\", 31.65853}, {\"a\", 2.0}, {\"c\", nil}}, \"latency (ms)\")"},
	{"figure", "%%\nkernelext.Figure(line())"},
	{"live", "%%\nfollow(\"Training\", 60)"},
	{"compare", "%%\nkernelext.Compare([]kernelext.Comparison{{Quantity: \"error\", Unit: \"ms\", Paper: 0.5, Ours: 0.4}, {Quantity: \"other\", Unit: \"ms\", Paper: 1, Ours: 1.5}})"},
	{"drawing", "%%\nkernelext.Drawing(\"A drawing\", 200, 100, line().Draw)"},
	{"log", "%%\nlog := kernelext.NewLog(\"What happened\")\nfor i := range 30 {\n\tlog.Printf(\"line %d\", i)\n}\nlog.Done()\nfor range kernelext.Each(\"steps\", 3) {\n}\nkernelext.Text(\"the %s\", \"end\")"},
}

// write makes a notebook of code cells in the lab's folder.
func (l *lab) write(t testing.TB, name string, sources ...string) {
	t.Helper()
	nb := &run.Notebook{Format: 4, FormatMinor: 5, Metadata: map[string]any{
		"kernelspec": map[string]any{"name": run.KernelspecName, "display_name": "Go (latpred)", "language": "go"}}}
	for i, s := range sources {
		nb.Cells = append(nb.Cells, &run.Cell{ID: fmt.Sprint("c", i), Type: "code", Source: s})
	}
	content, err := nb.Content()
	if err == nil {
		err = os.WriteFile(filepath.Join(l.dir, name), content, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// output is JavaScript for what a cell shows.
func output(cell int) string {
	return fmt.Sprintf(`document.querySelectorAll(".jp-Notebook .jp-CodeCell")[%d].querySelector(".jp-Cell-outputArea")`, cell)
}

func (p *page) text(cell int) string {
	p.t.Helper()
	return eval[string](p, output(cell)+`?.innerText ?? ""`)
}

// errors lists what cells wrote to stderr and what failed.
func (p *page) errors() []string {
	p.t.Helper()
	return eval[[]string](p, `[...document.querySelectorAll('[data-mime-type="application/vnd.jupyter.stderr"], [data-mime-type="application/vnd.jupyter.error"]')].map(e => e.innerText)`)
}

func testDisplays(t *testing.T, l *lab) {
	var sources []string
	for _, c := range cells {
		sources = append(sources, c.source)
	}
	l.write(t, "displays.ipynb", sources...)
	p := l.open(t, "displays.ipynb")
	p.command("notebook:run-all-cells", "{}")

	states := map[string]bool{}
	p.await("the live display counts up and ends", time.Minute, func() bool {
		text := p.text(2)
		if before, _, ok := strings.Cut(text, " of 60"); ok && states[before] == false {
			if states[before] = true; len(states) == 8 {
				p.shot("live-half-way")
			}
		}
		return strings.Contains(text, "60 of 60") && strings.Contains(text, "took")
	})
	if len(states) < 5 {
		t.Errorf("the live display was seen in %d states, want at least 5: %v", len(states), states)
	}
	p.settled(time.Minute)
	p.showsEverything("trusted")
	if text := p.text(5); !strings.Contains(text, "What happened") || !strings.Contains(text, "3 of 3") || !strings.Contains(text, "the end") {
		t.Errorf("log, progress and text show %q", text)
	}
	if opened := eval[bool](p, output(5)+`.querySelector("details").open`); opened {
		t.Error("the log is not folded")
	}
	p.theme("Dark")
	p.showsEverything("dark")
	p.readable()
	p.theme("Light")
	p.readable()
	p.shot("light")

	// Saved, changed by somebody else, opened again: not trusted.
	eval[bool](p, `window.jupyterapp.commands.execute("docmanager:save").then(() => true)`)
	content, err := os.ReadFile(filepath.Join(l.dir, "displays.ipynb"))
	if err != nil {
		t.Fatal(err)
	}
	content = bytes.Replace(content, []byte(`"name": "latpred"`), []byte(`"name": "latpred", "from": "elsewhere"`), 1)
	if err := os.WriteFile(filepath.Join(l.dir, "foreign.ipynb"), content, 0o644); err != nil {
		t.Fatal(err)
	}
	p = l.open(t, "foreign.ipynb")
	if eval[bool](p, `[...`+p.widget()+`.content.widgets].every(c => c.model.trusted)`) {
		t.Error("a notebook from elsewhere is trusted: this test tests nothing")
	}
	p.showsEverything("untrusted")
	p.theme("Dark")
	p.showsEverything("untrusted-dark")
}

// showsEverything checks that every display of the small notebook is there, that
// pictures aren't blank, and that nothing failed.
func (p *page) showsEverything(state string) {
	p.t.Helper()
	if errs := p.errors(); len(errs) > 0 {
		p.t.Errorf("%s: errors %q", state, errs)
	}
	for cell, want := range map[int]string{0: "2\n", 3: "-20.0 %", 2: "60 of 60"} {
		if text := p.text(cell); !strings.Contains(text+"\n", want) {
			p.t.Errorf("%s: the %s shows %q, want …%s…", state, cells[cell].name, text, want)
		}
	}
	if tint := eval[string](p, `getComputedStyle([...`+output(3)+`.querySelectorAll("td")].find(e => e.innerText.includes("-20"))).backgroundColor`); !strings.Contains(tint, "0, 114, 178") {
		p.t.Errorf("%s: the difference is not coloured: %s", state, tint)
	}
	for _, cell := range []int{1, 2, 4} {
		if n := p.colours(cell, 0); n < 12 {
			p.t.Errorf("%s: the picture of the %s has %d colours: it looks blank", state, cells[cell].name, n)
		}
	}
	for cell, name := range map[int]string{0: "top", 3: "bottom"} {
		eval[bool](p, output(cell)+`.scrollIntoView(), true`)
		time.Sleep(200 * time.Millisecond)
		p.shot(state + "-" + name)
	}
}

// colours counts the colours of a picture in a cell, as it is on the screen.
func (p *page) colours(cell, picture int) int {
	p.t.Helper()
	find := output(cell) + fmt.Sprintf(`.querySelectorAll("img, .jp-RenderedSVG svg")[%d]`, picture)
	if !eval[bool](p, find+` !== undefined`) {
		return 0
	}
	eval[bool](p, find+`.setAttribute("data-look", ""), `+find+`.scrollIntoView(), true`)
	shot, err := chromedp.Run(p.ctx, chromedp.Screenshot(chromedp.CSS("[data-look]")))
	eval[bool](p, `document.querySelector("[data-look]").removeAttribute("data-look"), true`)
	if err != nil {
		p.t.Fatal(err)
	}
	img, _, err := image.Decode(bytes.NewReader(shot))
	if err != nil {
		p.t.Fatal(err)
	}
	seen := map[[3]uint32]bool{}
	for y := img.Bounds().Min.Y; y < img.Bounds().Max.Y; y++ {
		for x := img.Bounds().Min.X; x < img.Bounds().Max.X; x++ {
			r, g, b, _ := img.At(x, y).RGBA()
			seen[[3]uint32{r >> 8, g >> 8, b >> 8}] = true
		}
	}
	return len(seen)
}

// readable checks that text in tables stands out from its ground: a contrast of
// 4.5, as WCAG 2.1 asks for.
func (p *page) readable() {
	p.t.Helper()
	worst := eval[float64](p, `(() => {
		const rgb = s => s.match(/[\d.]+/g).map(Number);
		const over = (top, ground) => { const a = top[3] ?? 1; return [0, 1, 2].map(i => a * top[i] + (1 - a) * ground[i]); };
		const ground = e => { const chain = []; for (; e; e = e.parentElement) chain.unshift(rgb(getComputedStyle(e).backgroundColor));
			return chain.reduce((g, c) => over(c, g), [255, 255, 255]); };
		const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; });
			return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
		let worst = 21;
		for (const e of document.querySelectorAll(".jp-OutputArea-output th, .jp-OutputArea-output td, .jp-OutputArea-output pre, .jp-OutputArea-output summary, .jp-OutputArea-output b")) {
			const g = ground(e), a = light(g), b = light(over(rgb(getComputedStyle(e).color), g));
			worst = Math.min(worst, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
		}
		return worst;
	})()`)
	if worst < 4.5 {
		p.t.Errorf("text with a contrast of %.2f, want at least 4.5", worst)
	}
}
