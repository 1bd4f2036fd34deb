package run

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/renameio/v2"

	"github.com/ofalat/ofalat/internal/bounded"
)

// Notebook is an .ipynb file. One that was read keeps its text: Content changes in it what
// the program has changed, and nothing else.
type Notebook struct {
	Cells       []*Cell        `json:"cells"`
	Metadata    map[string]any `json:"metadata"`
	Format      int            `json:"nbformat"`
	FormatMinor int            `json:"nbformat_minor"`

	text   []byte // what it was read from; nil: it was made
	folder string // that it was read from; "": not known
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
	Attachments    map[string]map[string]any // of a text: pictures by name, each by MIME type
	ExecutionCount int                       // 0: not executed
	Outputs        []*Output

	printed int  // bytes, while it is executed
	shown   int  // bytes of displays
	left    int  // outputs that were too many
	clear   bool // the next output takes the place of all before
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

	printing printing // of a stream that is still written
}

// hidden tells whether the notebook asks front ends to fold the cell's source.
func (c *Cell) hidden() bool {
	jupyter, _ := c.Metadata["jupyter"].(map[string]any)
	return jupyter["source_hidden"] == true
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
	content, err := bounded.ReadFile(path, maxNotebook)
	if err != nil {
		return nil, err
	}
	nb, err := ParseNotebook(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	nb.folder = filepath.Dir(path)
	return nb, nil
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
