package data

import (
	"encoding/csv"
	"fmt"
	"strconv"
)

// Row is a row of a shipped table: cells by the name of the column.
type Row map[string]string

// Number is the number in a cell; 0 if the cell is empty or there is no such column. It
// panics if the cell is not a number, since shipped files are part of the program.
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

// Table reads a small shipped CSV file, which has a header, by its name. It panics if the
// file can't be read, since shipped files are part of the program.
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
