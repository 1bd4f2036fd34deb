package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// FormatError says that a file is no notebook that this package reads, and where.
type FormatError struct {
	Line, Column int // 1-based, in characters; 0: it concerns the whole file
	Reason       string
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}

// at is a FormatError at a byte of a text.
func at(text []byte, offset int, format string, args ...any) *FormatError {
	before := text[:min(max(0, offset), len(text))]
	line := bytes.LastIndexByte(before, '\n') + 1
	return &FormatError{Line: bytes.Count(before, []byte("\n")) + 1, Column: utf8.RuneCount(before[line:]) + 1, Reason: fmt.Sprintf(format, args...)}
}

// decoded gives the text of a file as UTF-8 without a byte order mark. UTF-16 is known by
// its mark, or by the zero bytes of what every notebook begins with.
func decoded(content []byte) ([]byte, error) {
	endian := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(content, []byte("\xff\xfe")), bytes.HasPrefix(content, []byte("{\x00")):
	case bytes.HasPrefix(content, []byte("\xfe\xff")), bytes.HasPrefix(content, []byte("\x00{")):
		endian = unicode.BigEndian
	default:
		return bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), nil
	}
	text, _, err := transform.Bytes(unicode.UTF16(endian, unicode.UseBOM).NewDecoder(), content)
	if errors.Is(err, unicode.ErrMissingBOM) {
		text, _, err = transform.Bytes(unicode.UTF16(endian, unicode.IgnoreBOM).NewDecoder(), content)
	}
	return text, err
}

// What a version-control system leaves of a conflict: the begin of it, which no program
// has, and any of its lines.
var (
	conflict     = regexp.MustCompile(`(?m)^<{7}(?: .*)?\r?$`)
	conflictLine = regexp.MustCompile(`(?m)^(?:<{7}|\|{7}|={7}|>{7})(?: .*)?\r?$`)
)

// checkJSON errs, with the place, unless a text is one JSON value.
func checkJSON(text []byte) error {
	if kind := foreign(text); kind != "" {
		return &FormatError{Reason: "no notebook: " + kind}
	}
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return at(text, i, "no UTF-8 text: save the notebook as UTF-8")
		}
		i += size
	}
	var value json.RawMessage
	err := json.Unmarshal(text, &value)
	if err == nil {
		return nil
	}
	if place := conflictLine.FindIndex(text); place != nil {
		return at(text, place[0], "a merge conflict (%s) that is not resolved: choose one side, or take a version without it from version control",
			strings.TrimSpace(string(text[place[0]:place[1]])))
	}
	var wrong *json.SyntaxError
	if !errors.As(err, &wrong) {
		return &FormatError{Reason: "no notebook: " + err.Error()}
	}
	if end := len(bytes.TrimRight(text, " \t\r\n")); int(wrong.Offset) >= end && strings.Contains(err.Error(), "unexpected end") {
		return at(text, end, "no notebook but its begin: the file is cut off here")
	}
	place := int(wrong.Offset) - 1
	if rest := text[max(0, place):]; bytes.HasPrefix(rest, []byte("NaN")) || bytes.HasPrefix(rest, []byte("Infinity")) {
		return at(text, place, "NaN and Infinity are no JSON: clear the outputs (jupyter nbconvert --clear-output --inplace FILE)")
	}
	return at(text, place, "no JSON, which a notebook is: %v", err)
}

// foreign says what a file is that is known by its begin, "" where it may be JSON.
func foreign(text []byte) string {
	begin := bytes.TrimLeft(text[:min(len(text), 4096)], " \t\r\n")
	for _, known := range []struct{ begin, kind string }{
		{"\x1f\x8b", "a file compressed by gzip; unpack it first"},
		{"PK\x03\x04", "a zip archive; unpack it first"},
		{"%PDF", "a PDF"},
		{"\x89PNG", "a picture"},
		{"version https://git-lfs", "a pointer of Git LFS, the notebook itself is not here: git lfs pull fetches it"},
		{"<<<<<<<", "a merge conflict (<<<<<<<) from the first line on: choose one side, with git checkout --ours or --theirs"},
		{"<", "a page in HTML or XML; where it was downloaded, take the raw file"},
		{"package ", "a Go program; go run executes it"},
		{"---\n", "a text with a header, such as jupytext writes: jupytext --to notebook FILE makes a notebook of it"},
		{"# %%", "a program with cells in comments: jupytext --to notebook FILE makes a notebook of it"},
		{"# ---", "a program with a header in comments: jupytext --to notebook FILE makes a notebook of it"},
	} {
		if bytes.HasPrefix(begin, []byte(known.begin)) {
			return known.kind
		}
	}
	switch {
	case len(begin) == 0 && len(text) == 0:
		return "the file is empty"
	case len(begin) == 0:
		return "only white space"
	case bytes.IndexByte(begin, 0) >= 0:
		return "a binary file"
	}
	return ""
}

// checkFormat errs unless the outermost object of a file is that of a notebook of format 4.
func checkFormat(top *object) error {
	format := top.get("nbformat")
	if format == nil {
		return &FormatError{Reason: fmt.Sprintf("no notebook: JSON without \"nbformat\"%s", otherDocument(top))}
	}
	var number float64
	if err := json.Unmarshal(format, &number); err != nil || number != float64(int(number)) {
		return &FormatError{Reason: fmt.Sprintf("no notebook: its \"nbformat\" is %.40s, want 4", format)}
	}
	switch {
	case number < 4:
		return &FormatError{Reason: fmt.Sprintf("notebook format %v, want 4: jupyter nbconvert --to notebook --nbformat 4 --output NEW OLD converts it", number)}
	case number > 4:
		return &FormatError{Reason: fmt.Sprintf("notebook format %v, want 4: save it as format 4 in the program that wrote it", number)}
	case kindOf(top.get("cells")) != "a list":
		return &FormatError{Reason: fmt.Sprintf("no notebook: its \"cells\" are %s, want a list", kindOf(top.get("cells")))}
	}
	return nil
}

// otherDocument says what a JSON object seems to be.
func otherDocument(top *object) string {
	switch {
	case top.get("paragraphs") != nil:
		return "; it looks like a note of Zeppelin"
	case top.get("cells") != nil:
		return `; its cells look like format 4: add "nbformat": 4 and "nbformat_minor": 4`
	case top.get("worksheets") != nil:
		return `; its worksheets look like format 3: add "nbformat": 3, then jupyter nbconvert --to notebook --nbformat 4 FILE`
	}
	var names []string
	for _, m := range top.members[:min(len(top.members), 4)] {
		names = append(names, m.name)
	}
	if len(names) == 0 {
		return ""
	}
	return "; it has " + strings.Join(names, ", ")
}
