package dataset

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/ofalat/ofalat/latpred/space"
)

// Bounds on the memory that a file may occupy.
const (
	maxLine = 64 << 10  // longest line, bytes
	MaxRows = 5_000_000 // most rows of a Set, which is held in memory; a Reader has no such limit
)

var setColumns = []string{"arch", "latency_ms", "std_ms", "runs", "measured_at", "device"}

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
	// Latency makes a row without a latency an error. It is false by default.
	Latency bool

	name  string
	csv   *csv.Reader
	at    map[string]int // column names to fields
	start error          // of NewReader, for Read to return
	first []string       // row that NewReader has read already; nil: none
}

// NewReader reads the header of a set in the format of this package, plain or gzip'd. Its
// error, if any, is returned by Read. Errors refer to the file as name.
func NewReader(r io.Reader, name string) *Reader {
	in := &Reader{name: name}
	buffered := bufio.NewReader(r)
	if magic, err := buffered.Peek(2); err == nil && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(buffered)
		if err != nil {
			in.start = fmt.Errorf("%s: %w", name, err)
			return in
		}
		buffered = bufio.NewReader(z)
	}
	if bom, err := buffered.Peek(3); err == nil && bytes.Equal(bom, []byte("\ufeff")) {
		_, _ = buffered.Discard(3) // spreadsheets write it
	}
	in.csv = csv.NewReader(LimitLines(buffered))
	in.csv.TrimLeadingSpace = true
	in.csv.ReuseRecord = true
	if start, _ := buffered.Peek(1); len(start) == 1 && start[0] == '{' {
		in.csv.Comma, in.csv.LazyQuotes = '\x1f', true // one JSON object a line; commas are its own
	}
	in.start = in.readHeader()
	return in
}

func (in *Reader) readHeader() error {
	header, err := in.csv.Read()
	if err == io.EOF {
		return fmt.Errorf("%s: empty, want a header with the columns %s", in.name, strings.Join(setColumns, ", "))
	}
	if err != nil {
		return in.wrap(err)
	}
	if _, err := space.Parse(header[0]); err == nil && len(header) == 1 {
		in.at, in.first = map[string]int{"arch": 0}, slices.Clone(header)
		return nil
	}
	in.at = map[string]int{}
	for i, column := range header {
		if !slices.Contains(setColumns, column) {
			return in.fail(i, fmt.Errorf("unknown column %q: the columns are %s", column, strings.Join(setColumns, ", ")))
		}
		if _, twice := in.at[column]; twice {
			return in.fail(i, fmt.Errorf("column %q is there twice", column))
		}
		in.at[column] = i
	}
	if _, ok := in.at["arch"]; !ok {
		return in.fail(0, errors.New("no column arch"))
	}
	return nil
}

// Read returns the next sample, or io.EOF after the last. Errors in the content are of
// type *ParseError. The sample's architecture is in some registered space.
func (in *Reader) Read() (Sample, error) {
	if in.start != nil {
		return Sample{}, in.start
	}
	if _, ok := in.at["latency_ms"]; in.Latency && !ok {
		return Sample{}, fmt.Errorf("%s: no column latency_ms", in.name)
	}
	row := in.first
	if in.first = nil; row == nil {
		var err error
		if row, err = in.csv.Read(); err == io.EOF {
			return Sample{}, io.EOF
		} else if err != nil {
			return Sample{}, in.wrap(err)
		}
	}
	var s Sample
	for i, column := range setColumns {
		f, ok := in.at[column]
		if !ok || row[f] == "" && column != "arch" && (column != "latency_ms" || !in.Latency) {
			continue
		}
		if err := setters[i](&s, row[f]); err != nil {
			return Sample{}, in.fail(f, err)
		}
	}
	return s, nil
}

// setters parse a cell into a sample, one for each of setColumns.
var setters = []func(*Sample, string) error{
	func(s *Sample, text string) (err error) {
		if s.Arch, err = space.Parse(text); err == nil {
			err = space.Validate(s.Arch)
		}
		return err
	},
	func(s *Sample, text string) (err error) { s.LatencyMs, err = ParseLatency(text); return err },
	func(s *Sample, text string) (err error) {
		if s.StdMs, err = parseNumber(text); err == nil && s.StdMs < 0 {
			err = fmt.Errorf("standard deviation %v is negative", s.StdMs)
		}
		return err
	},
	func(s *Sample, text string) (err error) {
		if s.Runs, err = strconv.Atoi(text); err != nil || s.Runs < 0 {
			err = fmt.Errorf("%q is no number of runs", text)
		}
		return err
	},
	func(s *Sample, text string) (err error) {
		s.MeasuredAt, err = time.Parse(time.RFC3339, text)
		return err
	},
	func(s *Sample, text string) error { s.Device = strings.Clone(text); return nil },
}

func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%q is no finite number", text)
	}
	return v, nil
}

// ParseLatency reads a latency in milliseconds: a finite number above 0. Anything else is
// an error.
func ParseLatency(text string) (float64, error) {
	v, err := parseNumber(text)
	if err == nil && v <= 0 {
		err = fmt.Errorf("latency %v ms is not above 0", v)
	}
	return v, err
}

// fail wraps err with the place of a field in the last row read.
func (in *Reader) fail(field int, err error) error {
	line, column := in.csv.FieldPos(field)
	return &ParseError{in.name, line, column, err}
}

// wrap turns errors of package csv into ours.
func (in *Reader) wrap(err error) error {
	var syntax *csv.ParseError
	if errors.As(err, &syntax) {
		return &ParseError{in.name, syntax.Line, max(1, syntax.Column), syntax.Err}
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return fmt.Errorf("%s: the file was cut short: its compressed data end after %d bytes of text; get it again (%w)", in.name, in.csv.InputOffset(), err)
	}
	return fmt.Errorf("%s: %w", in.name, err)
}

// LimitLines returns a reader of r that errs if a line is much longer than 64 kB. Package
// csv would hold such a line in memory whole.
func LimitLines(r io.Reader) io.Reader { return &lineLimiter{r: r} }

type lineLimiter struct {
	r    io.Reader
	line int
}

func (l *lineLimiter) Read(p []byte) (int, error) {
	n, err := l.r.Read(p)
	for rest := p[:n]; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			l.line += len(rest)
			break
		}
		l.line, rest = 0, rest[i+1:]
	}
	if l.line > maxLine {
		return 0, fmt.Errorf("a line is longer than %d bytes", maxLine)
	}
	return n, err
}

// Read reads a set of measurements whole. It errs if there is no row, if there are more
// than MaxRows, or if a row has no latency. Errors refer to the file as name, which also
// becomes the set's Name and Title.
func Read(r io.Reader, name string) (*Set, error) {
	in := NewReader(r, name)
	in.Latency = true
	s := &Set{Info: Info{Name: name, Title: name}}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(s.Samples) == MaxRows {
			return nil, fmt.Errorf("%s: more than %d rows", name, MaxRows)
		}
		if row.Device != "" {
			s.Device = row.Device
		}
		s.Samples = append(s.Samples, row)
	}
	if len(s.Samples) == 0 {
		return nil, fmt.Errorf("%s: no rows", name)
	}
	s.Rows = len(s.Samples)
	s.Encoding = s.encoding().Name()
	return s, nil
}

// Write writes s in the format of this package, every float64 exact. It writes arch and
// latency_ms, and of the optional columns those that are not empty in all rows.
func Write(w io.Writer, s *Set) error {
	cells := []func(Sample) string{
		func(r Sample) string { return r.Arch.String() },
		func(r Sample) string { return exact(r.LatencyMs) },
		func(r Sample) string { return exact(r.StdMs) },
		func(r Sample) string {
			if r.Runs == 0 {
				return ""
			}
			return strconv.Itoa(r.Runs)
		},
		func(r Sample) string {
			if r.MeasuredAt.IsZero() {
				return ""
			}
			return r.MeasuredAt.Format(time.RFC3339)
		},
		func(r Sample) string { return r.Device },
	}
	var header []string
	var used []int
	for c, column := range setColumns {
		needed := c < 2 || slices.ContainsFunc(s.Samples, func(r Sample) bool { return cells[c](r) != "" })
		if needed {
			header, used = append(header, column), append(used, c)
		}
	}
	out := csv.NewWriter(w)
	err := out.Write(header)
	row := make([]string, len(used))
	for _, sample := range s.Samples {
		for i, c := range used {
			row[i] = cells[c](sample)
		}
		err = errors.Join(err, out.Write(row))
	}
	out.Flush()
	return errors.Join(err, out.Error())
}

// exact is the shortest text that reads back as v; "" for 0, which means not known.
func exact(v float64) string {
	if v == 0 {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}
