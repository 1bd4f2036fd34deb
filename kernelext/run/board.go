package run

import (
	"encoding/json"
	"fmt"
	"time"
)

// board puts what a Jupyter kernel publishes into the outputs of the session's cells.
type board struct {
	cells    map[string]*Cell     // by the request that executed them
	displays map[string][]*Output // by display id, in all cells
}

func newBoard() board {
	return board{cells: map[string]*Cell{}, displays: map[string][]*Output{}}
}

// begin says that the request id executes a cell.
func (b *board) begin(id string, c *Cell) { b.cells[id] = c }

// display is the content of display_data, update_display_data and execute_result.
type display struct {
	Data      map[string]any `json:"data"`
	Metadata  map[string]any `json:"metadata"`
	Transient struct {
		DisplayID string `json:"display_id"`
	} `json:"transient"`
}

// take adds what an iopub message shows to the outputs of the cell that caused it. It
// reports whether the Jupyter kernel has done with that cell. Messages that no cell of the
// session caused, and those of kinds that show nothing, change nothing.
func (b *board) take(m message) (idle bool, err error) {
	c := b.cells[m.Parent.ID]
	if c == nil {
		return false, nil
	}
	switch m.Header.Type {
	case "status":
		var s struct {
			State string `json:"execution_state"`
		}
		err = json.Unmarshal(m.Content, &s)
		idle = s.State == "idle"
	case "stream":
		var s struct{ Name, Text string }
		if err = json.Unmarshal(m.Content, &s); err == nil {
			c.stream(s.Name, unflushed(s.Text))
		}
	case "display_data", "execute_result", "update_display_data":
		var d display
		if err = unmarshal(m.Content, &d); err == nil {
			b.display(c, m.Header.Type, d, len(m.Content))
		}
	case "error":
		var e struct {
			Ename     string   `json:"ename"`
			Evalue    string   `json:"evalue"`
			Traceback []string `json:"traceback"`
		}
		if err = json.Unmarshal(m.Content, &e); err == nil {
			for i, part := range e.Traceback {
				e.Traceback[i] = unflushed(part)
			}
			c.add(&Output{Type: "error", Error: e.Ename, Value: unflushed(e.Evalue), Trace: e.Traceback})
		}
	case "clear_output":
		var o struct{ Wait bool }
		if err = json.Unmarshal(m.Content, &o); err == nil {
			c.clear = o.Wait
			if !o.Wait {
				c.Outputs = nil
			}
		}
	}
	if err != nil {
		return idle, fmt.Errorf("message %s: %w", m.Header.Type, err)
	}
	return idle, nil
}

// display changes all displays of the same id, and adds one to the cell unless the message
// only updates. An update of what nothing shows is shown nowhere.
func (b *board) display(c *Cell, kind string, d display, size int) {
	id := d.Transient.DisplayID
	if id != "" {
		for _, o := range b.displays[id] {
			o.Data, o.Metadata = d.Data, d.Metadata
		}
	}
	if kind == "update_display_data" {
		return
	}
	if c.shown+size > maxShown {
		c.left++
		return
	}
	c.shown += size
	o := &Output{Type: kind, Data: d.Data, Metadata: d.Metadata}
	if c.add(o) && id != "" {
		b.displays[id] = append(b.displays[id], o)
	}
}

// lateness is how long drain waits for messages that are still on their way.
const lateness = 100 * time.Millisecond

// drain takes what the Jupyter kernel has published and nobody has read, at the end of
// a session.
func (s *Session) drain() {
	for {
		select {
		case m := <-s.events:
			if _, err := s.board.take(m); err != nil {
				continue // the cell has ended well; a damaged message of its background shows nothing
			}
		case <-time.After(lateness):
			for _, c := range s.board.cells {
				c.settle()
			}
			return
		}
	}
}
