// Package limits holds numbers on a command line against the limits that their flags declare
// in tags, beside their help:
//
//	Batch    int     `default:"32" min:"1" max:"65536" help:"Rows a step."`
//	Rate     float64 `above:"0" max:"1e6" help:"Learning rate."`
//	Interval float64 `above:"0" below:"1" help:"Level of the interval."`
//
// min and max may be reached, above and below may not. Limits of a time.Duration are durations,
// such as 1s; those of a list are those of each of its numbers. What is not given on the
// command line, a default, is not looked at.
package limits

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// duration is the type of flags whose limits are durations.
var duration = reflect.TypeFor[time.Duration]()

// Check errs on the first number of a command line that is beyond a limit, or not a number at
// all, and names its flag, the number and the limits. A limit that can't be read panics.
func Check(c *kong.Context) error {
	for _, element := range c.Path {
		v := element.Positional
		if element.Flag != nil {
			v = element.Flag.Value
		}
		if v == nil {
			continue
		}
		for _, n := range numbers(v.Target) {
			if !of(v).hold(n) {
				return fmt.Errorf("%s %s: want %s", v.ShortSummary(), format(n, v), of(v))
			}
		}
	}
	return nil
}

// Unlimited lists the flags and arguments of an application that take numbers and lack a limit
// on either side, for a test that there are none. Those of unsigned numbers, such as seeds,
// need none.
func Unlimited(app *kong.Application) (list []string) {
	var walk func(n *kong.Node)
	walk = func(n *kong.Node) {
		values := append([]*kong.Value{}, n.Positional...)
		for _, f := range n.Flags {
			values = append(values, f.Value)
		}
		for _, v := range values {
			if l := of(v); isNumber(v.Target.Type()) && (l.low() == "" || l.high() == "") {
				list = append(list, n.FullPath()+" "+v.ShortSummary())
			}
		}
		for _, child := range n.Children {
			walk(child)
		}
	}
	walk(app.Node)
	return list
}

// isNumber reports whether a type is one of signed numbers, or of lists of them.
func isNumber(t reflect.Type) bool {
	if t.Kind() == reflect.Slice || t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Float32, reflect.Float64:
		return true
	}
	return false
}

// numbers are the numbers of a flag; nil where it takes none.
func numbers(v reflect.Value) (list []float64) {
	switch {
	case !isNumber(v.Type()):
	case v.Kind() == reflect.Slice:
		for i := range v.Len() {
			list = append(list, numbers(v.Index(i))...)
		}
	case v.Kind() == reflect.Pointer:
		if !v.IsNil() {
			list = numbers(v.Elem())
		}
	case v.CanInt():
		list = []float64{float64(v.Int())}
	default:
		list = []float64{v.Float()}
	}
	return list
}

// limit has the limits of a flag as its tags write them; "": none.
type limit struct {
	min, above, max, below string
	of                     *kong.Value
}

func of(v *kong.Value) limit {
	return limit{v.Tag.Get("min"), v.Tag.Get("above"), v.Tag.Get("max"), v.Tag.Get("below"), v}
}

func (l limit) low() string  { return cmp.Or(l.min, l.above) }
func (l limit) high() string { return cmp.Or(l.max, l.below) }

// hold reports whether a number is within the limits.
func (l limit) hold(n float64) bool {
	return !math.IsNaN(n) &&
		(l.min == "" || n >= l.read(l.min)) && (l.above == "" || n > l.read(l.above)) &&
		(l.max == "" || n <= l.read(l.max)) && (l.below == "" || n < l.read(l.below))
}

// read is a limit as a number.
func (l limit) read(text string) float64 {
	var n float64
	var err error
	if l.of.Target.Type() == duration {
		var d time.Duration
		d, err = time.ParseDuration(text)
		n = float64(d)
	} else {
		n, err = strconv.ParseFloat(text, 64)
	}
	if err != nil {
		panic(fmt.Sprintf("limits: %s: %v", l.of.ShortSummary(), err))
	}
	return n
}

// String says in words what is within the limits.
func (l limit) String() string {
	var words []string
	for _, side := range []struct{ word, limit string }{
		{"at least ", l.min}, {"more than ", l.above}, {"at most ", l.max}, {"less than ", l.below},
	} {
		if side.limit != "" {
			words = append(words, side.word+side.limit)
		}
	}
	switch {
	case l.min != "" && l.max != "":
		return l.min + " to " + l.max
	case words == nil:
		return "a number"
	}
	return strings.Join(words, " and ")
}

// format writes a number as its flag does.
func format(n float64, v *kong.Value) string {
	if v.Target.Type() == duration {
		return time.Duration(n).String()
	}
	return strconv.FormatFloat(n, 'g', -1, 64)
}
