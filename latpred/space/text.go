package space

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Text is how a family writes its networks where it has a form of its own.
// Families may share one.
type Text interface {
	// Recognises reports whether a text, without spaces around it, is meant to be in
	// this form.
	Recognises(text string) bool
	// Parse reads a text. An architecture of which the text does not say the
	// resolution has the Resolution 0. Errors are of type *ParseError.
	Parse(text string) (Arch, error)
	// Format gives the canonical text, which Parse reads. It has no commas.
	Format(a Arch) string
}

// maxText bounds what Parse looks at; the longest honest input, OFA's JSON with
// generous spaces, is far below.
const maxText = 4096

// ParseError says where in a text an architecture goes wrong.
type ParseError struct {
	Column int    // 1-based, in bytes; 0 where the whole text is meant
	Reason string // what is wrong and what was expected
}

func (e *ParseError) Error() string {
	if e.Column == 0 {
		return "architecture: " + e.Reason
	}
	return fmt.Sprintf("architecture, column %d: %s", e.Column, e.Reason)
}

// Parse reads an architecture of any family: from its canonical text (see
// Arch.String), from the forms that the family's own code uses, and, where all slots
// always run, from a JSON list of the numbers of the choices, from 0, or of their
// labels. OFA's own form is a JSON object: keys ks, e, d and r, where a single number
// stands for a whole list, and wid only if null; genes of inactive slots are ignored.
//
// Where the text does not say the resolution it is the only one of the family's
// Reference. Errors are of type *ParseError.
//
// Parse knows no space: Space.Validate says whether one offers the result.
func Parse(text string) (Arch, error) {
	a, err := parse(text)
	if err == nil && a.Resolution == 0 {
		a, err = a.at(a.Family.Reference())
	}
	return a, err
}

// Parse reads an architecture of s, which it need not offer; see Validate. Where the
// text does not say the resolution it is the only one of s.
func (s *Space) Parse(text string) (Arch, error) {
	a, err := parse(text)
	switch {
	case err != nil:
		return Arch{}, err
	case a.Family != s.Family:
		return Arch{}, &ParseError{Reason: fmt.Sprintf("a network of family %s, space %s has networks of %s", a.Family.ID, s.ID, s.Family.ID)}
	case a.Resolution == 0:
		return a.at(s)
	}
	return a, nil
}

// at is a with the only resolution of s.
func (a Arch) at(s *Space) (Arch, error) {
	if s.Allowed.Min != s.Allowed.Max {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("no resolution: space %s has several", s.ID)}
	}
	a.Resolution = s.Allowed.Min
	return a, nil
}

// MustParse is Parse for texts in programs; it panics where Parse errs.
func MustParse(text string) Arch {
	a, err := Parse(text)
	if err != nil {
		panic("space: " + err.Error())
	}
	return a
}

// parse leaves the resolution 0 where the text does not say it. What no family
// recognises is read as a text of the first, OFA's, whose errors say what is due.
func parse(text string) (Arch, error) {
	if len(text) > maxText {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("%d bytes long, want at most %d", len(text), maxText)}
	}
	trimmed := strings.TrimSpace(text)
	if strings.HasPrefix(trimmed, "[") {
		return parseList(trimmed)
	}
	families := Families()
	for _, f := range families {
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
	var words []word
	for at := 0; at < len(text); {
		end := at
		for end < len(text) && !strings.ContainsRune(" \t", rune(text[end])) {
			end++
		}
		if end > at {
			words = append(words, word{text[at:end], at + 1})
		}
		at = end + 1
	}
	return words
}

// parseList reads a JSON list of the numbers or of the labels of all slots' choices.
func parseList(text string) (Arch, error) {
	var numbers []int
	var labels []string
	if err := json.Unmarshal([]byte(text), &numbers); err != nil {
		if json.Unmarshal([]byte(text), &labels) != nil {
			return Arch{}, &ParseError{Reason: "JSON: " + strings.TrimPrefix(err.Error(), "json: ") + " (a list has a choice for each slot, all numbers or all labels)"}
		}
	}
	var found []*Family
	var have []string
	for _, f := range Families() {
		if !f.elastic() {
			have = append(have, fmt.Sprintf("%d (%s)", f.slots, f.ID))
			if f.slots == max(len(numbers), len(labels)) {
				found = append(found, f)
			}
		}
	}
	switch {
	case len(found) == 0:
		return Arch{}, &ParseError{Reason: fmt.Sprintf("a list of %d choices: there are families of %s", max(len(numbers), len(labels)), strings.Join(have, ", "))}
	case len(found) > 1:
		return Arch{}, &ParseError{Reason: fmt.Sprintf("a list of %d choices could be of %s or %s: use the canonical text", found[0].slots, found[0].ID, found[1].ID)}
	}
	return found[0].fromList(numbers, labels)
}

func (f *Family) fromList(numbers []int, labels []string) (Arch, error) {
	a := Arch{Family: f}
	for slot := range f.slots {
		var c int
		if labels != nil {
			var ok bool
			if c, ok = f.ByLabel(labels[slot]); !ok {
				return Arch{}, &ParseError{Reason: fmt.Sprintf("%q is no choice of %s: there are %s", labels[slot], f.SlotName(slot), strings.Join(f.labels, " "))}
			}
		} else if c = numbers[slot]; c < 0 || c >= f.choices {
			return Arch{}, &ParseError{Reason: fmt.Sprintf("choice %d of %s, want 0 to %d", c, f.SlotName(slot), f.choices-1)}
		}
		a.Choice[slot] = uint8(c + 1)
	}
	return a, nil
}
