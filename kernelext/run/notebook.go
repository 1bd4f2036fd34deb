package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Notebook is an .ipynb file. Metadata that this package doesn't use are kept.
type Notebook struct {
	Cells       []*Cell        `json:"cells"`
	Metadata    map[string]any `json:"metadata"`
	Format      int            `json:"nbformat"`
	FormatMinor int            `json:"nbformat_minor"`
}

// alone reports whether nothing else may run beside the notebook.
func (nb *Notebook) alone() bool {
	ours, _ := nb.Metadata["kernelext"].(map[string]any)
	alone, _ := ours["alone"].(bool)
	return alone
}

// Cell is a part of a notebook. Code cells alone have outputs.
type Cell struct {
	ID             string
	Type           string // "code", "markdown" or "raw"
	Metadata       map[string]any
	Source         string
	ExecutionCount int // 0: not executed
	Outputs        []*Output
}

// Output is one output of a cell.
type Output struct {
	Type     string         // "stream", "display_data", "execute_result" or "error"
	Name     string         // of a stream: "stdout" or "stderr"
	Text     string         // of a stream
	Data     map[string]any // of a display, by MIME type
	Metadata map[string]any // of a display
	Error    string         // of an error: its name
	Value    string         // of an error: its message
	Trace    []string       // of an error

	display string // id under which later messages replace it
}

// multiline is text that files hold as one string or as a list of lines.
type multiline string

func (m *multiline) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*m = multiline(one)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(text, &lines); err != nil {
		return errors.New("want a string or a list of strings")
	}
	*m = multiline(strings.Join(lines, ""))
	return nil
}

func (m multiline) MarshalJSON() ([]byte, error) {
	lines := []string{}
	for line := range strings.Lines(string(m)) {
		lines = append(lines, line)
	}
	return marshal(lines)
}

// marshal encodes without escaping <, > and &, which would make sources unreadable.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// hidden tells whether the notebook asks front ends to fold the cell's source.
func (c *Cell) hidden() bool {
	jupyter, _ := c.Metadata["jupyter"].(map[string]any)
	return jupyter["source_hidden"] == true
}

type cellJSON struct {
	Type           string          `json:"cell_type"`
	ExecutionCount json.RawMessage `json:"execution_count,omitempty"`
	ID             string          `json:"id,omitempty"`
	Metadata       map[string]any  `json:"metadata"`
	Outputs        []*Output       `json:"outputs,omitempty"`
	Source         multiline       `json:"source"`
}

// UnmarshalJSON reads a cell of format 4.
func (c *Cell) UnmarshalJSON(text []byte) error {
	var j cellJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*c = Cell{ID: j.ID, Type: j.Type, Metadata: j.Metadata, Source: string(j.Source), Outputs: j.Outputs}
	if len(j.ExecutionCount) > 0 && string(j.ExecutionCount) != "null" {
		return json.Unmarshal(j.ExecutionCount, &c.ExecutionCount)
	}
	return nil
}

// MarshalJSON writes a cell of format 4.
func (c *Cell) MarshalJSON() ([]byte, error) {
	metadata := c.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	if c.Type != "code" {
		return marshal(cellJSON{Type: c.Type, ID: c.ID, Metadata: metadata, Source: multiline(c.Source)})
	}
	outputs := c.Outputs
	if outputs == nil {
		outputs = []*Output{}
	}
	count := json.RawMessage("null")
	if c.ExecutionCount > 0 {
		count = fmt.Append(nil, c.ExecutionCount)
	}
	return marshal(struct { // outputs are there even where there are none
		Type           string          `json:"cell_type"`
		ExecutionCount json.RawMessage `json:"execution_count"`
		ID             string          `json:"id,omitempty"`
		Metadata       map[string]any  `json:"metadata"`
		Outputs        []*Output       `json:"outputs"`
		Source         multiline       `json:"source"`
	}{c.Type, count, c.ID, metadata, outputs, multiline(c.Source)})
}

type outputJSON struct {
	Type     string         `json:"output_type"`
	Name     string         `json:"name,omitempty"`
	Text     *multiline     `json:"text,omitempty"`
	Data     map[string]any `json:"data,omitempty"`
	Metadata map[string]any `json:"metadata,omitempty"`
	Count    *int           `json:"execution_count,omitempty"`
	Error    string         `json:"ename,omitempty"`
	Value    string         `json:"evalue,omitempty"`
	Trace    []string       `json:"traceback,omitempty"`
}

// UnmarshalJSON reads an output of format 4.
func (o *Output) UnmarshalJSON(text []byte) error {
	var j outputJSON
	if err := json.Unmarshal(text, &j); err != nil {
		return err
	}
	*o = Output{Type: j.Type, Name: j.Name, Data: j.Data, Metadata: j.Metadata, Error: j.Error, Value: j.Value, Trace: j.Trace}
	if j.Text != nil {
		o.Text = string(*j.Text)
	}
	return nil
}

// MarshalJSON writes an output of format 4.
func (o *Output) MarshalJSON() ([]byte, error) {
	text := multiline(o.Text)
	switch metadata := o.Metadata; o.Type {
	case "stream":
		return marshal(outputJSON{Type: o.Type, Name: o.Name, Text: &text})
	case "error":
		return marshal(struct {
			Type  string   `json:"output_type"`
			Error string   `json:"ename"`
			Value string   `json:"evalue"`
			Trace []string `json:"traceback"`
		}{o.Type, o.Error, o.Value, append([]string{}, o.Trace...)})
	default:
		if metadata == nil {
			metadata = map[string]any{}
		}
		return marshal(struct {
			Type     string         `json:"output_type"`
			Data     map[string]any `json:"data"`
			Metadata map[string]any `json:"metadata"`
			Count    *int           `json:"execution_count,omitempty"`
		}{o.Type, o.Data, metadata, nil})
	}
}

// textOf gives the text under a MIME type, "" where there is none.
func (o *Output) textOf(mime string) string {
	switch v := o.Data[mime].(type) {
	case string:
		return v
	case []any:
		var b strings.Builder
		for _, line := range v {
			fmt.Fprint(&b, line)
		}
		return b.String()
	}
	return ""
}

// maxNotebook bounds what ReadNotebook reads.
const maxNotebook = 64 << 20

// ReadNotebook reads an .ipynb file; errors name it.
func ReadNotebook(path string) (*Notebook, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxNotebook+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxNotebook {
		return nil, fmt.Errorf("%s: larger than %d MB", path, maxNotebook>>20)
	}
	nb, err := ParseNotebook(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return nb, nil
}

// ParseNotebook reads the content of an .ipynb file.
func ParseNotebook(content []byte) (*Notebook, error) {
	var nb Notebook
	if err := json.Unmarshal(content, &nb); err != nil {
		return nil, fmt.Errorf("no notebook: %w", err)
	}
	if nb.Format != 4 {
		return nil, fmt.Errorf("notebook format %d, want 4", nb.Format)
	}
	for i, c := range nb.Cells {
		if c == nil || c.Type != "code" && c.Type != "markdown" && c.Type != "raw" {
			return nil, fmt.Errorf("cell %d is neither code, markdown nor raw", i+1)
		}
		for _, o := range c.Outputs {
			if o == nil {
				return nil, fmt.Errorf("cell %d has an output that is null", i+1)
			}
		}
	}
	return &nb, nil
}

// Content returns the content of the .ipynb file.
func (nb *Notebook) Content() ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	err := enc.Encode(nb)
	return b.Bytes(), err
}

// Title returns the first heading, or "".
func (nb *Notebook) Title() string {
	for _, c := range nb.Cells {
		for line := range strings.Lines(c.Source) {
			if title, ok := strings.CutPrefix(line, "# "); ok && c.Type == "markdown" {
				return strings.TrimSpace(title)
			}
		}
	}
	return ""
}

// writeFile writes a file whole or not at all, making its folder.
func writeFile(path string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(path, content, 0o644)
}

// touch says that a file was used now; where that fails it only looks older.
func touch(path string) {
	now := time.Now()
	_ = os.Chtimes(path, now, now)
}
