package experiment

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred/dataset"
)

// publishedFile has every number of the paper and of its authors' files; the
// datasheet beside it describes the columns.
const publishedFile = "published.csv"

// origin is where a published number comes from.
type origin string

const (
	printed    origin = "printed"    // it stands in the paper
	readOff    origin = "figure"     // read off a figure of the paper, good to a few percent
	fromFiles  origin = "files"      // from the authors' logs, statistics or notebook
	checkpoint origin = "checkpoint" // the weights that the authors released, judged by us
)

// publishedNumber is a line of publishedFile. What it is of: an item of this
// package, there a subject (a data set, a device or a kind of search), and at a
// place on the x axis, rows or a limit in ms.
type publishedNumber struct {
	item, subject, quantity, unit string
	at                            float64 // 0: the quantity has one value
	value                         float64
	origin                        origin
	source                        string // table, figure or file
}

// same reports whether two lines say the same thing; of released weights there may
// be a value beside the printed one.
func (n publishedNumber) same(m publishedNumber) bool {
	return n.item == m.item && n.subject == m.subject && n.quantity == m.quantity && n.at == m.at &&
		(n.origin == checkpoint) == (m.origin == checkpoint)
}

var publishedColumns = []string{"item", "subject", "at", "quantity", "unit", "value", "origin", "source"}

// readPublished reads and checks published numbers. An error of a cell is a
// dataset.ParseError.
func readPublished(r io.Reader, name string) ([]publishedNumber, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(publishedColumns)
	fail := func(field int, err error) error {
		line, column := in.FieldPos(field)
		return &dataset.ParseError{Name: name, Line: line, Column: column, Err: err}
	}
	var all []publishedNumber
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if bad := (*csv.ParseError)(nil); errors.As(err, &bad) {
			return nil, &dataset.ParseError{Name: name, Line: bad.Line, Column: bad.Column, Err: bad.Err}
		} else if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		if line, _ := in.FieldPos(0); line == 1 {
			if !slices.Equal(row, publishedColumns) {
				return nil, fail(0, fmt.Errorf("the columns are %s, want %s", strings.Join(row, ","), strings.Join(publishedColumns, ",")))
			}
			continue
		}
		n, field, err := parsePublished(row)
		if err == nil && slices.ContainsFunc(all, n.same) {
			field, err = 0, fmt.Errorf("%s, %s, %s is there twice", n.item, n.subject, n.quantity)
		}
		if err != nil {
			return nil, fail(field, err)
		}
		all = append(all, n)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return all, nil
}

// parsePublished reads a line; field is the one that is wrong.
func parsePublished(row []string) (n publishedNumber, field int, err error) {
	n = publishedNumber{item: row[0], subject: row[1], quantity: row[3], unit: row[4], origin: origin(row[6]), source: row[7]}
	for _, field := range []int{0, 1, 3, 7} {
		if strings.TrimSpace(row[field]) == "" {
			return n, field, fmt.Errorf("no %s", publishedColumns[field])
		}
	}
	if row[2] != "" {
		if n.at, err = strconv.ParseFloat(row[2], 64); err != nil || !(n.at > 0) || math.IsInf(n.at, 0) {
			return n, 2, fmt.Errorf("%q is no place above 0", row[2])
		}
	}
	if !slices.Contains([]string{"", "ms", "s", "%"}, n.unit) {
		return n, 4, fmt.Errorf("unit %q: there are ms, s, %% and none", n.unit)
	}
	if n.value, err = strconv.ParseFloat(row[5], 64); err != nil || math.IsNaN(n.value) || math.IsInf(n.value, 0) {
		return n, 5, fmt.Errorf("%q is no finite number", row[5])
	}
	if origins := []origin{printed, readOff, fromFiles, checkpoint}; !slices.Contains(origins, n.origin) {
		return n, 6, fmt.Errorf("origin %q: there are %v", n.origin, origins)
	}
	return n, 0, nil
}

// published gives the numbers that ship, in the order of the file. That they can't
// be read is a mistake in the program.
var published = sync.OnceValue(func() []publishedNumber {
	f, err := data.Files.Open(publishedFile)
	if err != nil {
		panic("experiment: " + err.Error())
	}
	defer f.Close()
	all, err := readPublished(f, "data/"+publishedFile)
	if err != nil {
		panic("experiment: " + err.Error())
	}
	return all
})

// Paper returns the value that the paper or its authors' files give for a quantity of an
// item and a subject, in the unit of data/published.csv, whose columns these are. It
// panics if there is none.
func Paper(item, subject, quantity string) float64 {
	return lookUp(publishedNumber{item: item, subject: subject, quantity: quantity})
}

// released is what the authors' released weights give; it panics where there are
// none.
func released(item, subject, quantity string) float64 {
	return lookUp(publishedNumber{item: item, subject: subject, quantity: quantity, origin: checkpoint})
}

func lookUp(n publishedNumber) float64 {
	at := slices.IndexFunc(published(), n.same)
	if at < 0 {
		panic(fmt.Sprintf("experiment: data/%s has no %s of %s, %s", publishedFile, n.quantity, n.item, n.subject))
	}
	return published()[at].value
}

// sizePoint is a published value at a place on the x axis.
type sizePoint struct{ rows, value float64 }

// paperCurve are the published values of a quantity at all its places, in the order
// of the file; none where nothing is published.
func paperCurve(item, subject, quantity string) []sizePoint {
	var curve []sizePoint
	for _, n := range published() {
		if n.at > 0 && n.item == item && n.subject == subject && n.quantity == quantity {
			curve = append(curve, sizePoint{n.at, n.value})
		}
	}
	return curve
}
