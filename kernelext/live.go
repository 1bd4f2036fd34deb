package kernelext

import (
	"encoding/base64"
	"fmt"
	"image/color"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// updateEvery bounds how often a display is replaced; front ends choke on more.
const updateEvery = 100 * time.Millisecond

// Live is a display that follows something while it runs: a curve for each
// quantity, the latest values, rate and time left. Its methods may be called
// from several goroutines.
type Live struct {
	title string
	total int
	names []string

	mu     sync.Mutex
	id     string
	start  time.Time
	shown  time.Time
	step   int
	curves []plotter.XYs
	done   bool
}

// NewLive starts a display of total steps, and shows it at once. names are the
// quantities that Add gives, with their units.
func NewLive(title string, total int, names ...string) *Live {
	l := &Live{title: title, total: total, names: names, id: "live-" + gonbui.UniqueId(), start: time.Now(), curves: make([]plotter.XYs, len(names))}
	if gonbui.IsNotebook {
		l.show()
	}
	return l
}

// Add says what the quantities are after a step, in the order of the names; NaN
// leaves one out. It shows them unless the last display is too fresh.
func (l *Live) Add(step int, values ...float64) {
	if len(values) != len(l.names) {
		panic(fmt.Sprintf("kernelext: %d values for the %d quantities of %q", len(values), len(l.names), l.title))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step = step
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			l.curves[i] = append(l.curves[i], plotter.XY{X: float64(step), Y: v})
		}
	}
	if gonbui.IsNotebook && time.Since(l.shown) >= updateEvery {
		l.show()
	}
}

// Done shows the final state, which stays in the saved notebook.
func (l *Live) Done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done = true
	l.show()
}

// show replaces the display.
func (l *Live) show() {
	var b strings.Builder
	fmt.Fprintf(&b, "<div><b>%s</b> &nbsp; %s", escape(l.title), escape(l.status()))
	if curve := l.curve(); curve != "" {
		fmt.Fprintf(&b, `<br><img width="624" alt="%s" src="data:image/svg+xml;base64,%s">`,
			escape(l.title), base64.StdEncoding.EncodeToString([]byte(curve)))
	}
	b.WriteString("</div>")
	show(bundle{html: b.String(), text: l.title + "  " + l.status(), id: l.id})
	l.shown = time.Now()
}

// status is one line: step, values, rate, time.
func (l *Live) status() string {
	var parts []string
	parts = append(parts, fmt.Sprintf("%d/%d", l.step, l.total))
	for i, name := range l.names {
		if n := len(l.curves[i]); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %.4g", name, l.curves[i][n-1].Y))
		}
	}
	return strings.Join(append(parts, pace(l.step, l.total, time.Since(l.start), l.done)), " · ")
}

// pace says how fast it goes and how long it will take, or took.
func pace(step, total int, elapsed time.Duration, done bool) string {
	if step <= 0 {
		return "starting"
	}
	rate := float64(step) / elapsed.Seconds()
	if done {
		return fmt.Sprintf("%.3g/s · took %v", rate, round(elapsed))
	}
	left := time.Duration(float64(total-step) / rate * float64(time.Second))
	return fmt.Sprintf("%.3g/s · %v left", rate, round(left))
}

func round(d time.Duration) time.Duration {
	if d > 10*time.Second {
		return d.Round(time.Second)
	}
	return d.Round(100 * time.Millisecond)
}

// palette is Okabe and Ito's, safe for colour-blind readers.
var palette = []color.Color{
	color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{0, 158, 115, 255},
	color.RGBA{204, 121, 167, 255}, color.RGBA{86, 180, 233, 255}, color.RGBA{230, 159, 0, 255},
}

// curve draws what Add gave; "" while that is less than two points.
func (l *Live) curve() string {
	p := plot.New()
	p.X.Max = float64(l.total)
	drawn := 0
	for i, points := range l.curves {
		if len(points) < 2 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			continue
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(1.5)
		p.Add(line)
		p.Legend.Add(l.names[i], line)
		drawn++
	}
	if drawn == 0 {
		return ""
	}
	top := 1 / (1 - 0.13*float64(drawn))    // so that the legend covers no line
	if p.Y.Min > 0 && p.Y.Max > 5*p.Y.Min { // losses fall by orders of magnitude
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, plot.LogTicks{Prec: -1}
		p.Y.Max = p.Y.Min * math.Pow(p.Y.Max/p.Y.Min, top)
	} else {
		p.Y.Max = p.Y.Min + (p.Y.Max-p.Y.Min)*top
	}
	p.Legend.Top = true
	svg, err := renderSVG(p, DefaultWidth, 2.4*vg.Inch)
	if err != nil {
		return ""
	}
	return svg
}

// Progress is a display that says how far a loop is.
type Progress struct{ live *Live }

// NewProgress starts a display of total steps.
func NewProgress(label string, total int) *Progress { return &Progress{NewLive(label, total)} }

// Set says that step steps are done.
func (p *Progress) Set(step int) { p.live.Add(step) }

// SetOf says that step steps of total are done, where the total was not known
// beforehand.
func (p *Progress) SetOf(step, total int) {
	p.live.mu.Lock()
	p.live.total = total
	p.live.mu.Unlock()
	p.Set(step)
}

// Done shows the final state.
func (p *Progress) Done() { p.live.Done() }
