package space

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

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

// Parse reads an architecture from its canonical text (see Arch.String) or, when
// the text starts with '{', from OFA's JSON object: keys ks, e, d and r, where a
// single number stands for a whole list, and wid only if null. Genes of
// inactive slots are ignored. Errors are of type *ParseError.
//
// Parse knows no space: Space.Validate says whether one offers the result.
func Parse(text string) (Arch, error) {
	if len(text) > maxText {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("%d bytes long, want at most %d", len(text), maxText)}
	}
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		return parseJSON(text)
	}
	return parseCanonical(text)
}

// MustParse is Parse for texts in programs; it panics where Parse errs.
func MustParse(text string) Arch {
	a, err := Parse(text)
	if err != nil {
		panic("space: " + err.Error())
	}
	return a
}

func parseCanonical(text string) (Arch, error) {
	type field struct {
		text   string // without its letter
		column int    // of text
	}
	var fields []field
	const letters = "rdke"
	for rest, at := text, 0; ; {
		trimmed := strings.TrimLeft(rest, " \t")
		at += len(rest) - len(trimmed)
		if trimmed == "" {
			break
		}
		if len(fields) == len(letters) {
			return Arch{}, &ParseError{at + 1, "something follows the expansions"}
		}
		if want := letters[len(fields)]; trimmed[0] != want {
			return Arch{}, &ParseError{at + 1, fmt.Sprintf("found %q, want %q as in r176 d43344 k5533-… e6666-…", trimmed[:1], string(want))}
		}
		end := strings.IndexAny(trimmed, " \t")
		if end < 0 {
			end = len(trimmed)
		}
		fields = append(fields, field{trimmed[1:end], at + 2})
		rest, at = trimmed[end:], at+end
	}
	if len(fields) < len(letters) {
		return Arch{}, &ParseError{len(text) + 1, fmt.Sprintf("ends where %q is due, as in r176 d43344 k5533-… e6666-…", letters[len(fields):len(fields)+1])}
	}

	var a Arch
	r, err := strconv.Atoi(fields[0].text)
	if err != nil || r <= 0 || fields[0].text[0] == '+' {
		return Arch{}, &ParseError{fields[0].column, fmt.Sprintf("%q is no resolution in pixels", fields[0].text)}
	}
	a.Resolution = r
	depths := fields[1]
	if n := len(depths.text); n != MaxStages-1 && n != MaxStages {
		return Arch{}, &ParseError{depths.column, fmt.Sprintf("%d stages, want 5 or 6", n)}
	}
	for i, c := range []byte(depths.text) {
		limit := byte('0' + min(SlotsPerStage, MaxSlots-SlotsPerStage*i))
		if c < '1' || c > limit {
			return Arch{}, &ParseError{depths.column + i, fmt.Sprintf("depth %q, want 1 to %c", c, limit)}
		}
		a.Depth[i] = c - '0'
	}
	for i, genes := range []*[MaxSlots]uint8{&a.Kernel, &a.Expand} {
		f := fields[2+i]
		if err := parseGenes(genes, a, f.text, f.column); err != nil {
			return Arch{}, err
		}
	}
	return a, nil
}

// parseGenes reads "5533-535-…": as many digits a stage as it is deep.
func parseGenes(genes *[MaxSlots]uint8, a Arch, text string, column int) error {
	at := 0
	for stage := range a.Stages() {
		if stage > 0 {
			if at >= len(text) || text[at] != '-' {
				return &ParseError{column + at, fmt.Sprintf("stage %d has more than its %d digits, or a hyphen is missing", stage, a.Depth[stage-1])}
			}
			at++
		}
		for p := range int(a.Depth[stage]) {
			if at >= len(text) || text[at] < '1' || text[at] > '9' {
				return &ParseError{column + at, fmt.Sprintf("stage %d has depth %d but only %d digits", stage+1, a.Depth[stage], p)}
			}
			genes[stage*SlotsPerStage+p] = text[at] - '0'
			at++
		}
	}
	if at != len(text) {
		return &ParseError{column + at, "something follows the last stage"}
	}
	return nil
}

// genes is a JSON list of integers, or one integer that stands for all.
type genes struct {
	list   []int
	scalar bool
}

func (g *genes) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte("null")) {
		return errors.New("null where numbers are due")
	}
	if len(text) > 0 && text[0] == '[' {
		return json.Unmarshal(text, &g.list)
	}
	g.list, g.scalar = make([]int, 1), true
	return json.Unmarshal(text, &g.list[0])
}

// spread repeats a scalar n times.
func (g genes) spread(n int) []int {
	if !g.scalar {
		return g.list
	}
	out := make([]int, n)
	for i := range out {
		out[i] = g.list[0]
	}
	return out
}

func parseJSON(text string) (Arch, error) {
	var c struct {
		Wid *int   `json:"wid"`
		Ks  *genes `json:"ks"`
		E   *genes `json:"e"`
		D   *genes `json:"d"`
		R   *genes `json:"r"`
	}
	dec := json.NewDecoder(strings.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&c); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return Arch{}, &ParseError{int(syntax.Offset), "JSON: " + err.Error()}
		}
		return Arch{}, &ParseError{Reason: "JSON: " + strings.TrimPrefix(err.Error(), "json: ") + " (keys are ks, e, d, r; numbers are integers)"}
	}
	if _, err := dec.Token(); err != io.EOF {
		return Arch{}, &ParseError{int(dec.InputOffset()), "something follows the JSON object"}
	}
	for _, key := range []struct {
		name  string
		value *genes
	}{{"ks", c.Ks}, {"e", c.E}, {"d", c.D}, {"r", c.R}} {
		if key.value == nil {
			return Arch{}, &ParseError{Reason: fmt.Sprintf("key %q is missing or null", key.name)}
		}
	}
	if c.Wid != nil {
		return Arch{}, &ParseError{Reason: "key \"wid\" must be null: the width belongs to the space"}
	}
	if len(c.R.list) != 1 {
		return Arch{}, &ParseError{Reason: fmt.Sprintf("r has %d elements, want one", len(c.R.list))}
	}
	stages := MaxStages - 1
	if len(c.D.list) == MaxStages || len(c.Ks.list) == MaxSlots || len(c.E.list) == MaxSlots {
		stages = MaxStages
	}
	slots := min(MaxSlots, SlotsPerStage*stages)
	depths := c.D.spread(stages)
	if c.D.scalar && stages == MaxStages {
		depths[stages-1] = 1
	}
	a, err := FromSlots(c.R.list[0], depths, c.Ks.spread(slots), c.E.spread(slots))
	if err != nil {
		return Arch{}, &ParseError{Reason: err.Error()}
	}
	return a, nil
}
