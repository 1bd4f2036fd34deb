package sheet

import (
	"bufio"
	"bytes"
	"io"
)

// braces puts cells that begin with a bracket into quotes, so that commas inside them
// separate nothing: scripts print dictionaries between commas as they are.
type braces struct {
	in     *bufio.Reader
	quoted bool   // the next line begins inside a quoted cell
	out    []byte // what is to be read next
	line   []byte // room for a line
}

// newBraces wraps a text whose cells the separator separates. Only commas stand inside
// brackets too; with another separator it returns r.
func newBraces(r io.Reader, separator rune) io.Reader {
	if separator != ',' {
		return r
	}
	return &braces{in: bufio.NewReaderSize(r, look)}
}

func (b *braces) Read(p []byte) (int, error) {
	if len(b.out) == 0 {
		line, err := b.in.ReadSlice('\n')
		if len(line) == 0 {
			return 0, err
		}
		if b.quoted || bytes.ContainsAny(line, `"{[(`) {
			line = b.rewrite(line)
		}
		b.out = line
	}
	n := copy(p, b.out)
	b.out = b.out[n:]
	return n, nil
}

// rewrite returns the line with its bracketed cells in quotes.
func (b *braces) rewrite(line []byte) []byte {
	out := b.line[:0]
	for i := 0; i < len(line); {
		end := i
		if b.quoted {
			end, b.quoted = closing(line, i)
		} else {
			start := i + len(line[i:]) - len(bytes.TrimLeft(line[i:], " "))
			switch {
			case start < len(line) && line[start] == '"':
				end, b.quoted = closing(line, start+1)
			case start < len(line) && bytes.IndexByte([]byte("{[("), line[start]) >= 0:
				if end = bracketed(line, start); end > start && bytes.IndexByte([]byte(",\r\n"), at(line, end)) >= 0 {
					out = append(out, '"')
					out = append(out, bytes.ReplaceAll(line[start:end], []byte(`"`), []byte(`""`))...)
					out = append(out, '"')
					i = end
				}
			}
		}
		rest := len(line)
		if !b.quoted && end < len(line) {
			if comma := bytes.IndexByte(line[end:], ','); comma >= 0 {
				rest = end + comma + 1
			}
		}
		out = append(out, line[i:rest]...)
		i = rest
	}
	b.line = out
	return out
}

// at is a byte of a line, a line feed beyond its end.
func at(line []byte, i int) byte {
	if i < len(line) {
		return line[i]
	}
	return '\n'
}

// closing returns the place after the quote that ends a cell, whose content is at i;
// open: it is not in this line.
func closing(line []byte, i int) (end int, open bool) {
	for ; i < len(line); i++ {
		if line[i] != '"' {
			continue
		}
		if at(line, i+1) != '"' {
			return i + 1, false
		}
		i++ // a doubled quote is one of the content
	}
	return len(line), true
}

// bracketed returns the place after the bracket that closes the one at i, or i if none
// does. Brackets in strings don't count.
func bracketed(line []byte, i int) int {
	depth := 0
	var quote byte
	for j := i; j < len(line); j++ {
		c := line[j]
		switch {
		case quote != 0 && c == '\\':
			j++
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '{' || c == '[' || c == '(':
			depth++
		case c == '}' || c == ']' || c == ')':
			if depth--; depth == 0 {
				return j + 1
			}
		}
	}
	return i
}
