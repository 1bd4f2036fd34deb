package sheet

import (
	"io"
	"strings"
)

// look is how much of a text is looked at to find the header, in bytes.
const look = 64 << 10

// separators are what may stand between cells.
const separators = ",;\t|"

// titles is how many lines of text may stand above the header.
const titles = 20

// preamble is what stands before the first row of a table.
type preamble struct {
	empty     bool     // there is no line
	offset    int      // of the first line to read, in bytes
	lines     int      // before that line
	above     int      // of them: text above the header
	separator rune     // 0: a line is one cell
	header    []string // nil: it is the first line to read
	comment   string   // the last before the first line
}

// findHeader finds header and separator at the start of a text.
func findHeader(start string, known func([]string) bool) preamble {
	var p preamble
	p.skip(start)
	if p.empty {
		return p
	}
	told := p.separator
	if told == 0 {
		p.separator = guessSeparator(start[p.offset:], known)
	}
	if first := records(start[p.offset:], p.separator, 1); len(first) == 0 || known(trimmed(first[0])) {
		return p
	}
	if p.inComment(start[p.offset:], known) {
		return p
	}
	below := p
	for below.above < titles {
		below.next(start)
		below.above++
		if below.skip(start); below.empty {
			break
		}
		if below.separator = told; told == 0 {
			below.separator = guessSeparator(start[below.offset:], known)
		}
		if names := records(start[below.offset:], below.separator, 1); len(names) == 1 && len(names[0]) > 1 && known(trimmed(names[0])) {
			return below
		}
	}
	return p
}

// skip goes to the first line that is neither empty nor a comment, nor tells the separator.
func (p *preamble) skip(start string) {
	for {
		if p.offset == len(start) {
			p.empty = true
			return
		}
		line, _, _ := strings.Cut(start[p.offset:], "\n")
		text := strings.TrimSpace(line)
		separator, told := toldSeparator(text)
		if text != "" && text[0] != '#' && !told {
			return
		}
		if told {
			p.separator = separator
		}
		if strings.HasPrefix(text, "#") {
			p.comment = strings.TrimSpace(text[1:])
		}
		p.next(start)
	}
}

// next goes to the next line.
func (p *preamble) next(start string) {
	line, _, _ := strings.Cut(start[p.offset:], "\n")
	p.offset, p.lines = min(len(start), p.offset+len(line)+1), p.lines+1
}

// inComment looks for a header in the last comment, and reports whether there is one.
func (p *preamble) inComment(rest string, known func([]string) bool) bool {
	for _, s := range separators {
		names, row := records(p.comment, s, 1), records(rest, s, 1)
		if len(names) == 1 && len(names[0]) > 1 && len(row) == 1 && len(row[0]) == len(names[0]) && known(trimmed(names[0])) {
			p.separator, p.header = s, trimmed(names[0])
			return true
		}
	}
	return false
}

// toldSeparator reads a line such as "sep=;", which spreadsheets write and read.
func toldSeparator(line string) (separator rune, ok bool) {
	value, ok := strings.CutPrefix(strings.ToLower(strings.Trim(line, `"`)), "sep=")
	if !ok {
		return 0, false
	}
	if value == "" || value == `\t` { // the tab has been trimmed
		return '\t', true
	}
	s := rune(value[0])
	return s, len(value) == 1 && strings.ContainsRune(separators, s)
}

// guessSeparator finds what separates the cells of the first lines: of the separators
// with which the first line has several cells, one that makes it a known header is
// preferred, then one that gives the second line as many, then one that gives the most.
func guessSeparator(text string, known func([]string) bool) rune {
	best, most := rune(0), 0
	for _, s := range separators {
		rows := records(text, s, 2)
		if len(rows) == 0 || len(rows[0]) < 2 {
			continue
		}
		score := len(rows[0])
		if len(rows) == 2 && len(rows[1]) == len(rows[0]) {
			score += 1e6
		}
		if known(trimmed(rows[0])) {
			score += 1e9
		}
		if score > most {
			best, most = s, score
		}
	}
	if line, _, _ := strings.Cut(text, "\n"); best == 0 && strings.HasPrefix(line, `"`) && strings.Contains(line, `" "`) {
		return ' ' // R's write.table
	}
	return best
}

// rowNames reports whether the first row has one cell more than the header, and that is the
// number 1: R names rows, but not the column of their names.
func rowNames(text string, separator rune, width int) bool {
	rows := records(text, separator, 2)
	if len(rows) < 2 {
		return false
	}
	row := rows[1]
	return len(row) == width+1 && strings.TrimSpace(row[0]) == "1" && strings.TrimSpace(row[width]) != ""
}

// records reads at most n rows of a text.
func records(text string, separator rune, n int) [][]string {
	in := newCSV(newBraces(strings.NewReader(text), separator), separator)
	in.ReuseRecord, in.LazyQuotes = false, true
	var rows [][]string
	for len(rows) < n {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return rows
		}
		rows = append(rows, row)
	}
	return rows
}
