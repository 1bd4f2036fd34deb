package run

import (
	"regexp"
	"strings"
)

var (
	usesDisplays = regexp.MustCompile(`\bgonbui\.[A-Z]`)
	mainCommand  = regexp.MustCompile(`^(?://gonb:)?%(?:%|main)(?:\s|$)`)
	mainFunction = regexp.MustCompile(`(?m)^func main\(\)\s*\{`)
)

// flush ends a cell's program when GoNB has taken its displays. GoNB reads displays beside
// the program and drops those that it has not read when the program ends, about one in
// forty on a busy machine; a damaged connection it passes over in silence.
const flush = `defer func() { gonbui.Sync(); if err := gonbui.Error(); err != nil { panic("a display was lost: " + err.Error()) } }(); `

// flushed returns the source of a cell so that no display is lost that it shows by package
// gonbui of its own accord. (Those of package kernelext wait by themselves.) Lines stay
// where they are. A cell without a main part is returned as it is.
func flushed(source string) string {
	if !usesDisplays.MatchString(source) || strings.Contains(source, "%wasm") {
		return source
	}
	if place := mainFunction.FindStringIndex(source); place != nil {
		return source[:place[1]] + " " + flush + source[place[1]:]
	}
	lines := strings.SplitAfter(source, "\n")
	begun := false
	for i, line := range lines {
		switch {
		case mainCommand.MatchString(line):
			begun = true
		case begun && !strings.HasPrefix(line, "!") && !strings.HasPrefix(line, "%") && !strings.HasPrefix(line, "//gonb:"):
			lines[i] = flush + line
			return strings.Join(lines, "")
		}
	}
	return source
}

// unflushed takes what flushed has put into a cell out of an error message that quotes it,
// and moves the mark under the quoted line to where it belongs.
func unflushed(message string) string {
	if !strings.Contains(message, flush) {
		return message
	}
	lines := strings.Split(message, "\n")
	for i, line := range lines {
		if !strings.Contains(line, flush) {
			continue
		}
		lines[i] = strings.Replace(line, flush, "", 1)
		if i+1 < len(lines) && strings.TrimLeft(lines[i+1], " ") == "^" && len(lines[i+1]) > len(flush) {
			lines[i+1] = lines[i+1][len(flush):]
		}
	}
	return strings.Join(lines, "\n")
}
