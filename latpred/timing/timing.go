package timing

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Reading is what was read of a program's output.
type Reading struct {
	Ms   float64 // the time of one run, in milliseconds, above 0
	From string  // which number of which report it is: "trtexec: median of GPU Compute Time"; "" for numbers alone
	Unit string  // that was told, such as "us"; "" where there was none and milliseconds were supposed
}

// Read finds the time in what a program printed. pick may be nil; otherwise it says which
// number counts, and nothing else is tried, see Pick. It errs if the text holds no time,
// or more than one number and no known report.
func Read(text string, pick *regexp.Regexp) (Reading, error) {
	if strings.TrimSpace(text) == "" {
		return Reading{}, errors.New("printed nothing, want milliseconds")
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	text = wrapped.ReplaceAllString(text, "(")
	if pick != nil {
		return picked(text, pick)
	}
	list := numbers(text)
	if alone(text, list) {
		return fastest(list)
	}
	for _, r := range Reports {
		if ms, unit, what := r.read(text); ms > 0 {
			return Reading{Ms: ms, From: r.Tool + ": " + what, Unit: unit}, nil
		}
	}
	if len(list) == 1 && list[0].ms > 0 && list[0].bad() == "" && ofARun.MatchString(text) && !ofAnother.MatchString(text) {
		n := list[0]
		return Reading{Ms: n.value * n.ms, From: strings.TrimSpace(n.before) + " " + n.text, Unit: "that"}, nil
	}
	return Reading{}, unclear(text, list)
}

// wrapped is what NumPy and PyTorch print around a number.
var wrapped = regexp.MustCompile(`\b(?:(?:np|numpy)\.)?(?:float(?:16|32|64)?|tensor|array)\(`)

// ofARun and ofAnother tell a name of the time that is wanted from one of another time.
var (
	ofARun    = regexp.MustCompile(`(?i)laten|time|median|mean|avg|average|inference|per (?:run|iter|loop|image)|_ms|_us`)
	ofAnother = regexp.MustCompile(`(?i)load|init|compil|build|warm|start|session|total|elapsed|timeout|limit`)
)

// alone says whether a text is numbers, units, white space and the punctuation of lists,
// and nothing else.
func alone(text string, list []number) bool {
	at := 0
	for _, n := range list {
		if strings.Trim(text[at:n.start], " \t\r\n,;[]()") != "" {
			return false
		}
		at = n.end
	}
	return len(list) > 0 && strings.Trim(text[at:], " \t\r\n,;[]()") == ""
}

// fastest is the smallest of numbers that stand alone.
func fastest(list []number) (best Reading, err error) {
	told := list[0].ms
	for _, n := range list {
		if why := n.bad(); why != "" {
			return Reading{}, fmt.Errorf("printed %s, which %s; want milliseconds alone", n.text, why)
		}
		if n.ms != told && (n.ms != 0 && n.ms != 1 || told != 0 && told != 1) {
			return Reading{}, fmt.Errorf("printed %s beside %s: the same unit is wanted behind each number", list[0].text, n.text)
		}
		ms := n.value
		if n.ms > 0 {
			ms *= n.ms
		}
		if best.Ms == 0 || ms < best.Ms {
			best.Ms, best.Unit = ms, strings.TrimLeft(n.text, "+-.0123456789eE \t")
		}
	}
	return best, nil
}

// unclear is the error for a text of which no number is known to be the time: it shows
// the numbers and how to choose.
func unclear(text string, list []number) error {
	const how = "--pick 'REGEXP' says which number counts: the first one after what it matches"
	if len(list) == 0 {
		return fmt.Errorf("printed %q, want milliseconds alone", excerpt(text))
	}
	told := slices.DeleteFunc(slices.Clone(list), func(n number) bool { return n.ms == 0 })
	if len(told) == 0 {
		told = list
	}
	var shown []string
	for i, n := range told { // dates and counts say little
		if i == 8 {
			shown = append(shown, "…")
			break
		}
		before := strings.Trim(n.before, " \t,;|")
		if runes := []rune(before); len(runes) > 24 {
			before = "…" + string(runes[len(runes)-24:])
		}
		shown = append(shown, strings.TrimSpace(before+" "+n.text))
	}
	if len(list) == 1 && list[0].bad() == "" {
		return fmt.Errorf("printed %q, want milliseconds alone, or a unit behind the number; %s", excerpt(text), how)
	}
	return fmt.Errorf("printed %d numbers and words, want milliseconds alone: %s; %s", len(told), strings.Join(shown, " | "), how)
}

// excerpt is the beginning of a text, for an error.
func excerpt(text string) string {
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > 200 {
		return string(runes[:200]) + "…"
	}
	return text
}
