package dataset

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// unit is a unit of time.
type unit struct {
	name  string // "ms"; "": not told, which means milliseconds
	shift int    // power of ten that makes milliseconds of it
}

var milliseconds = unit{"ms", 0}

// unitNames are the units of time, by what headers and cells call them.
var unitNames = map[string]unit{
	"s": {"s", 3}, "sec": {"s", 3}, "secs": {"s", 3}, "second": {"s", 3}, "seconds": {"s", 3},
	"ms": milliseconds, "msec": milliseconds, "msecs": milliseconds, "millis": milliseconds, "millisec": milliseconds, "millisecs": milliseconds,
	"millisecond": milliseconds, "milliseconds": milliseconds,
	"us": {"µs", -3}, "usec": {"µs", -3}, "usecs": {"µs", -3}, "micros": {"µs", -3}, "microsec": {"µs", -3}, "microsecond": {"µs", -3}, "microseconds": {"µs", -3},
	"ns": {"ns", -6}, "nsec": {"ns", -6}, "nsecs": {"ns", -6}, "nanos": {"ns", -6}, "nanosec": {"ns", -6}, "nanosecond": {"ns", -6}, "nanoseconds": {"ns", -6},
}

// microSigns are the ways to write µ: micro sign, Greek letter, Latin-1.
var microSigns = strings.NewReplacer("µ", "u", "μ", "u", "\xb5", "u")

// unitOf finds a unit by its name, in any case.
func unitOf(name string) (unit, bool) {
	if u, ok := unitNames[name]; ok {
		return u, true
	}
	u, ok := unitNames[strings.ToLower(microSigns.Replace(strings.TrimRight(strings.TrimSpace(name), ".")))]
	return u, ok
}

// or is u, or v where u is not told.
func (u unit) or(v unit) unit {
	if u.name == "" {
		return v
	}
	return u
}

// ms reads a number of this unit as milliseconds. The result is the float64 nearest to the
// number as it stands in the file: 5.0216e-3 s are 5.0216 ms.
func (u unit) ms(number string) (float64, error) {
	if u.shift == 0 {
		return parseNumber(number)
	}
	mantissa, exponent := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		var err error
		if exponent, err = strconv.Atoi(number[i+1:]); err != nil {
			return 0, fmt.Errorf("%q is no finite number", number)
		}
		mantissa = number[:i]
	}
	v, err := parseNumber(fmt.Sprintf("%se%d", mantissa, exponent+u.shift))
	if err != nil {
		return 0, fmt.Errorf("%q is no finite number", number)
	}
	return v, nil
}

func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%s is no finite number", shown(text))
	}
	return v, nil
}

// shown quotes the start of a cell.
func shown(text string) string {
	const most = 60
	if len(text) > most {
		return strconv.Quote(text[:most]) + "…"
	}
	return strconv.Quote(text)
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
