package kernelext

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// LiveTable is a table that is replaced while it changes, below a bar: the trials of
// a search, the nodes of a cluster. It is replaced at most ten times a second; the
// final state stays. Its methods may be called from several goroutines. Outside a
// notebook the final state alone is printed.
type LiveTable struct {
	title  string
	header []string

	mu    sync.Mutex
	id    string
	total int
	start time.Time
	shown time.Time
	step  int
	rows  [][]any
	state state
}

// NewLiveTable starts a table of total steps, under header, and shows it at once.
// Done must be called.
func NewLiveTable(title string, total int, header []string) *LiveTable {
	l := &LiveTable{title: title, total: total, header: header, id: "table-" + gonbui.UniqueId(), start: time.Now()}
	opened(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show()
	return l
}

// Set says that step steps are done and what the rows are now; see Table for cells.
// It shows them unless the last display is too fresh.
func (l *LiveTable) Set(step int, rows [][]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step, l.rows = step, rows
	if time.Since(l.shown) >= updateEvery {
		l.show()
	}
}

// Done shows the final state, which stays in the saved notebook.
func (l *LiveTable) Done() {
	closed(l)
	l.end(done)
}

func (l *LiveTable) interrupt() { l.end(interrupted) }

func (l *LiveTable) end(s state) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state == running {
		l.state = s
		l.show()
	}
}

// show replaces the display.
func (l *LiveTable) show() {
	l.shown = time.Now()
	if gonbui.IsNotebook || l.state != running {
		show(l.bundle())
	}
}

func (l *LiveTable) bundle() bundle {
	steps := fmt.Sprintf("%s of %s", grouped(fmt.Sprint(l.step)), grouped(fmt.Sprint(l.total)))
	status := strings.Join(append([]string{steps}, pace(l.step, l.total, time.Since(l.start), l.state)...), " · ")
	bar := ""
	if l.state == running {
		bar = fmt.Sprintf(`<br><progress style="width:100%%" value="%d" max="%d"></progress>`, l.step, l.total)
	}
	t := newTable(l.header, l.rows)
	return bundle{
		html: fmt.Sprintf("<div><b>%s</b> &nbsp; %s%s%s</div>", escape(l.title), escape(status), bar, t.html()),
		text: l.title + "  " + status + "\n" + t.text(), id: l.id,
	}
}
