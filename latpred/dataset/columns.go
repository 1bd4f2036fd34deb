package dataset

import (
	"fmt"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/space"
)

// The roles of columns in a ColumnError.
const (
	RoleArch    = "the architecture"
	RoleLatency = "the latency"
)

// ColumnError says that a file does not tell which of its columns is meant.
type ColumnError struct {
	Name       string   // of the file
	Role       string   // of the column: "the latency"
	Wanted     string   // the column that was asked for, which is not there; "": none
	Candidates []string // several columns that can be it; nil: none is known as it
	Columns    []string // of the file
}

// Error lists the columns that can be meant, or those that there are.
func (e *ColumnError) Error() string {
	switch {
	case e.Wanted != "":
		return fmt.Sprintf("%s: no column %q for %s; the columns are %s", e.Name, e.Wanted, e.Role, quoted(e.Columns))
	case len(e.Candidates) > 0:
		return fmt.Sprintf("%s: several columns can be %s: %s", e.Name, e.Role, quoted(e.Candidates))
	}
	text := fmt.Sprintf("%s: no column is known as %s; the columns are %s", e.Name, e.Role, quoted(e.Columns))
	if i := slices.IndexFunc(e.Columns, isRate); i >= 0 && e.Role == RoleLatency {
		text += fmt.Sprintf("; %s has a rate: %s", shown(e.Columns[i]), ofRate)
	}
	return text
}

// ofRate says how to make latencies of a rate.
const ofRate = "write latency_ms, which is 1000 × images of a pass / images a second"

// quoted lists names in quotes.
func quoted(names []string) string {
	list := make([]string, len(names))
	for i, n := range names {
		list[i] = shown(n)
	}
	return strings.Join(list, ", ")
}

const none = -1 // in place of a column

// columns are the meanings of a file's columns: their places, or none.
type columns struct {
	arch, resolution         int
	genes                    *genes // networks over several columns; nil: arch has them
	latency, std, runs, date int
	unit, stdUnit            unit
	conditions               []int  // of each column: its condition, or none
	exact                    []bool // of each column: whether its name is known, rather than a word in it
	missing                  error  // of the latency: none, or several
}

// knownHeader reports whether names are those of a table of networks.
func (o Options) knownHeader(names []string) bool {
	if o.ArchColumn != "" {
		return find(names, o.ArchColumn) != none
	}
	index := slices.Contains(names, "") && slices.ContainsFunc(names, func(n string) bool { return readTimeName(n).latency || n == o.LatencyColumn && n != "" })
	return index || genesOf(names) != nil || slices.ContainsFunc(names, func(n string) bool { return archKeys[key(n)] })
}

// find gives the place of a column that is asked for: by its name, or else by its name
// without case, spaces and punctuation, if that is one column's.
func find(names []string, wanted string) int {
	if i := slices.Index(names, strings.TrimSpace(wanted)); i >= 0 {
		return i
	}
	found := none
	for i, n := range names {
		if key(n) == key(wanted) && key(n) != "" {
			if found != none {
				return none
			}
			found = i
		}
	}
	return found
}

// columnsOf finds the meaning of each column by the header, and by the first row where
// names leave it open.
func (o Options) columnsOf(name string, header, first []string) (*columns, error) {
	c := &columns{arch: none, resolution: none, latency: none, std: none, runs: none, date: none, conditions: make([]int, len(header)), exact: make([]bool, len(header))}
	for i := range header {
		c.conditions[i] = none
	}
	if err := o.findArch(c, name, header, first); err != nil {
		return nil, err
	}
	o.findLatency(c, name, header, first)
	for i, n := range header {
		if c.taken(i) {
			continue
		}
		k := key(n)
		text := isText(first[i])
		switch t := readTimeName(n); {
		case t.deviation && (c.std == none || n == "std_ms"):
			c.std, c.stdUnit = i, t.unit
		case runKeys[k] && c.runs == none:
			c.runs = i
		case dateKeys[k] && c.date == none && (text || n == "measured_at"):
			c.date = i
		case t.latency && !text: // a runtime in words is no time
		default:
			c.conditions[i], c.exact[i] = conditionOf(n, first[i])
		}
	}
	for i, n := range header {
		if at := slices.Index(header, n); at != i && c.taken(at) && n != "" {
			return nil, fmt.Errorf("%s: column %q is there twice", name, n)
		}
	}
	return c, nil
}

// taken reports whether a column has a role.
func (c *columns) taken(i int) bool {
	return i == c.arch || i == c.resolution || i == c.latency || i == c.std || i == c.runs || i == c.date || c.conditions[i] != none || c.genes.has(i)
}

// findArch finds the column of the architecture: the one asked for, else "arch", else of
// those with another known name the only one whose first cell is an architecture, else
// several columns with a part each, else the only one of any name whose first cell is one.
func (o Options) findArch(c *columns, name string, header, first []string) error {
	c.resolution = slices.IndexFunc(header, func(n string) bool { return resolutionKeys[key(n)] })
	missing := &ColumnError{Name: name, Role: RoleArch, Columns: header}
	if o.ArchColumn != "" {
		if c.arch = find(header, o.ArchColumn); c.arch == none {
			missing.Wanted = o.ArchColumn
			return missing
		}
		return nil
	}
	if c.arch = slices.Index(header, "arch"); c.arch != none {
		return nil
	}
	var named, fitting, others []int
	for i, n := range header {
		known, fits := archKeys[key(n)], looksLikeArch(first[i])
		if known {
			named = append(named, i)
		}
		if known && fits {
			fitting = append(fitting, i)
		}
		if !known && fits {
			others = append(others, i)
		}
	}
	c.genes = genesOf(header)
	for _, list := range [][]int{fitting, others} {
		if c.genes != nil && len(fitting) == 0 {
			return nil
		}
		if len(list) == 1 {
			c.genes = nil
			c.arch = list[0]
			return nil
		}
		if len(list) > 1 {
			missing.Candidates = pick(header, list)
			return missing
		}
	}
	if len(named) == 1 {
		c.arch = named[0]
		return nil
	}
	missing.Candidates = pick(header, named)
	return missing
}

// pick gives the names of some columns.
func pick(header []string, list []int) []string {
	var names []string
	for _, i := range list {
		names = append(names, header[i])
	}
	return names
}

// looksLikeArch reports whether a cell holds an architecture, or tries to.
func looksLikeArch(cell string) bool {
	cell = strings.TrimSpace(cell)
	if strings.HasPrefix(cell, "{") || len(cell) > 3 && cell[0] == 'r' && cell[1] >= '0' && cell[1] <= '9' && strings.Contains(cell, " d") {
		return true
	}
	_, err := space.Parse(cell)
	return err == nil
}

// findLatency finds the column of the latency: the one asked for, else "latency_ms", else
// the only one whose name is that of a time and whose first cell is no date.
func (o Options) findLatency(c *columns, name string, header, first []string) {
	missing := &ColumnError{Name: name, Role: RoleLatency, Columns: header}
	if o.LatencyColumn != "" {
		if c.latency = find(header, o.LatencyColumn); c.latency == none {
			missing.Wanted = o.LatencyColumn
			c.missing = missing
			return
		}
		if isRate(header[c.latency]) {
			c.missing = fmt.Errorf("%s: column %s has a rate, not a time: %s", name, shown(header[c.latency]), ofRate)
		}
		c.unit = readTimeName(header[c.latency]).unit
		return
	}
	if c.latency = slices.Index(header, "latency_ms"); c.latency != none {
		c.unit = milliseconds
		return
	}
	var list, like []int
	for i, n := range header {
		t := readTimeName(n)
		if i == c.arch || isRate(n) || isText(first[i]) {
			continue
		}
		if t.latency {
			list = append(list, i)
		}
		if t.like {
			like = append(like, i)
		}
	}
	if len(list) != 1 {
		if missing.Candidates = pick(header, list); list == nil && len(like) > 1 {
			missing.Candidates = pick(header, like)
		}
		c.missing = missing
		return
	}
	c.latency, c.unit = list[0], readTimeName(header[list[0]]).unit
}

// isText reports whether a cell is a word or a date, rather than a number or a gap.
func isText(cell string) bool {
	cell = strings.TrimSpace(cell)
	if _, err := parseTime(cell); err == nil || strings.ContainsAny(cell, ":/") && !gapWords[strings.ToLower(cell)] {
		return true
	}
	return isGap(cell) && !gapWords[strings.ToLower(cell)]
}
