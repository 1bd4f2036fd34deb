package dataset

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
)

// MaxRows is the most rows of a Set, which is held in memory, some hundred bytes a row; a Reader
// has no such limit.
const MaxRows = 1_000_000

// Options say how a file is read where it doesn't say so itself. The zero value reads what
// is clear, and errs where it would have to guess.
type Options struct {
	ArchColumn     string      // name of the column with the architecture; "": one of a known name
	LatencyColumn  string      // the same of the latency
	Resolution     int         // pixels, of networks whose description tells none; 0: none
	Where          []Condition // only rows that meet them are read; nil: all
	SkipUnmeasured bool        // leave out rows whose latency says that the measurement failed
	Mixed          bool        // rows of different devices, batch sizes, … are a warning of the set, not an error
}

// Read reads a set of measurements whole; see the function Read.
func (o Options) Read(r io.Reader, name string) (*Set, error) {
	in := o.NewReader(r, name)
	in.Latency = true
	s := &Set{Info: Info{Name: name, Title: name}}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(s.Samples) == MaxRows {
			return nil, fmt.Errorf("%s: more than %d rows", name, MaxRows)
		}
		s.Samples = append(s.Samples, row)
	}
	if len(s.Samples) == 0 {
		return nil, fmt.Errorf("%s: no rows%s", name, in.gaps.instead())
	}
	in.describe(s)
	return s, nil
}

// Open reads a set: one that ships, by its Name or Alias, or else a file in the format of
// this package. If there is neither, the error lists the names.
func (o Options) Open(nameOrFile string) (*Set, error) {
	var names []string
	for _, info := range index() {
		if nameOrFile == info.Name || nameOrFile != "" && nameOrFile == info.Alias {
			return o.openShipped(info)
		}
		if info.Column == "" {
			names = append(names, info.Name)
		}
	}
	f, err := bounded.Open(nameOrFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a file nor one of the shipped sets: %s, and those of benchmarks, of other spaces, which latpred data list shows", nameOrFile, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return o.Read(f, nameOrFile)
}
