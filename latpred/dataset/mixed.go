package dataset

import (
	"fmt"
	"strings"

	"github.com/ofalat/ofalat/latpred"
)

// values counts how often each value of a column occurs, in the order of the first times.
type values struct {
	list  []string
	rows  map[string]int
	last  string // the value of the last row, which most often is the next one's too
	again int    // rows with it that are not in rows yet
}

func (v *values) add(value string) {
	if v.again > 0 && value == v.last {
		v.again++
		return
	}
	v.flush()
	v.last, v.again = strings.Clone(value), 1
}

func (v *values) flush() {
	if v.again == 0 {
		return
	}
	if v.rows == nil {
		v.rows = map[string]int{}
	}
	if _, ok := v.rows[v.last]; !ok {
		v.list = append(v.list, v.last)
	}
	v.rows[v.last] += v.again
	v.again = 0
}

// String lists the first values with their numbers of rows.
func (v *values) String() string {
	v.flush()
	const most = 8
	var list []string
	for i, value := range v.list {
		if i == most {
			list = append(list, fmt.Sprintf("%d more", len(v.list)-most))
			break
		}
		if value == "" {
			value = "(empty)"
		}
		list = append(list, fmt.Sprintf("%s (%s)", value, countOf(v.rows[v.list[i]], "row")))
	}
	return strings.Join(list, ", ")
}

// countOf gives "1 row" and "2 rows".
func countOf(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// MixedError says that rows of one file are measurements of different things.
type MixedError struct {
	Name   string   // of the file
	What   string   // differs: "devices"
	Column string   // that tells them apart, for a Condition; "": none does
	Values []string // of the column, in the order of the file
	counts string
}

// Error names the values, with the number of rows of each.
func (e *MixedError) Error() string { return e.Name + ": " + e.message() }

func (e *MixedError) message() string {
	return fmt.Sprintf("rows of %d different %s: %s", len(e.Values), e.What, e.counts)
}

// tally is what is counted of all rows, to see whether they belong together.
type tally struct {
	columns  []int    // with conditions
	of       []values // of each of the columns
	device   []bool   // of each: whether it names devices, and an empty cell the set's
	blank    []int    // rows whose device is empty, of each
	units    values   // that cells name, or the header
	told     bool     // some cell or header names a unit
	families values
	rows     int
}

func newTally(c *columns) *tally {
	t := &tally{}
	for i, of := range c.conditions {
		if of != none {
			t.columns, t.device = append(t.columns, i), append(t.device, of == ofDevices)
		}
	}
	t.of, t.blank = make([]values, len(t.columns)), make([]int, len(t.columns))
	return t
}

// add counts a row.
func (t *tally) add(row []string, in unit, familyID string) {
	for i, column := range t.columns {
		cell := withoutDecimals(strings.TrimSpace(row[column]))
		if cell == "" && t.device[i] {
			t.blank[i]++
		} else {
			t.of[i].add(cell)
		}
	}
	t.rows++
	t.told = t.told || in.name != ""
	t.units.add(in.or(milliseconds).name)
	t.families.add(familyID)
}

// mixed lists what differs between rows.
func (t *tally) mixed(name string, header []string, c *columns) []*MixedError {
	var list []*MixedError
	differ := func(what, column string, v *values) {
		counts := v.String()
		if len(v.list) > 1 {
			list = append(list, &MixedError{name, what, column, v.list, counts})
		}
	}
	units := false
	for i, column := range t.columns {
		if !t.counts(i, c) {
			differ(conditions[c.conditions[column]].what, header[column], &t.of[i])
		}
		units = units || c.conditions[column] == ofUnits
	}
	if !units {
		differ("units", "", &t.units)
	}
	differ("families of networks", family, &t.families)
	return list
}

// counts reports whether a column that has a condition by a word in its name has another
// value in every row: it names rows, not what they have in common.
func (t *tally) counts(i int, c *columns) bool {
	const sure = 5 // rows
	t.of[i].flush()
	return !c.exact[t.columns[i]] && len(t.of[i].list) >= sure && len(t.of[i].list) == t.rows
}

// blanks warns of cells that leave open what the others tell.
func (t *tally) blanks(header []string, c *columns) []latpred.Warning {
	var list []latpred.Warning
	for i, column := range t.columns {
		if t.counts(i, c) {
			list = append(list, latpred.Warning{Kind: latpred.WarnColumns, Message: fmt.Sprintf("column %s has another value in each row: left out", header[column])})
		}
		if t.of[i].flush(); t.blank[i] > 0 && len(t.of[i].list) == 1 {
			list = append(list, latpred.Warning{Kind: latpred.WarnColumns, Message: fmt.Sprintf(
				"column %s is empty in %s: taken for %s, as in the others", header[column], countOf(t.blank[i], "row"), t.of[i].list[0])})
		}
	}
	return list
}

// intern returns the copy of a value that is kept here, so that rows share it.
func (v *values) intern(value string) string {
	if value == v.last {
		return v.last
	}
	return strings.Clone(value)
}
