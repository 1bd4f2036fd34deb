package space

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ofaText is the form of OFA's families: "r176 d43344 k5533-… e6666-…" with one digit
// for each active slot and a hyphen between stages.
type ofaText struct{}

// ofaLetters begin the four words of a canonical text.
const ofaLetters = "rdke"

const ofaLike = "as in r176 d43344 k5533-… e6666-…"

func (ofaText) Recognises(text string) bool {
	return len(text) > 1 && text[0] == 'r' && text[1] >= '0' && text[1] <= '9'
}

func (ofaText) Parse(text string) (Arch, error) {
	words := splitWords(text)
	for i, w := range words {
		if i == len(ofaLetters) {
			return Arch{}, &ParseError{w.column, "something follows the expansions"}
		}
		if want := ofaLetters[i]; w.text[0] != want {
			return Arch{}, &ParseError{w.column, fmt.Sprintf("found %q, want %q %s", w.text[:1], string(want), ofaLike)}
		}
		words[i] = word{w.text[1:], w.column + 1} // without its letter
	}
	if len(words) < len(ofaLetters) {
		return Arch{}, &ParseError{len(text) + 1, fmt.Sprintf("ends where %q is due, %s", ofaLetters[len(words):len(words)+1], ofaLike)}
	}
	r, err := strconv.Atoi(words[0].text)
	if err != nil || r <= 0 || words[0].text[0] == '+' {
		return Arch{}, &ParseError{words[0].column, fmt.Sprintf("%q is no resolution in pixels", words[0].text)}
	}
	a, depths, err := parseOFADepths(words[1])
	if err != nil {
		return Arch{}, err
	}
	a.Resolution = r
	var genes [len(ofaLetters) - 2][OFASlots]int // by factor
	for factor := range genes {
		if err := parseOFAGenes(&genes[factor], a.Family, factor, depths, words[2+factor]); err != nil {
			return Arch{}, err
		}
	}
	for slot := range a.Slots() {
		if a.Family.Position(slot) < depths[a.Family.Stage(slot)] {
			a.Choice[slot] = uint8(1 + a.Family.Choice(genes[OFAKernel][slot], genes[OFAExpand][slot]))
		}
	}
	return a, nil
}

// ofaOf is OFA's family with the given number of stages. It asks the registry rather than
// OFA5 and OFA6, whose definitions refer to this text form.
func ofaOf(stages int) *Family {
	id := "ofa-5"
	if stages == OFAStages {
		id = "ofa-6"
	}
	f, err := FamilyByID(id)
	if err != nil {
		panic("space: " + err.Error())
	}
	return f
}

// parseOFADepths reads "43344", whose length determines the family.
func parseOFADepths(w word) (a Arch, depths []int, err error) {
	if n := len(w.text); n != OFAStages-1 && n != OFAStages {
		return Arch{}, nil, &ParseError{w.column, fmt.Sprintf("%d stages, want 5 or 6", n)}
	}
	a.Family = ofaOf(len(w.text))
	for i, c := range []byte(w.text) {
		if limit := byte('0' + a.Family.Stages[i].Slots); c < '1' || c > limit {
			return Arch{}, nil, &ParseError{w.column + i, fmt.Sprintf("depth %q, want 1 to %c", c, limit)}
		}
		depths = append(depths, int(c-'0'))
	}
	return a, depths, nil
}

// parseOFAGenes reads "5533-535-…", in which each stage has as many digits as its depth,
// and writes the level of each slot.
func parseOFAGenes(levels *[OFASlots]int, f *Family, factor int, depths []int, w word) error {
	at := 0
	for stage, depth := range depths {
		if stage > 0 {
			if at >= len(w.text) || w.text[at] != '-' {
				return &ParseError{w.column + at, fmt.Sprintf("stage %d has more than its %d digits, or a hyphen is missing", stage, depths[stage-1])}
			}
			at++
		}
		for p := range depth {
			if at >= len(w.text) || w.text[at] < '1' || w.text[at] > '9' {
				return &ParseError{w.column + at, fmt.Sprintf("stage %d has depth %d but only %d digits", stage+1, depth, p)}
			}
			level := slices.Index(f.Factors[factor].Values, int(w.text[at]-'0'))
			if level < 0 {
				return &ParseError{w.column + at, fmt.Sprintf("%s %c, want one of %v", f.Factors[factor].Name, w.text[at], f.Factors[factor].Values)}
			}
			levels[f.First(stage)+p] = level
			at++
		}
	}
	if at != len(w.text) {
		return &ParseError{w.column + at, "something follows the last stage"}
	}
	return nil
}

func (ofaText) Format(a Arch) string {
	var b strings.Builder
	fmt.Fprintf(&b, "r%d d", a.Resolution)
	for stage := range a.Stages() {
		b.WriteByte('0' + byte(a.Depth(stage)))
	}
	for factor, letter := range []string{" k", " e"} {
		b.WriteString(letter)
		for slot := range a.Slots() {
			if slot > 0 && a.Family.Position(slot) == 0 {
				b.WriteByte('-')
			}
			if a.Active(slot) {
				b.WriteByte('0' + byte(a.Value(slot, factor)))
			}
		}
	}
	return b.String()
}
