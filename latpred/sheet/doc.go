// Package sheet reads tables: rows of cells under a header, as spreadsheets, data frames
// and scripts write them. It knows forms, not meanings; package dataset knows those.
//
//  1. Open looks at the first lines and finds how the cells are separated. The first line
//     of names that its caller knows is the header.
//  2. Table.Next gives the cells of one row after the other, in constant memory, and
//     Table.Place says where in the file a cell stands. Records does so for rows that are
//     dictionaries.
//
// # Text
//
// Cells are separated by commas, semicolons, tabs or vertical bars, or there is one cell a
// line; spaces do so where the names are in quotes, as R writes them, and a column of row
// numbers needs no name there. A cell may stand in double quotes, a quote in it doubled (RFC 4180); a cell that
// begins with a bracket ends where the bracket is closed, so that Python's dictionaries
// need no quotes. A first line such as "sep=;" names the separator. Left out are lines of text
// above a known header, empty lines, rows of empty cells, lines that begin with #, the line under the header and the
// outer bars of Markdown's tables. A header may itself stand behind #, as NumPy writes it.
//
// # Dictionaries
//
// OpenRecords reads JSON, and what Python prints: dictionaries in a list or one after the
// other, a row each, or one dictionary with a list for each column, a dictionary for each
// column or each row, names and rows apart, or a list of rows beside what holds for all of
// them. Dictionaries within a row are columns of the name outer.inner.
//
// # Rows
//
// Every row of text has as many cells as the header. Another number is an error; empty cells
// beyond the header are not. A dictionary may lack keys of the first one, and has no others.
package sheet
