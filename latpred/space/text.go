package space

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
)

// Text reads and writes the networks of a family that has a text form of its own.
// Families may share one.
type Text interface {
	// Recognises reports whether a text, trimmed of spaces, looks like this form.
	Recognises(text string) bool
	// Parse reads a text. If the text gives no resolution, the result has Resolution 0.
	// Errors are of type *ParseError.
	Parse(text string) (Arch, error)
	// Format gives the canonical text, which Parse reads. It has no commas.
	Format(a Arch) string
}

// maxText is the longest canonical text, in bytes, that Parse reads. Those that occur are
// far shorter.
const maxText = 4096

// ParseError reports the place in a text at which an architecture is malformed.
type ParseError struct {
	Column int    // 1-based, in bytes; 0: the text as a whole
	Reason string // what is wrong and what was expected
}

// Error gives the column and the reason.
func (e *ParseError) Error() string {
	if e.Column == 0 {
		return "architecture: " + e.Reason
	}
	return fmt.Sprintf("architecture, column %d: %s", e.Column, e.Reason)
}

// Parse reads an architecture of any registered family: its canonical text, see
// Arch.String, or a value as JSON or Python write it, see Describe.
//
// If the text gives no resolution, it is that of the family's Reference, or an error if
// the Reference has several. Errors are of type *ParseError.
//
// Parse does not ask whether a space contains the result; Space.Validate does.
func Parse(text string) (Arch, error) {
	a, err := parse(text)
	if err == nil && a.Resolution == 0 {
		a, err = a.at(a.Family.Reference())
	}
	return a, err
}

// Parse reads an architecture of the family of s, in the forms of the function Parse. The
// result need not be in s; see Validate. If the text gives no resolution, it is that of
// s, or an error if s has several. A text that tells other widths than those of s is an
// error.
func (s *Space) Parse(text string) (Arch, error) {
	d, err := ParseDescription(text)
	if err == nil {
		err = d.In(s)
	}
	switch {
	case err != nil:
		return Arch{}, err
	case d.Arch.Resolution == 0:
		return d.Arch.at(s)
	}
	return d.Arch, nil
}

// at is a with the only resolution of s.
func (a Arch) at(s *Space) (Arch, error) {
	if s.Allowed.Min != s.Allowed.Max {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("no resolution (r or image_size): space %s has several", s.ID)}
	}
	a.Resolution = s.Allowed.Min
	return a, nil
}

// MustParse is Parse for constant texts: it panics where Parse errs.
func MustParse(text string) Arch {
	a, err := Parse(text)
	if err != nil {
		panic("space: " + err.Error())
	}
	return a
}

// parse reads a text and leaves Resolution 0 if the text gives none.
func parse(text string) (Arch, error) {
	d, err := ParseDescription(text)
	return d.Arch, err
}

// ParseDescription is Parse for callers that want to know what else a text tells. Where
// it gives no resolution, that of the result is 0.
func ParseDescription(text string) (Described, error) {
	if len(text) > literal.MaxBytes {
		return Described{}, &ParseError{Reason: fmt.Sprintf("%d bytes long, want at most %d", len(text), literal.MaxBytes)}
	}
	if !literal.Begins(text) {
		a, err := parseText(text)
		return Described{Arch: a}, err
	}
	v, err := literal.Parse(text)
	var d Described
	if err == nil {
		d, err = Describe(v)
	}
	var mistake *literal.Error
	if errors.As(err, &mistake) {
		if mistake.Line > 1 {
			return d, &ParseError{0, mistake.Error()}
		}
		return d, &ParseError{mistake.Column, mistake.Reason}
	}
	return d, err
}

// parseText reads a text of one of the families' own forms. One that no family recognises
// is read as OFA's, whose errors tell what is expected.
func parseText(text string) (Arch, error) {
	if len(text) > maxText {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("%d bytes long, want at most %d", len(text), maxText)}
	}
	trimmed := strings.TrimSpace(text)
	for _, f := range families() {
		switch {
		case f.Text != nil:
			if f.Text.Recognises(trimmed) {
				return f.Text.Parse(text)
			}
		case trimmed == f.ID || strings.HasPrefix(trimmed, f.ID+" "):
			return f.parseCommon(text)
		}
	}
	return ofaText{}.Parse(text)
}

// formatCommon writes "fbnet r224 skip k3_e3-k3_e1-skip-skip …".
func formatCommon(a Arch) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s r%d", a.Family.ID, a.Resolution)
	for slot := range a.Slots() {
		if !a.Active(slot) {
			continue
		}
		separator := byte('-')
		if a.Family.Position(slot) == 0 {
			separator = ' '
		}
		b.WriteByte(separator)
		b.WriteString(a.Family.labels[a.Choice[slot]-1])
	}
	return b.String()
}

// parseCommon reads what formatCommon writes. The resolution may be left out.
func (f *Family) parseCommon(text string) (Arch, error) {
	a := Arch{Family: f}
	words := splitWords(text)[1:]
	if len(words) > 0 && strings.HasPrefix(words[0].text, "r") {
		if r, err := strconv.Atoi(words[0].text[1:]); err == nil && r > 0 {
			a.Resolution = r
			words = words[1:]
		}
	}
	for stage, st := range f.Stages {
		if stage == len(words) {
			return Arch{}, &ParseError{len(text) + 1, fmt.Sprintf("ends where %s is due: %d layers with hyphens between", st.Name, st.Slots)}
		}
		if err := f.parseStage(&a, stage, words[stage]); err != nil {
			return Arch{}, err
		}
	}
	if len(words) > len(f.Stages) {
		return Arch{}, &ParseError{words[len(f.Stages)].column, "something follows the last stage"}
	}
	return a, nil
}

func (f *Family) parseStage(a *Arch, stage int, w word) error {
	st, labels := f.Stages[stage], strings.Split(w.text, "-")
	if n := len(labels); n > st.Slots || n < st.Slots && !st.Elastic {
		return &ParseError{w.column, fmt.Sprintf("%s has %d layers, want %d", st.Name, n, st.Slots)}
	}
	column := w.column
	for p, label := range labels {
		c, ok := f.ByLabel(label)
		if !ok {
			return &ParseError{column, fmt.Sprintf("%q is no choice of %s: there are %s", label, f.SlotName(f.First(stage)+p), strings.Join(f.labels, " "))}
		}
		a.Choice[f.First(stage)+p] = uint8(c + 1)
		column += len(label) + 1
	}
	return nil
}

// word is a part of a text without spaces.
type word struct {
	text   string
	column int // 1-based
}

func splitWords(text string) []word {
	words := make([]word, 0, len(ofaLetters)+1) // more in other families
	for at := 0; at < len(text); {
		end := at
		for end < len(text) && text[end] != ' ' && text[end] != '\t' {
			end++
		}
		if end > at {
			words = append(words, word{text[at:end], at + 1})
		}
		at = end + 1
	}
	return words
}
