package dataset

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/sheet"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/textfile"
)

// ParseError reports the place of an error in a file.
type ParseError struct {
	Name         string // of the file
	Line, Column int    // 1-based
	Err          error  // the reason
}

// Error gives name:line:column and the reason.
func (e *ParseError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %v", e.Name, e.Line, e.Column, e.Err)
}

// Unwrap returns Err.
func (e *ParseError) Unwrap() error { return e.Err }

// Reader reads samples one by one, in constant memory. It is not safe for concurrent use.
type Reader struct {
	// Latency makes Read return rows with a latency alone: a table without a column for it
	// is an error, and rows that were not measured are left out or an error, see package
	// dataset. It is false by default: then LatencyMs is 0 where there is none.
	Latency bool

	options  Options
	name     string
	list     *archfile.Reader // of a list of networks; nil: a table
	yaml     bool             // the list is YAML
	widths   *space.Space     // of the network that was read last; nil: not told
	table    rows
	header   []string
	columns  *columns
	filter   *filter
	decimals decimals
	gaps     gaps
	tally    *tally
	used     int
	start    error    // of NewReader, for Read to return
	first    []string // row that NewReader has read already; nil: none
	above    int      // lines of text above the header
	undated  int      // cells of dates that are none
}

// rows is where cells come from.
type rows interface {
	Next() ([]string, error)
	Place(cell int) (line, column int)
}

// NewReader reads the header of a set in the format of this package. Its error, if any, is
// returned by Read. Errors refer to the file as name.
func NewReader(r io.Reader, name string) *Reader { return Options{}.NewReader(r, name) }

// NewReader is the function NewReader with options.
func (o Options) NewReader(r io.Reader, name string) *Reader {
	in := &Reader{options: o, name: name}
	in.start = in.open(r)
	return in
}

// open finds the table and the meaning of its columns.
func (in *Reader) open(r io.Reader) error {
	text, err := textfile.NewReader(r, in.name)
	if err != nil {
		return err
	}
	switch start, _ := text.Peek(textfile.Look); {
	case isRecords(start):
		err = in.openRecords(text)
	case archfile.Is(start):
		return in.openList(text)
	default:
		err = in.openText(text)
	}
	if err == io.EOF {
		return fmt.Errorf("%s: empty, want a header with the columns %s", in.name, strings.Join(setColumns, ", "))
	}
	if err != nil {
		return in.wrap(err)
	}
	row := in.first
	if row == nil {
		row = make([]string, len(in.header))
	}
	if in.columns, err = in.options.columnsOf(in.name, in.header, row); err != nil {
		return err
	}
	in.filter, err = newFilter(in.options.Where, in.name, in.header)
	in.tally = newTally(in.columns)
	return err
}

// openText opens a table of text.
func (in *Reader) openText(r io.Reader) error {
	table, err := sheet.Open(r, in.options.knownHeader)
	if err != nil {
		return err
	}
	in.table, in.header, in.decimals.separator, in.above = table, table.Header, table.Separator, table.Above
	return in.readFirst()
}

// openRecords opens a table of dictionaries, in which numbers have decimal points.
func (in *Reader) openRecords(r io.Reader) error {
	table, err := sheet.OpenRecords(r, isArch, in.options.knownHeader)
	if err != nil {
		return err
	}
	if slices.Equal(table.Header, []string{"", "value"}) { // a dictionary of networks and numbers
		table.Header = []string{"arch", "latency"}
	}
	in.table, in.header, in.decimals.separator = table, table.Header, ','
	return in.readFirst()
}

// readFirst reads the first row, which tells what the header leaves open.
func (in *Reader) readFirst() error {
	if i := slices.IndexFunc(in.header, looksLikeArch); i >= 0 {
		return fmt.Errorf("there is no header: %s stands in the first line; put one before it, such as arch,latency_ms", shown(in.header[i]))
	}
	row, err := in.table.Next()
	if err == io.EOF {
		return nil
	}
	if err != nil {
		return err
	}
	in.first = slices.Clone(row)
	for i, cell := range in.first {
		in.first[i] = strings.Clone(cell)
	}
	return nil
}

// Read returns the next sample, or io.EOF after the last. Errors in the content are of
// type *ParseError, *UnmeasuredError or *MixedError, of which the last two come after the
// last row, or *archfile.Error in a list of architectures.
// The sample's architecture is in some registered space.
func (in *Reader) Read() (Sample, error) {
	if in.start != nil {
		return Sample{}, in.start
	}
	if in.list != nil {
		return in.listed()
	}
	if in.Latency && in.columns.missing != nil {
		return Sample{}, in.columns.missing
	}
	for {
		row, err := in.next()
		if err == io.EOF {
			return Sample{}, in.end()
		}
		if err != nil {
			return Sample{}, in.wrap(err)
		}
		s, ok, err := in.sample(row)
		if ok && !in.Latency {
			in.tellWidths(row)
		}
		if ok || err != nil {
			return s, err
		}
	}
}

func (in *Reader) next() ([]string, error) {
	if row := in.first; row != nil {
		in.first = nil
		return row, nil
	}
	return in.table.Next()
}

// end returns io.EOF, or what was wrong with the rows as a whole.
func (in *Reader) end() error {
	if !in.Latency {
		return in.orEOF(in.filter.end(in.name))
	}
	var errs []error
	if in.gaps.failed > 0 && !in.options.SkipUnmeasured {
		errs = append(errs, &UnmeasuredError{in.name, in.gaps.n, in.used + in.gaps.n, in.gaps.String()})
	}
	if !in.options.Mixed {
		for _, m := range in.tally.mixed(in.name, in.header, in.columns) {
			errs = append(errs, m)
		}
	}
	return in.orEOF(errors.Join(append(errs, in.decimals.end(in.name), in.filter.end(in.name))...))
}

func (*Reader) orEOF(err error) error {
	if err == nil {
		return io.EOF
	}
	return err
}

// Warnings says how the file was read, where that isn't plain: which columns were taken for
// what and which were left out, units that were converted, rows that were left out, and
// with Options.Mixed what differs between rows. It is complete after the last row.
func (in *Reader) Warnings() []latpred.Warning {
	if in.start != nil || in.list != nil {
		return nil
	}
	list := in.columns.warnings(in.header, in.Latency, in.tally)
	if in.above > 0 {
		list = append(list, latpred.Warning{Kind: latpred.WarnColumns, Message: countOf(in.above, "line") + " above the header left out"})
	}
	if in.undated > 0 {
		list = append(list, latpred.Warning{Kind: latpred.WarnColumns, Message: fmt.Sprintf(
			"%s of column %s are no dates and times as 2026-01-31 12:00:00, and are left out", countOf(in.undated, "cell"), shown(in.header[in.columns.date]))})
	}
	if !in.Latency {
		return list
	}
	list = append(list, in.tally.blanks(in.header, in.columns)...)
	list = append(list, in.gaps.warning(in.used)...)
	for _, m := range in.tally.mixed(in.name, in.header, in.columns) {
		list = append(list, latpred.Warning{Kind: latpred.WarnMixed, Message: m.message()})
	}
	return list
}

// fail wraps err with the place of a cell of the last row read.
func (in *Reader) fail(cell int, err error) error {
	line, column := in.table.Place(cell)
	return &ParseError{in.name, line, column, err}
}

// wrap turns errors of the table into ours.
func (in *Reader) wrap(err error) error {
	var at *sheet.Error
	if errors.As(err, &at) {
		return &ParseError{in.name, at.Line, at.Column, at.Err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the file was cut short: its compressed data end early; get it again (%w)", in.name, err)
	}
	return fmt.Errorf("%s: %w", in.name, err)
}

// Read reads a set of measurements whole. It errs if there is no row with a latency, if
// there are more than MaxRows, or as Reader.Read does. Errors refer to the file as name,
// which also becomes the set's Name and Title.
func Read(r io.Reader, name string) (*Set, error) { return Options{}.Read(r, name) }

// describe tells what the file says of all rows.
func (in *Reader) describe(s *Set) {
	s.Rows, s.Warnings = len(s.Samples), in.Warnings()
	s.Encoding = s.encoding().Name()
	for i := len(in.tally.columns) - 1; i >= 0; i-- {
		in.describeBy(s, in.columns.conditions[in.tally.columns[i]], &in.tally.of[i])
	}
}

// describeBy takes the only value of a column for that of the set.
func (in *Reader) describeBy(s *Set, of int, v *values) {
	if v.flush(); len(v.list) != 1 {
		return
	}
	switch value := v.list[0]; of {
	case ofDevices:
		s.Device = value
	case ofBatches:
		if n, err := parseWhole(value); err == nil {
			s.Batch = n
		}
	case ofSpaces:
		if known, err := space.ByID(value); err == nil && s.within(known) {
			s.SpaceID = known.ID
		}
	}
}
