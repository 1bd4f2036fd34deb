package dataset

import (
	"bufio"
	"fmt"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/space"
)

// openList opens a list of networks without latencies.
func (in *Reader) openList(text *bufio.Reader) error {
	if len(in.options.Where) > 0 || in.options.ArchColumn != "" {
		return fmt.Errorf("%s: a list of networks, which has no columns to choose by", in.name)
	}
	in.list = archfile.NewReader(text, in.name, archfile.Options{Resolution: in.options.Resolution})
	return nil
}

// listed reads the next network of a list.
func (in *Reader) listed() (Sample, error) {
	if in.Latency {
		return Sample{}, fmt.Errorf("%s: a list of networks without latencies, want a table with the columns arch and latency_ms", in.name)
	}
	item, err := in.list.Read()
	in.widths = item.Space
	return Sample{Arch: item.Arch}, err
}

// Widths is the space whose widths the network that was read last has, where the file
// tells them, as a net.config does; nil: it doesn't.
func (in *Reader) Widths() *space.Space { return in.widths }
