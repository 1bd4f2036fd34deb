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

// display is the content of display_data, update_display_data and execute_result.
type display struct {
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
}

// Execute runs a cell and collects its outputs in cell.Outputs. It errs with a *CellError,
// without Cell and Line, if the cell fails, and also errs if the Jupyter kernel dies or
// limit or ctx ends; then the cell is interrupted first and keeps its outputs so far. It
// must not be called concurrently.
func (s *Session) Execute(ctx context.Context, cell *Cell, limit time.Duration) error {
	cell.Outputs = nil
	id, err := s.send(s.shell, "execute_request", map[string]any{
		"code": cell.Source, "silent": false, "store_history": true, "user_expressions": map[string]any{},
		"allow_stdin": false, "stop_on_error": true,
	})
	if err != nil {
		return err
	}
	timeout := time.After(limit)
	done := ctx.Done()
	var killed <-chan time.Time
	var reason error // why it was interrupted
	var failed *CellError
	for idle, replied := false, false; !idle || !replied; {
		select {
		case m := <-s.events:
			if m.Parent.ID == id {
				if idle, err = cell.take(m, idle); err != nil {
					return err
				}
			}
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
	if failed == nil {
		failed = cell.failedCommand()
	}
	if failed != nil {
		failed.Detail = cell.stderr()
		return failed
	}
	return nil
}

// take adds what an iopub message shows to the outputs; it reports idle when the
// Jupyter kernel is.
func (c *Cell) take(m message, idle bool) (bool, error) {
	var err error
	switch m.Header.Type {
	case "status":
		var s struct {
			State string `json:"execution_state"`
		}
		err = json.Unmarshal(m.Content, &s)
		idle = idle || s.State == "idle"
	case "stream":
		var s struct{ Name, Text string }
		if err = json.Unmarshal(m.Content, &s); err == nil {
			c.stream(s.Name, s.Text)
		}
	case "display_data", "execute_result", "update_display_data":
		var d display
		if err = json.Unmarshal(m.Content, &d); err == nil {
			c.display(m.Header.Type, d)
		}
	case "error":
		var e struct {
			Ename     string   `json:"ename"`
			Evalue    string   `json:"evalue"`
			Traceback []string `json:"traceback"`
		}
		if err = json.Unmarshal(m.Content, &e); err == nil {
			c.Outputs = append(c.Outputs, &Output{Type: "error", Error: e.Ename, Value: e.Evalue, Trace: e.Traceback})
		}
	case "clear_output":
		c.Outputs = nil
	}
	if err != nil {
		return idle, fmt.Errorf("message %s: %w", m.Header.Type, err)
	}
	return idle, nil
}

func (c *Cell) stream(name, text string) {
	if n := len(c.Outputs); n > 0 && c.Outputs[n-1].Type == "stream" && c.Outputs[n-1].Name == name {
		c.Outputs[n-1].Text += text
		return
	}
	c.Outputs = append(c.Outputs, &Output{Type: "stream", Name: name, Text: text})
}

// display adds a display, or replaces that of the same id.
func (c *Cell) display(kind string, d display) {
	if id := d.Transient.DisplayID; id != "" {
		for _, o := range c.Outputs {
			if o.display == id {
				o.Data, o.Metadata = d.Data, d.Metadata
				return
			}
		}
	}
	if kind == "update_display_data" {
		kind = "display_data"
	}
	c.Outputs = append(c.Outputs, &Output{Type: kind, Data: d.Data, Metadata: d.Metadata, display: d.Transient.DisplayID})
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
	reason := strings.TrimSpace(strings.Trim(r.Ename+": "+r.Evalue, ": "))
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
