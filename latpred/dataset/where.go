package dataset

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

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
