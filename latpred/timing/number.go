package timing

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

// unitMs are the milliseconds of a unit, by the names that programs print.
var unitMs = map[string]float64{}

func init() {
	for ms, names := range map[float64]string{
		1e-6: "ns nsec nsecs nanosecond nanoseconds",
		1e-3: "us µs μs usec usecs microsecond microseconds",
		1:    "ms msec msecs milli millis millisecond milliseconds",
		1e3:  "s sec secs second seconds",
	} {
		for _, name := range strings.Fields(names) {
			unitMs[name] = ms
		}
	}
}

const (
	decimal = `[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?`
	unit    = `(?:[nuµμm]s(?:ecs?)?|s(?:ecs?|econds?)?|(?:nano|micro|milli)seconds?|millis?)`
)

var (
	// found is a number in a text that is not part of a word, and a unit behind it. A
	// comma between digits is taken with it, to be refused.
	found = regexp.MustCompile(`(?i)(^|[^\pL\d_.,-])(` + decimal + `(?:,\d+)*(?:\.\d+)?)(?:[ \t]*(` + unit + `))?($|[^\pL\d_])`)
	// named is a unit at the end of what stands before a number: "latency_ms", "time (us)".
	named = regexp.MustCompile(`(?i)(?:^|[_ \t(\["'])(` + unit + `)["')\]]*\s*[:=]?\s*["'\[(]*$`)
)

// number is one number of a text.
type number struct {
	value      float64
	ms         float64 // of its unit; 0: no unit is told
	before     string  // what stands before it in its line, up to the number before
	text       string  // the number and its unit, as printed
	line       int     // counted from 0
	start, end int     // in the text
}

// bad says why a number is no time; "" if it is one.
func (n number) bad() string {
	switch {
	case strings.Contains(n.text, ","):
		return "has a comma: a point is wanted for decimals, and nothing for thousands"
	case !(n.value > 0) || math.IsInf(n.value, 0):
		return "is no time"
	}
	return ""
}

// numbers lists those of a text, in order. A unit may stand behind a number, or at the
// end of the name before it.
func numbers(text string) []number {
	var list []number
	last := 0 // end of the number before
	for at := 0; at < len(text); {
		m := found.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		start, end := at+m[4], at+m[5]
		if start > 0 && strings.IndexByte("0123456789._", text[start-1]) >= 0 { // the rest of a version
			at = end
			continue
		}
		n := number{start: start, end: end, line: strings.Count(text[:start], "\n")}
		n.before = text[max(last, strings.LastIndexByte(text[:start], '\n')+1):start]
		n.value, _ = strconv.ParseFloat(text[start:end], 64) // 0 with a comma: bad tells
		if m[6] >= 0 {
			end = at + m[7]
			n.ms = unitMs[strings.ToLower(text[at+m[6]:end])]
		} else if u := named.FindStringSubmatch(n.before); u != nil {
			n.ms = unitMs[strings.ToLower(u[1])]
		}
		n.text, n.end = text[start:end], end
		list = append(list, n)
		at, last = end, end
	}
	return list
}
