package archfile

import (
	"errors"
	"regexp"
	"strings"

	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/space"
)

// label is what scripts and logs put before a value: a name with a sign of equality, or
// words with a colon.
var label = regexp.MustCompile(`^[^{}()\[\]'",;\t\n=:]{1,100}[=:][ \t\r\n]*`)

// labelOf is the label before a value; "": there is none.
func labelOf(text string) string {
	if !strings.ContainsAny(text, "=:") { // the pattern takes longer
		return ""
	}
	l := label.FindString(text)
	if !literal.Begins(text[len(l):]) || yaml.MatchString(text) {
		return ""
	}
	return l
}

// imports is a line of a script that loads what the next ones use.
var imports = regexp.MustCompile(`^(import [A-Za-z_][\w., ]*|from [A-Za-z_][\w.]* import [\w., *]+)(\r?\n|$)`)

// read appends the networks of a text that stands at a place.
func (in *Reader) read(text string, line, column int) error {
	if l := labelOf(text); l != "" {
		if n := strings.Count(l, "\n"); n > 0 {
			line, column = line+n, 1-strings.LastIndexByte(l, '\n')-1
		}
		text, column = text[len(l):], column+len(l)
	}
	if text == "" {
		return nil // white space that only Unicode knows
	}
	if imports.MatchString(text) {
		return nil
	}
	if !literal.Begins(text) {
		return in.line(text, line, column)
	}
	v, err := literal.ParseAt(text, line, column)
	if err != nil {
		return err
	}
	return in.value(v, 0)
}

// line appends the network of a line of text, without a comment after it.
func (in *Reader) line(text string, line, column int) error {
	at := literal.Value{Line: line, Column: column}
	text = withoutComment(text)
	d, err := space.ParseDescription(text)
	var mistake *space.ParseError
	switch {
	case err == nil:
		return in.add(d, at)
	case yaml.MatchString(text), block.MatchString(text):
		return at.Errorf("YAML: write the network as JSON, for example with json.dump, or as YAML in one line, with default_flow_style=True")
	case text[0] >= '0' && text[0] <= '9' || text[0] == '-':
		return at.Errorf("a number, want a network (a table of measurements has a header, such as arch,latency_ms)")
	case errors.As(err, &mistake):
		at.Column += max(0, mistake.Column-1)
		return at.Errorf("%s", mistake.Reason)
	}
	return err
}

// withoutComment cuts off what stands behind a line.
func withoutComment(line string) string {
	if end := strings.Index(line, " #"); end >= 0 {
		return strings.TrimRight(line[:end], " \t")
	}
	return line
}

// yaml is a line of OFA's dictionary as YAML writes it.
var yaml = regexp.MustCompile(`^(- +)?(ks|e|d|r|wid|image_size|resolution|arch|config)\s*:`)

// block is a line that only YAML begins with: the start of a document, or a key whose value
// stands on the next lines.
var block = regexp.MustCompile(`^(---|(- +)?["']?\w[\w. -]{0,80}["']?:)\s*$`)

// IsYAML reports whether a text begins like YAML in its form without brackets, which is not
// read here. It needs the first line that is neither empty nor a comment.
func IsYAML(start []byte) bool {
	line := firstLine(string(start))
	return yaml.MatchString(line) || block.MatchString(line)
}

// maxNested bounds lists and dictionaries of networks within others.
const maxNested = 4

// value appends the networks of a value: one, or those of a list or of a dictionary with
// names.
func (in *Reader) value(v literal.Value, nested int) error {
	d, err := space.Describe(v)
	if err == nil {
		return in.add(d, v)
	}
	parts := partsOf(v)
	if nested == maxNested || len(parts) == 0 || space.DescribesOne(v) {
		return err
	}
	before := len(in.ahead)
	for _, part := range parts {
		if failed := in.value(part, nested+1); failed != nil {
			if len(in.ahead) > before || space.DescribesOne(part) {
				return failed
			}
			return err
		}
	}
	return nil
}

// partsOf lists what may be the networks of a value: the elements of a list, and the values
// of a dictionary, or its keys if they are dictionaries themselves, as in the files in
// which OFA keeps accuracies.
func partsOf(v literal.Value) []literal.Value {
	if v.Kind != literal.Dict {
		return v.List
	}
	var parts []literal.Value
	for _, e := range v.Entries {
		if strings.HasPrefix(e.Key, "{") {
			parts = append(parts, literal.Value{Kind: literal.Text, Text: e.Key, Line: e.Line, Column: e.Column})
		} else {
			parts = append(parts, e.Value)
		}
	}
	return parts
}

// add appends a network, with its resolution. v is where it stands.
func (in *Reader) add(d space.Described, v literal.Value) error {
	pixels, err := in.resolution(d)
	if err != nil {
		return v.Errorf("%v", err)
	}
	d.Arch.Resolution = pixels
	if d.Space != nil {
		err = d.Space.Validate(d.Arch)
	} else {
		err = space.Validate(d.Arch)
	}
	if err != nil {
		return v.Errorf("%v", err)
	}
	in.ahead = append(in.ahead, Item{d.Arch, d.Space, v.Line, v.Column})
	return nil
}
