package kernelext

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// LiveTable displays a changing table below a progress bar, such as the trials of a
// search. It is updated at most ten times a second; the final state stays. It is safe for
// concurrent use. Outside a notebook only the final state is printed.
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

// NewLiveTable starts a table with a bar of total steps, 0 if not known, and shows it at
// once. header has the headings, as in Table. The caller must call Done.
func NewLiveTable(title string, total int, header []string) *LiveTable {
	l := &LiveTable{title: title, total: total, header: header, id: "table-" + gonbui.UniqueId(), start: time.Now()}
	opened(l)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.show()
	return l
}

// Set sets the number of steps done and the rows; see Table for their cells. The display
// is updated unless the last update was less than a tenth of a second ago.
func (l *LiveTable) Set(step int, rows [][]any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.step, l.rows = step, rows
	if time.Since(l.shown) >= updateEvery {
		l.show()
	}
}

// Done ends the display and shows its final state, which stays in the saved notebook.
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
