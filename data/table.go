package data

import (
	"encoding/csv"
	"fmt"
	"strconv"
)

// Row is a row of a shipped table, by column.
type Row map[string]string

// Number is a cell's value, 0 where it is empty; another text is a mistake in the
// program, and panics.
func (row Row) Number(column string) float64 {
	if row[column] == "" {
		return 0
	}
	v, err := strconv.ParseFloat(row[column], 64)
	if err != nil {
		panic(fmt.Sprintf("data: column %s: %v", column, err))
	}
	return v
}

// Table reads a small shipped CSV file by its name, a header and rows; that it can't
// be read is a mistake in the program, and panics.
func Table(name string) []Row {
	f, err := Files.Open(name)
	if err != nil {
		panic("data: " + err.Error())
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		panic("data: " + name + ": " + err.Error())
	}
	var rows []Row
	for _, cells := range all[1:] {
		row := Row{}
		for c, column := range all[0] {
			row[column] = cells[c]
		}
		rows = append(rows, row)
	}
	return rows
}
