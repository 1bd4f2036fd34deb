package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// Content returns the content of the .ipynb file. Of a notebook that was read, everything
// that is unchanged stays as it was written, byte for byte: white space, the order of
// names, names that the format doesn't have, the end of the file. It is UTF-8 without a
// byte order mark.
func (nb *Notebook) Content() ([]byte, error) {
	if nb.text != nil {
		was, err := ParseNotebook(nb.text)
		if err != nil {
			return nil, err
		}
		if len(was.Cells) == len(nb.Cells) {
			return nb.rewrite(was)
		}
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(nb)
	return b.Bytes(), err
}

// rewrite puts what has changed into the notebook's text.
func (nb *Notebook) rewrite(was *Notebook) ([]byte, error) {
	top, err := cutObject(nb.text)
	if err != nil {
		return nil, err
	}
	w := writer{unit: indentation(top), newline: "\n"}
	if bytes.Contains(nb.text, []byte("\r\n")) {
		w.newline = "\r\n"
	}
	var elements []json.RawMessage
	if err := json.Unmarshal(top.get("cells"), &elements); err != nil {
		return nil, err
	}
	texts := make([][]byte, len(elements))
	for i, c := range nb.Cells {
		if texts[i], err = w.cell(elements[i], c, was.Cells[i]); err != nil {
			return nil, fmt.Errorf("cell %d: %w", i+1, err)
		}
	}
	cells, err := replaceElements(top.get("cells"), texts)
	if err != nil {
		return nil, err
	}
	top.set("cells", cells)
	if err := w.put(&top, 1, "metadata", orEmpty(nb.Metadata), was.Metadata); err != nil {
		return nil, err
	}
	if err := w.put(&top, 1, "nbformat_minor", nb.FormatMinor, was.FormatMinor); err != nil {
		return nil, err
	}
	return top.text(), nil
}

// writer writes values as the rest of a file is written.
type writer struct {
	unit    string // of indentation; "": everything stands on one line
	newline string
}

// indentation is the white space before the first name of the outermost object.
func indentation(top object) string {
	_, space, ok := strings.Cut(strings.TrimPrefix(top.members[0].gap, "{"), "\n")
	if !ok {
		return ""
	}
	return space
}

// cell is the text of a cell with what has changed since it was read.
func (w writer) cell(text []byte, c, was *Cell) ([]byte, error) {
	o, err := cutObject(text)
	if err != nil {
		return nil, err
	}
	if c.ID == "" {
		o.remove("id")
	} else if err := w.put(&o, 3, "id", c.ID, was.ID); err != nil {
		return nil, err
	}
	if err := w.put(&o, 3, "metadata", orEmpty(c.Metadata), was.Metadata); err != nil {
		return nil, err
	}
	if err := w.put(&o, 3, "source", multiline(c.Source), multiline(was.Source)); err != nil {
		return nil, err
	}
	if c.Type != "code" { // the format has them in code alone
		o.remove("outputs")
		o.remove("execution_count")
		return o.text(), nil
	}
	o.set("execution_count", c.count())
	if err := w.put(&o, 3, "outputs", c.outputs(), was.outputs()); err != nil {
		return nil, err
	}
	return o.text(), nil
}

// put sets a member at a depth of indentation if its value has changed, or if the file
// hasn't got it.
func (w writer) put(o *object, depth int, name string, value, was any) error {
	now, err := marshal(value)
	if err != nil {
		return err
	}
	before, err := marshal(was)
	if err != nil {
		return err
	}
	old := o.get(name)
	if old != nil && bytes.Equal(now, before) && (!bytes.Equal(old, []byte("null")) || bytes.Equal(now, old)) {
		return nil
	}
	if w.unit != "" {
		var b bytes.Buffer
		if err := json.Indent(&b, now, strings.Repeat(w.unit, depth), w.unit); err != nil {
			return err
		}
		now = bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte(w.newline))
	}
	o.set(name, now)
	return nil
}

// orEmpty is an object that is there.
func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}
