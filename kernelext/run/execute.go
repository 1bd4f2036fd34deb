package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// CellError is the failure of a cell.
type CellError struct {
	Cell   int    // 1-based, among all cells
	Line   string // the first line of the cell
	Reason string // the Jupyter kernel's error, or what this package found
	Detail string // the end of what the cell printed to stderr
}

func (e *CellError) Error() string {
	text := fmt.Sprintf("cell %d (%s): %s", e.Cell, e.Line, e.Reason)
	if e.Detail != "" {
		text += "\n" + e.Detail
	}
	return text
}

// grace is how long an interrupted cell may take to end; GoNB kills it after five
// seconds.
const grace = 8 * time.Second

// Execute runs a cell and collects its outputs in cell.Outputs. It errs with a *CellError,
// without Cell and Line, if the cell fails, and also errs if the Jupyter kernel dies or
// limit or ctx ends; then the cell is interrupted first and keeps its outputs so far. It
// must not be called concurrently.
//
// As in JupyterLab, a display with an id belongs to the session: when a later cell updates
// it, it changes in the Outputs of every cell that shows it. What a cell of before sends
// late is added to its own Outputs. A cell that prints or shows too much keeps the begin
// and the end of it, and a note between.
func (s *Session) Execute(ctx context.Context, cell *Cell, limit time.Duration) error {
	cell.Outputs, cell.printed, cell.shown, cell.left, cell.clear = nil, 0, 0, 0, false
	defer cell.settle()
	id, err := s.send(s.shell, "execute_request", map[string]any{
		"code": flushed(strings.ReplaceAll(cell.Source, "\r\n", "\n")), "silent": false, "store_history": true, "user_expressions": map[string]any{},
		"allow_stdin": false, "stop_on_error": true,
	})
	if err != nil {
		return err
	}
	s.board.begin(id, cell)
	timeout := time.After(limit)
	done := ctx.Done()
	var killed <-chan time.Time
	var reason error // why it was interrupted
	var failed *CellError
	for idle, replied := false, false; !idle || !replied; {
		select {
		case m := <-s.events:
			ended, err := s.board.take(m)
			if m.Parent.ID == id && err != nil {
				return err
			}
			idle = idle || ended && m.Parent.ID == id
		case m := <-s.replies:
			if m.Parent.ID == id {
				replied = true
				failed = cell.reply(m)
			}
		case <-s.exited:
			return &CellError{Reason: "the kernel died" + s.tail()}
		case <-timeout:
			reason = &CellError{Reason: fmt.Sprintf("not done within %v, interrupted", limit)}
			timeout, killed = nil, time.After(grace)
			s.Interrupt()
		case <-done:
			reason = ctx.Err()
			done, killed = nil, time.After(grace)
			s.Interrupt()
		case <-killed:
			return errors.Join(reason, &CellError{Reason: fmt.Sprintf("it did not end within %v of the interrupt", grace)})
		}
	}
	if reason != nil {
		return reason
	}
	cell.settle()
	if failed == nil {
		failed = cell.failedCommand()
	}
	if failed != nil {
		failed.Detail = cell.stderr()
		return failed
	}
	return nil
}

// reply reads an execute_reply; it gives the error where the status is not ok.
func (c *Cell) reply(m message) *CellError {
	var r struct {
		Status string `json:"status"`
		Count  int    `json:"execution_count"`
		Ename  string `json:"ename"`
		Evalue string `json:"evalue"`
	}
	if err := json.Unmarshal(m.Content, &r); err != nil {
		return &CellError{Reason: "execute_reply: " + err.Error()}
	}
	c.ExecutionCount = r.Count
	if r.Status == "ok" {
		return nil
	}
	reason := strings.TrimSpace(strings.Trim(r.Ename+": "+unflushed(r.Evalue), ": "))
	if reason == "" {
		reason = "status " + r.Status
	}
	return &CellError{Reason: reason}
}

// failedCommand finds a shell command (a line "!cmd") that ended badly: GoNB says
// so on stderr but calls the cell a success.
func (c *Cell) failedCommand() *CellError {
	if !strings.HasPrefix(c.Source, "!") && !strings.Contains(c.Source, "\n!") {
		return nil
	}
	for _, o := range c.Outputs {
		if o.Type == "stream" && o.Name == "stderr" && strings.Contains(o.Text, "exit status") {
			return &CellError{Reason: "a command failed"}
		}
	}
	return nil
}

// stderr gives the end of what the cell printed there, and of its error's trace.
func (c *Cell) stderr() string {
	var b strings.Builder
	for _, o := range c.Outputs {
		switch {
		case o.Type == "stream" && o.Name == "stderr":
			b.WriteString(o.Text)
		case o.Type == "error":
			b.WriteString(strings.Join(o.Trace, "\n"))
		}
	}
	lines := strings.Split(strings.TrimSpace(ansi.ReplaceAllString(b.String(), "")), "\n")
	return strings.Join(lines[max(0, len(lines)-25):], "\n")
}
