package kernelext

import (
	"strconv"
	"strings"
)

// decimal writes four significant digits, such as 31.66 and 9.526·10⁻⁵; numbers from ten
// thousand on are written as whole numbers, such as 1,195,000.
func decimal(v float64) string {
	text := strconv.FormatFloat(v, 'g', 4, 64)
	mantissa, exponent, scientific := strings.Cut(text, "e")
	switch n, _ := strconv.Atoi(exponent); {
	case !scientific:
		return grouped(text)
	case n > 0 && n < 9:
		return grouped(strconv.FormatFloat(v, 'f', 0, 64))
	default:
		return mantissa + "·10" + superscript(n)
	}
}

// grouped puts separators between thousands, from ten thousand on.
func grouped(number string) string {
	whole, rest, _ := strings.Cut(number, ".")
	digits := strings.TrimPrefix(whole, "-")
	if len(digits) < 5 || strings.Trim(digits, "0123456789") != "" {
		return number
	}
	var b strings.Builder
	b.WriteString(whole[:len(whole)-len(digits)])
	for i, d := range digits {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if rest != "" {
		b.WriteString("." + rest)
	}
	return b.String()
}

func superscript(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵",
		"6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// significant rounds v to so many digits.
func significant(v float64, digits int) float64 {
	r, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	return r
}
