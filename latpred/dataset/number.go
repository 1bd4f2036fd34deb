package dataset

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// decimals reads numbers with decimal points or decimal commas; a cell with a comma stands in
// quotes where commas separate cells. It never guesses at a thousands separator.
type decimals struct {
	separator rune // between cells
	point     int  // line of the first number with a decimal point; 0: none
	comma     int  // the same with a comma
	proven    bool // a comma stood where no thousands separator can
	doubt     string
	doubtLine int // of the first number, doubt, whose comma may separate thousands; 0: none
}

// plain gives a number with a decimal point in place of its comma.
func (d *decimals) plain(text string, line int) (string, error) {
	text = strings.Replace(text, "−", "-", 1)
	whole, fraction, ok := strings.Cut(text, ",")
	switch {
	case !ok && !strings.Contains(text, "."):
		return text, nil
	case !ok:
		if d.comma > 0 {
			return "", fmt.Errorf("%s has a decimal point, line %d a comma: which of them separates thousands?", shown(text), d.comma)
		}
		if d.point == 0 {
			d.point = line
		}
		return text, nil
	case strings.Contains(fraction, ",") || strings.Contains(text, "."):
		return "", fmt.Errorf("%s is no finite number: write it without a thousands separator", shown(text))
	case d.point > 0:
		return "", fmt.Errorf("%s has a comma, line %d a decimal point: which of them separates thousands?", shown(text), d.point)
	}
	if d.comma == 0 {
		d.comma = line
	}
	whole = strings.TrimLeft(whole, "+-")
	if d.separator == ';' || len(fraction) != 3 || len(whole) == 0 || len(whole) > 3 || whole[0] == '0' {
		d.proven = true // semicolons separate because the comma is the decimal one
	} else if d.doubtLine == 0 {
		d.doubt, d.doubtLine = strings.Clone(text), line
	}
	return strings.Replace(text, ",", ".", 1), nil
}

// end reports a comma that was taken for a decimal one without any proof.
func (d *decimals) end(name string) error {
	if d.doubtLine == 0 || d.proven {
		return nil
	}
	return &ParseError{name, d.doubtLine, 1, fmt.Errorf("does the comma in %s separate thousands? Write it with a decimal point, or without a comma", shown(d.doubt))}
}

// gapWords are cells of any column that say that there is no value.
var gapWords = map[string]bool{}

func init() {
	for _, w := range []string{
		"", "nan", "none", "null", "nil", "na", "n/a", "<na>", "#n/a", "nat", "-", "--", "–", "—", "?",
		"inf", "-inf", "+inf", "infinity", "-infinity", "timeout", "oom", "error", "fail", "failed", "missing", "undefined", "unknown", "#value!", "#div/0!", "#ref!", "#num!",
	} {
		gapWords[w] = true
	}
}

// isGap reports whether a cell is empty, or a word: it has no digit, or begins with a letter.
func isGap(cell string) bool {
	first, _ := utf8.DecodeRuneInString(cell)
	return !strings.ContainsAny(cell, "0123456789") || unicode.IsLetter(first) || first == '#'
}

// errGap is the error of a cell that says that there is no measurement.
var errGap = errors.New("not measured")

// time reads a cell that holds a time: a number, with its unit or without. What is no
// positive number is errGap if it says that nothing was measured, or another error.
func (d *decimals) time(text string, column unit, line int) (ms float64, in unit, err error) {
	text = strings.TrimSpace(text)
	if isGap(text) {
		return 0, column, errGap
	}
	end := strings.LastIndexAny(text, "0123456789.") + 1
	number, suffix := strings.TrimSpace(text[:end]), strings.TrimSpace(text[end:])
	in = column
	if suffix != "" {
		told, ok := unitOf(suffix)
		if !ok {
			return 0, in, fmt.Errorf("%s is no finite number, and none with a unit of time", shown(text))
		}
		if column.name != "" && column.name != told.name {
			return 0, in, fmt.Errorf("%s in a column of %s", shown(text), column.name)
		}
		in = told
	}
	if number, err = d.plain(number, line); err != nil {
		return 0, in, err
	}
	if ms, err = in.ms(number); err == nil && ms <= 0 {
		err = errGap
	}
	return ms, in, err
}
