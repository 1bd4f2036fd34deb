package serve

import (
	"strings"

	"github.com/ofalat/ofalat/latpred/space"
)

// scan reads the usual request for predictions, an object with a device and a list of
// canonical texts, several times as fast as package encoding/json reads it. It gives up,
// with ok false, on everything else that may be a request, and on everything that is none:
// decode reads that, and says what is wrong.
func scan(text string) (q predictRequest, ok bool) {
	s := scanner{rest: text}
	if !s.sign('{') {
		return q, false
	}
	device, archs := false, false
	for more := true; more; more = s.sign(',') {
		key, ok := s.text()
		if !ok || !s.sign(':') {
			return q, false
		}
		switch {
		case key == "device" && !device:
			device = true
			q.Device, ok = s.text()
		case key == "archs" && !archs:
			archs = true
			q.Archs, ok = s.archs()
		default:
			return q, false
		}
		if !ok {
			return q, false
		}
	}
	return q, s.sign('}') && s.space() && s.rest == ""
}

// scanner reads JSON from left to right.
type scanner struct{ rest string }

// space skips white space; it is true.
func (s *scanner) space() bool {
	s.rest = strings.TrimLeft(s.rest, " \t\r\n")
	return true
}

// sign reads a sign, after white space, if it is the next.
func (s *scanner) sign(c byte) bool {
	if s.space(); s.rest == "" || s.rest[0] != c {
		return false
	}
	s.rest = s.rest[1:]
	return true
}

// text reads a string of printable ASCII without escapes, which stands for itself.
func (s *scanner) text() (string, bool) {
	if !s.sign('"') {
		return "", false
	}
	for i := range len(s.rest) {
		switch c := s.rest[i]; {
		case c == '"':
			text := s.rest[:i]
			s.rest = s.rest[i+1:]
			return text, true
		case c == '\\' || c < ' ' || c > '~':
			return "", false
		}
	}
	return "", false
}

// archs reads a list of canonical texts.
func (s *scanner) archs() ([]arch, bool) {
	if !s.sign('[') {
		return nil, false
	}
	list := make([]arch, 0, min(4096, 1+strings.Count(s.rest, ",")))
	for more := true; more; more = s.sign(',') {
		text, ok := s.text()
		if !ok {
			return nil, false
		}
		a, ok := canonical(text)
		if !ok {
			return nil, false
		}
		list = append(list, arch{Arch: a})
	}
	return list, s.sign(']')
}

// canonical reads a text of OFA's form, words of letters, digits and hyphens, of a network
// in some space.
func canonical(text string) (space.Arch, bool) {
	for i := range len(text) {
		if c := text[i]; c != ' ' && c != '-' && !(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') {
			return space.Arch{}, false
		}
	}
	d, err := space.ParseDescription(text)
	return d.Arch, err == nil && d.Arch.Resolution > 0 && d.Space == nil && space.Validate(d.Arch) == nil
}
