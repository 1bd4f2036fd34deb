package literal

import (
	"math"
	"strconv"
	"strings"
)

// number reads a number as JSON or Python write it: decimal, infinite, or nan.
func (p *parser) number() (Value, error) {
	start := p.at
	if c := p.peek(); c == '-' || c == '+' {
		p.at++
	}
	for {
		c := p.peek()
		exponent := (c == '-' || c == '+') && (p.text[p.at-1] == 'e' || p.text[p.at-1] == 'E')
		if !isNameByte(c) && !exponent {
			break
		}
		p.at++
	}
	text := p.text[start:p.at]
	if n, ok := digits(text); ok {
		return Value{Kind: Number, Number: n, Text: text}, nil
	}
	switch strings.ToLower(strings.TrimLeft(text, "+-")) {
	case "inf", "infinity", "nan":
	default:
		if strings.ContainsAny(text, "xXpP_") || strings.ContainsAny(text, "iInN") { // Go reads more than Python writes
			return Value{}, p.errorf(start, "%q is no number", text)
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil && !math.IsInf(f, 0) {
		return Value{}, p.errorf(start, "%q is no number", text)
	}
	return Value{Kind: Number, Number: f, Text: text}, nil
}

// digits reads a number of a few digits.
func digits(text string) (n float64, ok bool) {
	if len(text) > 9 {
		return 0, false
	}
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = 10*n + float64(text[i]-'0')
	}
	return n, text != ""
}
