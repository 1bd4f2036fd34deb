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

// claimsFile has every number of the paper and of its authors' files; the datasheet
// beside it describes the columns.
const claimsFile = "claims.csv"

// Origin is where a number comes from.
type Origin string

// The origins.
const (
	Printed    Origin = "printed"    // it stands in the paper
	ReadOff    Origin = "figure"     // read off a figure of the paper
	FromFiles  Origin = "files"      // from the authors' logs, statistics, figures' files or notebook
	Checkpoint Origin = "checkpoint" // the weights that the authors released, judged by us
)

// Class is what became of a claim when its experiment was made again.
type Class string

// The classes.
const (
	Reproduced   Class = "reproduced"      // ours agrees with it
	Explained    Class = "explained"       // ours differs, and another number of ours shows why
	Contradicted Class = "contradicted"    // ours differs, and no other number of ours gives it
	Untestable   Class = "can't be tested" // there is nothing of ours to judge it by
)

// Relation is how our value stands to a number if the claim is true.
type Relation string

// The relations.
const (
	Equal   Relation = ""         // the same quantity
	AtLeast Relation = "at least" // ours may not be smaller
	AtMost  Relation = "at most"  // ours may not be larger
	Beside  Relation = "beside"   // ours is of another machine or of other networks: shown, and decides nothing
)

// Claim is a number of the paper or of its authors' files: a line of data/claims.csv. What
// it is of: an item of this package, there a subject (a data set, a device or a kind of
// search), and at a place on the x axis (rows, epochs or a limit in ms).
type Claim struct {
	Place    string   `json:"place,omitempty"` // in the paper, such as "Table 1"; "": it isn't there, and no claim
	Item     string   `json:"item"`
	Subject  string   `json:"subject"`
	At       float64  `json:"at,omitempty"` // 0: the quantity has one value
	Quantity string   `json:"quantity"`
	Unit     string   `json:"unit,omitempty"`
	Relation Relation `json:"relation,omitempty"`
	Text     string   `json:"printed"` // the value with the digits it is printed with
	Value    Number   `json:"value"`   // missing where nothing can be read of a curve
	Origin   Origin   `json:"origin"`
	Source   string   `json:"source"`             // table, figure or file
	Row      string   `json:"row,omitempty"`      // the quantity of our row, in the same item; "": none
	Column   Column   `json:"column,omitempty"`   // of that row
	ShownBy  string   `json:"shown_by,omitempty"` // what explains a difference: see Judge
	Class    Class    `json:"class,omitempty"`    // what we say became of it; "" where there is no Place
	Cause    string   `json:"cause,omitempty"`    // why, for people
}

// same reports whether two lines say the same thing; of released weights there may
// be a value beside the printed one.
func (c Claim) same(d Claim) bool {
	return c.Item == d.Item && c.Subject == d.Subject && c.Quantity == d.Quantity && c.At == d.At &&
		(c.Origin == Checkpoint) == (d.Origin == Checkpoint)
}

var claimColumns = []string{"place", "item", "subject", "at", "quantity", "unit", "relation", "value", "origin", "source", "row", "column", "shown_by", "class", "cause"}

// readClaims reads and checks claims. An error of a cell is a dataset.ParseError.
func readClaims(r io.Reader, name string) ([]Claim, error) {
	in := csv.NewReader(r)
	in.FieldsPerRecord = len(claimColumns)
	fail := func(field int, err error) error {
		line, column := in.FieldPos(field)
		return &dataset.ParseError{Name: name, Line: line, Column: column, Err: err}
	}
	var all []Claim
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
			if !slices.Equal(row, claimColumns) {
				return nil, fail(0, fmt.Errorf("the columns are %s, want %s", strings.Join(row, ","), strings.Join(claimColumns, ",")))
			}
			continue
		}
		c, field, err := parseClaim(row)
		if err == nil && slices.ContainsFunc(all, c.same) {
			field, err = 1, fmt.Errorf("%s, %s, %s is there twice", c.Item, c.Subject, c.Quantity)
		}
		if err != nil {
			return nil, fail(field, err)
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	return all, nil
}

// parseClaim reads a line; field is the one that is wrong.
func parseClaim(row []string) (c Claim, field int, err error) {
	c = Claim{Place: row[0], Item: row[1], Subject: row[2], Quantity: row[4], Unit: row[5], Relation: Relation(row[6]), Text: row[7], Value: None, Origin: Origin(row[8]),
		Source: row[9], Row: row[10], Column: Column(row[11]), ShownBy: row[12], Class: Class(row[13]), Cause: row[14]}
	for _, field := range []int{1, 2, 4, 9} {
		if strings.TrimSpace(row[field]) == "" {
			return c, field, fmt.Errorf("no %s", claimColumns[field])
		}
	}
	if row[3] != "" {
		if c.At, err = strconv.ParseFloat(row[3], 64); err != nil || !(c.At > 0) || math.IsInf(c.At, 0) {
			return c, 3, fmt.Errorf("%q is no place above 0", row[3])
		}
	}
	if !slices.Contains([]string{"", "ms", "s", "%"}, c.Unit) {
		return c, 5, fmt.Errorf("unit %q: there are ms, s, %% and none", c.Unit)
	}
	if c.Text != "" || c.Class != Untestable {
		v, err := strconv.ParseFloat(c.Text, 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return c, 7, fmt.Errorf("%q is no finite number", c.Text)
		}
		c.Value = Number(v)
	}
	if origins := []Origin{Printed, ReadOff, FromFiles, Checkpoint}; !slices.Contains(origins, c.Origin) {
		return c, 8, fmt.Errorf("origin %q: there are %v", c.Origin, origins)
	}
	field, err = c.checkClass()
	return c, field, err
}

// checkClass holds the cells that only claims have to each other.
func (c Claim) checkClass() (field int, err error) {
	switch {
	case c.Place == "" && (c.Class != "" || c.Row != "" || c.Cause != ""):
		return 0, errors.New("a class, row or cause, and no place: what isn't in the paper is no claim")
	case c.Place == "":
		return 0, nil
	case !slices.Contains([]Relation{Equal, AtLeast, AtMost, Beside}, c.Relation):
		return 6, fmt.Errorf("relation %q: there are none, %s, %s and %s", c.Relation, AtLeast, AtMost, Beside)
	case c.Origin == Checkpoint:
		return 8, errors.New("released weights are no claim")
	case c.Row == "" && (c.Column != ByPublished || c.ShownBy != ""):
		return 10, errors.New("a column or what it is shown by, and no row")
	case !slices.Contains([]Column{ByPublished, ByCorrected, ByCheckpoint, ByBest}, c.Column):
		return 11, fmt.Errorf("column %q: there are none, %s, %s and %s", c.Column, ByCorrected, ByCheckpoint, ByBest)
	case !slices.Contains(classes, c.Class):
		return 13, fmt.Errorf("class %q: there are %q", c.Class, classes)
	case c.Class != Untestable && (c.Row == "" || c.Relation == Beside):
		return 10, fmt.Errorf("%s, and no row that shows it", c.Class)
	case c.Class != Reproduced && c.Cause == "":
		return 14, fmt.Errorf("%s, and no cause", c.Class)
	}
	return 0, nil
}

// claims gives the lines that ship, in the order of the file. That they can't be read is
// a mistake in the program.
var claims = sync.OnceValue(func() []Claim {
	f, err := data.Files.Open(claimsFile)
	if err != nil {
		panic("experiment: " + err.Error())
	}
	defer f.Close()
	all, err := readClaims(f, "data/"+claimsFile)
	if err != nil {
		panic("experiment: " + err.Error())
	}
	return all
})

// Paper returns the value that the paper or its authors' files give for a quantity of an
// item and a subject, in the unit of data/claims.csv, whose columns these are. It panics
// if there is none.
func Paper(item, subject, quantity string) float64 {
	return lookUp(Claim{Item: item, Subject: subject, Quantity: quantity})
}

// released is what the authors' released weights give; it panics where there are
// none.
func released(item, subject, quantity string) float64 {
	return lookUp(Claim{Item: item, Subject: subject, Quantity: quantity, Origin: Checkpoint})
}

func lookUp(c Claim) float64 {
	at := slices.IndexFunc(claims(), c.same)
	if at < 0 {
		panic(fmt.Sprintf("experiment: data/%s has no %s of %s, %s", claimsFile, c.Quantity, c.Item, c.Subject))
	}
	return float64(claims()[at].Value)
}

// sizePoint is a published value at a place on the x axis.
type sizePoint struct{ rows, value float64 }

// paperCurve are the published values of a quantity at all its places, in the order
// of the file; none where nothing is published.
func paperCurve(item, subject, quantity string) []sizePoint {
	var curve []sizePoint
	for _, c := range claims() {
		if c.At > 0 && c.Item == item && c.Subject == subject && c.Quantity == quantity {
			curve = append(curve, sizePoint{c.At, float64(c.Value)})
		}
	}
	return curve
}
