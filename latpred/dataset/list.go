package dataset

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/textfile"
)

// openList opens a list of networks without latencies.
func (in *Reader) openList(text *bufio.Reader) error {
	start, _ := text.Peek(textfile.Look)
	in.yaml = archfile.IsYAML(start)
	if len(in.options.Where) > 0 || in.options.ArchColumn != "" {
		return fmt.Errorf("%s: a list of networks, which has no columns to choose by", in.name)
	}
	in.list = archfile.NewReader(text, in.name, archfile.Options{Resolution: in.options.Resolution})
	return nil
}

// listed reads the next network of a list.
func (in *Reader) listed() (Sample, error) {
	if in.Latency && in.yaml {
		return Sample{}, fmt.Errorf("%s: this is YAML: write it as JSON, in Python: json.dump(yaml.safe_load(open(…)), …)", in.name)
	}
	if in.Latency {
		return Sample{}, fmt.Errorf("%s: networks without latencies, or with latencies in a form that is not known: want a table with the columns arch and latency_ms, as CSV or JSON", in.name)
	}
	item, err := in.list.Read()
	in.widths = item.Space
	return Sample{Arch: item.Arch}, err
}

// tellWidths notes the space that a row names.
func (in *Reader) tellWidths(row []string) {
	for i, of := range in.columns.conditions {
		if of != ofSpaces {
			continue
		}
		in.widths = nil
		if s, err := space.ByID(strings.TrimSpace(row[i])); err == nil {
			in.widths = s
		}
	}
}

// Widths is the space whose widths the network that was read last has, where the file
// tells it, as a net.config or a column space does; nil: it doesn't. It is not known while
// measurements are read, whose Set has the space.
func (in *Reader) Widths() *space.Space { return in.widths }
