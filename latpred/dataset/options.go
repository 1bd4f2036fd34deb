package dataset

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
)

// MaxRows is the most rows of a Set, which is held in memory; a Reader has no such limit.
const MaxRows = 5_000_000

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

// Condition chooses rows by the value of a column. Values are equal as texts without white
// space around them, or as numbers. Several conditions on one column allow each of their
// values; those on different columns must all hold.
//
// In a file without a column family, that name stands for the family of the network.
type Condition struct{ Column, Value string }

// String gives column=value.
func (c Condition) String() string { return c.Column + "=" + c.Value }

// ParseCondition reads column=value.
func ParseCondition(text string) (Condition, error) {
	column, value, ok := strings.Cut(text, "=")
	c := Condition{strings.TrimSpace(column), strings.TrimSpace(value)}
	if !ok || c.Column == "" {
		return c, fmt.Errorf("%q: want column=value, such as device=phone", text)
	}
	return c, nil
}

func (c Condition) holds(cell string) bool {
	cell = strings.TrimSpace(cell)
	if cell == c.Value {
		return true
	}
	a, err := strconv.ParseFloat(cell, 64)
	b, also := strconv.ParseFloat(c.Value, 64)
	return err == nil && also == nil && a == b
}

// family is the name, in conditions, of the family of a row's network.
const family = "family"

// filter is what conditions mean in one file.
type filter struct {
	conditions []Condition
	columns    []int    // of each condition; none: of the network's family
	seen       []values // of each condition: values of its column, for an error
	kept       int
}

// newFilter finds the columns of conditions.
func newFilter(conditions []Condition, name string, header []string) (*filter, error) {
	f := &filter{conditions: conditions, seen: make([]values, len(conditions))}
	for _, c := range conditions {
		at := find(header, c.Column)
		if at == none {
			at = slices.IndexFunc(header, func(n string) bool { // by what it tells: device for hardware
				of := conditionNamed(n)
				return of != none && of == conditionNamed(c.Column)
			})
		}
		if at == none && c.Column != family {
			return nil, &ColumnError{Name: name, Role: "the condition " + c.String(), Wanted: c.Column, Columns: header}
		}
		f.columns = append(f.columns, at)
	}
	return f, nil
}

// keeps reports whether a row meets the conditions on columns.
func (f *filter) keeps(row []string) bool {
	if len(f.conditions) == 0 {
		return true
	}
	keep := true
	for i, column := range f.columns {
		if column != none {
			keep = f.meets(i, row[column]) && keep
		}
	}
	return keep
}

// keepsFamily reports whether the family of a row's network meets the conditions on it.
func (f *filter) keepsFamily(id string) bool {
	keep := true
	for i, column := range f.columns {
		if column == none {
			keep = f.meets(i, id) && keep
		}
	}
	if keep {
		f.kept++
	}
	return keep
}

// meets reports whether a value is that of a condition, or of another on the same column.
func (f *filter) meets(i int, value string) bool {
	f.seen[i].add(strings.TrimSpace(value))
	for j, c := range f.conditions {
		if f.columns[j] == f.columns[i] && c.holds(value) {
			return true
		}
	}
	return false
}

// end errs if conditions let no row through.
func (f *filter) end(name string) error {
	if len(f.conditions) == 0 || f.kept > 0 {
		return nil
	}
	var list []string
	for i, c := range f.conditions {
		list = append(list, fmt.Sprintf("%s, where %s is %s", c, c.Column, &f.seen[i]))
	}
	return fmt.Errorf("%s: no row has %s", name, strings.Join(list, "; or together "))
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
		if nameOrFile == info.Name || nameOrFile == info.Alias {
			return o.openShipped(info)
		}
		names = append(names, info.Name)
	}
	f, err := os.Open(nameOrFile)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%q is neither a file nor one of the shipped sets: %s", nameOrFile, strings.Join(names, ", "))
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return o.Read(f, nameOrFile)
}
