package kernelext

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// Log is a folded display of lines: it shows its title, the number of lines and the last
// line, and the others when it is opened. It keeps the last 5000 lines. It is an io.Writer
// for anything that logs, and safe for concurrent use. Outside a notebook lines are
// printed as they come.
type Log struct {
	title string

	mu    sync.Mutex
	id    string
	lines []string
	part  string // the beginning of a line that is not complete yet
	lost  int    // number of lines dropped
	shown time.Time
}

// maxLines is the largest number of lines that a Log keeps.
const maxLines = 5000

// NewLog starts a log. The caller must call Done.
func NewLog(title string) *Log {
	l := &Log{title: title, id: "log-" + gonbui.UniqueId()}
	opened(l)
	return l
}

// Printf adds a line, or several, formatted as by fmt.Sprintf.
func (l *Log) Printf(format string, args ...any) {
	fmt.Fprintf(l, strings.TrimSuffix(format, "\n")+"\n", args...)
}

// Write adds text; its error is always nil.
func (l *Log) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !gonbui.IsNotebook {
		_, _ = out().Write(text) // as fmt.Print does
		return len(text), nil
	}
	lines := strings.Split(l.part+string(text), "\n")
	l.part = lines[len(lines)-1]
	l.lines = append(l.lines, lines[:len(lines)-1]...)
	if over := len(l.lines) - maxLines; over > 0 {
		l.lines, l.lost = l.lines[over:], l.lost+over
	}
	if time.Since(l.shown) >= updateEvery {
		l.show()
	}
	return len(text), nil
}

// Done ends the display and shows its final state.
func (l *Log) Done() {
	closed(l)
	l.interrupt()
}

func (l *Log) interrupt() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.part != "" {
		l.lines, l.part = append(l.lines, l.part), ""
	}
	if gonbui.IsNotebook {
		l.show()
	}
}

func (l *Log) show() {
	l.shown = time.Now()
	show(l.bundle())
}

func (l *Log) bundle() bundle {
	last := ""
	if n := len(l.lines); n > 0 {
		last = l.lines[n-1]
	}
	lines := l.lines
	if l.lost > 0 {
		lines = append([]string{fmt.Sprintf("… %d lines before", l.lost)}, lines...)
	}
	text := strings.Join(lines, "\n")
	return bundle{
		html: fmt.Sprintf("<details><summary><b>%s</b> · %s lines · <code>%s</code></summary><pre>%s</pre></details>",
			escape(l.title), grouped(fmt.Sprint(l.lost+len(l.lines))), escape(last), escape(text)),
		text: l.title + "\n" + text, id: l.id,
	}
}
