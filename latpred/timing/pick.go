package timing

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Pick compiles a pattern that says which number of an output counts. A pattern with a
// group marks the number by its first group; otherwise the first number after the match
// counts, in the same line. A unit behind the number, or at the end of the name before it,
// is honoured; without one it is milliseconds. Several matches are runs of one thing if
// their lines differ in numbers only, and the fastest counts; otherwise Read errs. ""
// gives nil: no pattern.
func Pick(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		return nil, nil
	}
	p, err := regexp.Compile(pattern)
	if err != nil {
		return nil, fmt.Errorf("%q is no pattern: %w", pattern, err)
	}
	if p.MatchString("") {
		return nil, fmt.Errorf("the pattern %q matches everywhere", pattern)
	}
	return p, nil
}

// picked reads the number that a pattern says.
func picked(text string, pick *regexp.Regexp) (Reading, error) {
	list := numbers(text)
	var chosen []number
	for _, m := range pick.FindAllStringSubmatchIndex(text, -1) {
		n, err := at(text, list, m)
		if err != nil {
			return Reading{}, fmt.Errorf("printed %q for --pick %q: %w", excerpt(text[m[0]:m[1]]), pick, err)
		}
		chosen = append(chosen, n)
	}
	if len(chosen) == 0 {
		return Reading{}, fmt.Errorf("printed nothing that --pick %q matches: %q", pick, excerpt(text))
	}
	if form := lineForm(text, chosen[0]); len(chosen) > 1 {
		for _, n := range chosen[1:] {
			if lineForm(text, n) != form || n.ms != chosen[0].ms {
				return Reading{}, fmt.Errorf("printed %d numbers that --pick %q matches, of different lines (%q and %q): want one",
					len(chosen), pick, strings.TrimSpace(lineOf(text, chosen[0])), strings.TrimSpace(lineOf(text, n)))
			}
		}
	}
	best, err := fastest(chosen)
	best.From = fmt.Sprintf("--pick %q", pick)
	return best, err
}

// at is the number that a match m of a pattern marks.
func at(text string, list []number, m []int) (number, error) {
	if len(m) > 2 { // by its group
		if m[2] < 0 {
			return number{}, fmt.Errorf("its group matches nothing")
		}
		group := strings.TrimSpace(text[m[2]:m[3]])
		for _, n := range list { // with the unit that stands behind it
			if n.start >= m[2] && n.start < m[3] {
				return n, nil
			}
		}
		v, err := strconv.ParseFloat(group, 64) // within a word: "t12.5"
		if err != nil {
			return number{}, fmt.Errorf("%q is no number", group)
		}
		return number{value: v, text: group, start: m[2], end: m[3]}, nil
	}
	for _, n := range list {
		if n.end > m[1] && !strings.Contains(text[m[1]:max(m[1], n.start)], "\n") {
			if n.start < m[1] { // the match ends within it
				continue
			}
			return n, nil
		}
	}
	return number{}, fmt.Errorf("no number stands after it in its line")
}

var digits = regexp.MustCompile(`\d+(?:\.\d+)?`)

func lineOf(text string, n number) string {
	from := strings.LastIndexByte(text[:n.start], '\n') + 1
	line, _, _ := strings.Cut(text[from:], "\n")
	return line
}

// lineForm is the line before a number, without its numbers.
func lineForm(text string, n number) string {
	from := strings.LastIndexByte(text[:n.start], '\n') + 1
	return digits.ReplaceAllString(text[from:n.start], "#")
}
