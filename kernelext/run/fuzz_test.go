package run

import (
	"bytes"
	"encoding/json"
	"testing"
)

// No frames make the reader of messages panic, and only those that carry the key's signature
// are messages.
func FuzzMessage(f *testing.F) {
	s := signer{key: []byte("k")}
	_, frames, err := s.encode("session", "stream", map[string]string{"name": "stdout", "text": "x"})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(bytes.Join(frames, []byte("\n")), true)
	f.Add([]byte("<IDS|MSG>\n\n{}\n{}\n{}\nnull"), false)
	f.Fuzz(func(t *testing.T, joined []byte, signed bool) {
		frames := bytes.Split(joined, []byte("\n"))
		if signed && len(frames) >= 6 && bytes.Equal(frames[0], delimiter) {
			frames[1] = s.sign(frames[2:6])
		}
		m, err := s.decode(frames)
		if err != nil {
			return
		}
		if m.Header.Type == "" && m.Header.ID == "" && m.Content == nil {
			t.Errorf("%q is a message without anything", joined)
		}
	})
}

// Whatever a Jupyter kernel says of a cell, in any order, is shown or an error: no panic, and
// a notebook that can be written, and made a page of.
func FuzzOutputs(f *testing.F) {
	f.Add("stream", `{"name":"stdout","text":"a\rb\n"}`, "display_data", `{"data":{"text/html":"<b>"},"transient":{"display_id":"d"}}`)
	f.Add("update_display_data", `{"data":{"image/png":"AA=="},"transient":{"display_id":"d"}}`, "error", `{"ename":"E","evalue":"v","traceback":["\u001b[1mx"]}`)
	f.Add("clear_output", `{"wait":true}`, "execute_result", `{"data":null,"metadata":{"a":[1]}}`)
	f.Fuzz(func(t *testing.T, kind1, content1, kind2, content2 string) {
		cell := &Cell{Type: "code", Source: "x"}
		b := newBoard()
		b.begin("id", cell)
		for range 2 {
			for _, said := range [][2]string{{kind1, content1}, {kind2, content2}} {
				m := message{Content: json.RawMessage(said[1])}
				m.Header.Type, m.Parent.ID = said[0], "id"
				_, _ = b.take(m) // an error, mostly
			}
		}
		cell.settle()
		nb := &Notebook{Format: 4, Cells: []*Cell{cell}}
		if _, err := nb.Content(); err != nil {
			t.Errorf("what was shown can't be written: %v", err)
		}
		Page(nb, nil)
	})
}
