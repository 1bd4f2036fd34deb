package dataset

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred"
)

// gap is a row without a latency.
type gap struct {
	line int
	cell string
}

// gaps are the rows of a file that have no latency. A latency that is empty or 0 was not
// asked for, and its row is left out; any other cell that is no latency says that something
// went wrong, and then the file is refused, or all its gaps are left out.
type gaps struct {
	list   []gap // the first listed
	n      int   // of all
	failed int   // of all: neither empty nor 0
}

// listed is how many gaps a message names.
const listed = 10

func (g *gaps) add(line int, cell string) {
	cell = strings.TrimSpace(cell)
	if !notAskedFor(cell) {
		g.failed++
	}
	if g.n++; g.n <= listed {
		g.list = append(g.list, gap{line, strings.Clone(cell)})
	}
}

// notAskedFor reports whether a cell is empty or 0, with a unit or without.
func notAskedFor(cell string) bool {
	number := cell[:strings.LastIndexAny(cell, "0123456789.,")+1]
	v, err := strconv.ParseFloat(strings.Replace(number, ",", ".", 1), 64)
	return cell == "" || err == nil && v == 0
}

// String lists the first gaps: "line 4: -1; line 7: empty".
func (g *gaps) String() string {
	var parts []string
	for _, one := range g.list {
		cell := one.cell
		if cell == "" {
			cell = "empty"
		}
		parts = append(parts, fmt.Sprintf("line %d: %s", one.line, cell))
	}
	if g.n > len(g.list) {
		parts = append(parts, fmt.Sprintf("and %d more", g.n-len(g.list)))
	}
	return strings.Join(parts, "; ")
}

// instead says why a file with rows has none to use.
func (g *gaps) instead() string {
	if g.n == 0 {
		return ""
	}
	return fmt.Sprintf(" with a latency, %d without: %s", g.n, g)
}

// warning says which rows were left out, and how many are used.
func (g *gaps) warning(used int) []latpred.Warning {
	if g.n == 0 {
		return nil
	}
	verb := "are"
	if g.n == 1 {
		verb = "is"
	}
	return []latpred.Warning{{Kind: latpred.WarnUnmeasured, Message: fmt.Sprintf(
		"%s not measured %s left out, %d used (%s); rows are counted without them", countOf(g.n, "row"), verb, used, g)}}
}

// UnmeasuredError says that rows of a file have no latency.
type UnmeasuredError struct {
	Name       string // of the file
	Unmeasured int    // rows without a latency
	Rows       int    // all rows
	which      string
}

// Error lists the rows; of many the first ten.
func (e *UnmeasuredError) Error() string {
	return fmt.Sprintf("%s: %d of %s not measured: %s", e.Name, e.Unmeasured, countOf(e.Rows, "row"), e.which)
}
