package kernelext

import (
	"encoding/base64"
	"fmt"
	"math"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/term"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// updateEvery is the shortest time between two updates of a display; front ends can't
// keep up with more.
const updateEvery = 100 * time.Millisecond

// Live displays the progress of a running computation: a bar, the latest values, rate and
// remaining time, and a curve for each quantity. It is updated at most ten times a second;
// the final state stays. It is safe for concurrent use. On a terminal it is one line that
// changes; other output outside a notebook gets the final line only.
type Live struct {
	title string
	names []string

	mu     sync.Mutex
	id     string
	total  int // 0: not known yet
	start  time.Time
	shown  time.Time
	step   int
	latest []float64
	curves []plotter.XYs
	state  state
}

type state int

const (
	running state = iota
	interrupted
	done
)

// NewLive starts a display of total steps, 0 if not known yet, and shows it at once. names
// are the quantities that are passed to Add, with their units. The caller must call Done.
func NewLive(title string, total int, names ...string) *Live {
	l := &Live{title: title, total: total, names: names, id: "live-" + gonbui.UniqueId(), start: time.Now(),
		latest: make([]float64, len(names)), curves: make([]plotter.XYs, len(names))}
	for i := range l.latest {
		l.latest[i] = math.NaN()
	}
	opened(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show()
	return l
}

// Add sets the number of steps done and the values of the quantities after that step, in
// the order of their names; NaN stands for a missing value. The display is updated unless
// the last update was less than a tenth of a second ago.
func (l *Live) Add(step int, values ...float64) {
	if len(values) != len(l.names) {
		panic(fmt.Sprintf("kernelext: %d values for the %d quantities of %q", len(values), len(l.names), l.title))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step = step
	for i, v := range values {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			l.latest[i] = v
			l.curves[i] = thinned(append(l.curves[i], plotter.XY{X: float64(step), Y: v}))
		}
	}
	if time.Since(l.shown) >= updateEvery {
		l.show()
	}
}

// maxPoints is the largest number of points of a curve: more can't be seen, and each
// update sends all of them.
const maxPoints = 2000

// thinned removes every second point, but never the last, of a curve that is too long.
func thinned(points plotter.XYs) plotter.XYs {
	if len(points) <= maxPoints {
		return points
	}
	kept := points[:0]
	for i := range points {
		if (len(points)-1-i)%2 == 0 {
			kept = append(kept, points[i])
		}
	}
	return kept
}

// Done ends the display and shows its final state, which stays in the saved notebook.
func (l *Live) Done() {
	closed(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == running {
		l.state = done
		l.show()
	}
}

// interrupt shows the state at the interrupt as the final one.
func (l *Live) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.state = interrupted
	l.show()
}

// show replaces the display.
func (l *Live) show() {
	l.shown = time.Now()
	status := l.status()
	if !gonbui.IsNotebook {
		l.print(status)
		return
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<div><b>%s</b> &nbsp; %s", escape(l.title), escape(status))
	if l.state == running && l.total > 0 {
		fmt.Fprintf(&b, `<br><progress style="width:100%%" value="%d" max="%d"></progress>`, l.step, l.total)
	}
	if curve := l.curve(); curve != "" {
		fmt.Fprintf(&b, `<br><img width="624" alt="%s" src="data:image/svg+xml;base64,%s">`,
			escape(l.title), base64.StdEncoding.EncodeToString([]byte(curve)))
	}
	b.WriteString("</div>")
	show(bundle{html: b.String(), text: l.title + "  " + status, id: l.id})
}

// print is show outside a notebook.
func (l *Live) print(status string) {
	line := l.title + "  " + status
	f, isFile := out().(*os.File)
	switch {
	case isFile && term.IsTerminal(int(f.Fd())):
		fmt.Fprintf(out(), "\r\x1b[K%s", line)
		if l.state != running {
			fmt.Fprintln(out())
		}
	case l.state != running:
		fmt.Fprintln(out(), line)
	}
}

// status is one line: step, values, rate, time.
func (l *Live) status() string {
	parts := []string{grouped(fmt.Sprint(l.step))}
	if l.total > 0 {
		parts[0] += " of " + grouped(fmt.Sprint(l.total))
	}
	for i, name := range l.names {
		if v := l.latest[i]; !math.IsNaN(v) {
			name, unit := splitUnit(name)
			parts = append(parts, strings.TrimSpace(name+" "+decimal(v)+" "+strings.Trim(unit, "()")))
		}
	}
	return strings.Join(append(parts, pace(l.step, l.total, time.Since(l.start), l.state)...), " · ")
}

// pace formats the rate and the remaining time or, after the end, the time taken.
func pace(step, total int, elapsed time.Duration, s state) []string {
	var parts []string
	if step > 0 {
		if rate := float64(step) / elapsed.Seconds(); rate >= 1 {
			parts = append(parts, decimal(significant(rate, 3))+" a second")
		} else {
			parts = append(parts, fmt.Sprintf("%.3g s each", 1/rate))
		}
	}
	switch {
	case s == done:
		parts = append(parts, fmt.Sprintf("took %v", round(elapsed)))
	case s == interrupted:
		parts = append(parts, fmt.Sprintf("interrupted after %v", round(elapsed)))
	case step <= 0:
		parts = append(parts, "starting")
	case total > 0:
		left := time.Duration(float64(total-step) / float64(step) * float64(elapsed))
		parts = append(parts, fmt.Sprintf("%v left", round(max(0, left))))
	}
	return parts
}

func round(d time.Duration) time.Duration {
	switch {
	case d > 10*time.Second:
		return d.Round(time.Second)
	case d > 100*time.Millisecond:
		return d.Round(100 * time.Millisecond)
	default:
		return d.Round(time.Millisecond)
	}
}

// curve draws the values passed to Add; "" while there are fewer than two points.
func (l *Live) curve() string {
	p := newPlot("step")
	drawn := 0
	for i, points := range l.curves {
		if len(points) < 2 {
			continue
		}
		line, err := plotter.NewLine(points)
		if err != nil {
			continue
		}
		line.Color, line.Width = palette[i%len(palette)], vg.Points(1.6)
		p.Add(line)
		p.Legend.Add(l.names[i], line)
		drawn++
	}
	if drawn == 0 {
		return ""
	}
	p.X.Min, p.X.Max = 0, math.Max(p.X.Max, float64(l.total))
	share := 0.11 * float64(drawn)          // so that the legend covers no line
	if p.Y.Min > 0 && p.Y.Max > 5*p.Y.Min { // losses fall by orders of magnitude
		p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, logTicks{}
		p.Y.Max *= math.Pow(p.Y.Max/p.Y.Min, share/(1-share))
	} else {
		p.Y.Max += (p.Y.Max - p.Y.Min) * share / (1 - share)
	}
	svg, err := renderSVG(p.Draw, DefaultWidth, 2.4*vg.Inch)
	if err != nil {
		return ""
	}
	return svg
}
