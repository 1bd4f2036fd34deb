package sheet

import (
	"slices"

	"github.com/ofalat/ofalat/latpred/literal"
)

// table is a table that one dictionary holds.
type table struct {
	header []string
	rows   [][]cell
}

// whole reads a dictionary that holds a whole table, nil if v is a single row: data frames
// write a list or a dictionary for each column, or names, index and rows apart, or a
// dictionary for each row under its index; scripts put the rows beside what holds for all.
func (f flattener) whole(v literal.Value, known func([]string) bool) (*table, error) {
	if v.Kind != literal.Dict || len(v.Entries) == 0 || f.isValue(keysOf(v)) {
		return nil, nil
	}
	var found *table
	var failed error
	for _, form := range []func(literal.Value) (*table, error){f.split, f.columns, f.indexed, f.pairs, f.beside} {
		t, err := form(v)
		switch {
		case t != nil && known(t.header):
			return t, nil
		case t != nil && found == nil:
			found = t
		case failed == nil:
			failed = err
		}
	}
	row, err := f.record(v)
	if err != nil || known(headerOf(row)) {
		return nil, err
	}
	if found == nil && failed != nil {
		return nil, failed
	}
	return found, nil
}

// split reads {"columns": […], "data": [[…], …]}.
func (f flattener) split(v literal.Value) (*table, error) {
	names, ok := v.Get("columns")
	data, also := v.Get("data")
	if !ok || !also || names.Kind != literal.List || data.Kind != literal.List {
		return nil, nil
	}
	t := &table{}
	for _, n := range names.List {
		t.header = append(t.header, render(n))
	}
	for _, list := range data.List {
		if list.Kind != literal.List || len(list.List) != len(t.header) {
			return nil, nil
		}
		var row []cell
		for _, e := range list.List {
			row = append(row, cellOf(e))
		}
		t.rows = append(t.rows, row)
	}
	return t, nil
}

// columns reads {"name": [value, …], …} and {"name": {"0": value, …}, …}.
func (f flattener) columns(v literal.Value) (*table, error) {
	t := &table{}
	for i, e := range v.Entries {
		list := e.Value.List
		if e.Value.Kind == literal.Dict && slices.Equal(keysOf(e.Value), keysOf(v.Entries[0].Value)) {
			for _, inner := range e.Value.Entries {
				list = append(list, inner.Value)
			}
		} else if e.Value.Kind != literal.List {
			return nil, nil
		}
		if i == 0 {
			t.rows = make([][]cell, len(list))
		}
		if len(list) != len(t.rows) || len(list) == 0 {
			return nil, nil
		}
		t.header = append(t.header, e.Key)
		for r, value := range list {
			t.rows[r] = append(t.rows[r], cellOf(value))
		}
	}
	if len(t.header) < 2 {
		return nil, nil
	}
	return t, nil
}

// indexed reads {"index": {"name": value, …}, …}; the index is a column without a name.
func (f flattener) indexed(v literal.Value) (*table, error) {
	for _, e := range v.Entries {
		if e.Value.Kind != literal.Dict || f.isValue(keysOf(e.Value)) || len(e.Value.Entries) == 0 {
			return nil, nil
		}
	}
	t := &table{header: []string{""}}
	first, err := f.record(v.Entries[0].Value)
	if err != nil {
		return nil, err
	}
	t.header = append(t.header, headerOf(first)...)
	for _, e := range v.Entries {
		row, err := f.rowOf(t.header[1:], e.Value)
		if err != nil {
			return nil, err
		}
		t.rows = append(t.rows, append([]cell{{e.Key, e.Line, e.Column}}, row...))
	}
	return t, nil
}

// pairs reads {"index": number, …}, with a name for the numbers: value.
func (f flattener) pairs(v literal.Value) (*table, error) {
	t := &table{header: []string{"", "value"}}
	for _, e := range v.Entries {
		if e.Value.Kind != literal.Number {
			return nil, nil
		}
		t.rows = append(t.rows, []cell{{e.Key, e.Line, e.Column}, cellOf(e.Value)})
	}
	return t, nil
}

// beside reads {"device": "…", "results": [{…}, …]}: what stands beside the one list of
// dictionaries holds for all rows.
func (f flattener) beside(v literal.Value) (*table, error) {
	t := &table{}
	var list []literal.Value
	var common []cell
	for _, e := range v.Entries {
		switch {
		case e.Value.Kind == literal.List && len(e.Value.List) > 0 && e.Value.List[0].Kind == literal.Dict:
			if list != nil {
				return nil, nil
			}
			list = e.Value.List
		case e.Value.Kind == literal.Dict:
			inner, err := f.record(e.Value)
			if err != nil {
				return nil, err
			}
			for _, n := range inner {
				t.header, common = append(t.header, e.Key+"."+n.key), append(common, n.cell)
			}
		default:
			t.header, common = append(t.header, e.Key), append(common, cellOf(e.Value))
		}
	}
	if list == nil {
		return nil, nil
	}
	first, err := f.record(list[0])
	if err != nil {
		return nil, err
	}
	names := headerOf(first)
	for _, e := range list {
		row, err := f.rowOf(names, e)
		if err != nil {
			return nil, err
		}
		t.rows = append(t.rows, append(append([]cell(nil), common...), row...))
	}
	t.header = append(t.header, names...)
	return t, nil
}
