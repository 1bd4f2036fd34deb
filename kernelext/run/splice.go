package run

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// object is the text of a JSON object, cut at its members, so that one of them can be
// changed and everything around it stays as it was written.
type object struct {
	members []member
	end     string // from the last value to the closing brace
}

// member is a name and its value, with the text before each of them.
type member struct {
	gap   string // from the value before, or the opening brace: a comma, white space
	name  string
	colon string // the name as it is written, to the begin of the value
	value json.RawMessage
}

// cutObject cuts the text of a JSON object, which must be valid JSON. It errs if it is
// another value, or a name stands twice in it.
func cutObject(text []byte) (object, error) {
	var o object
	dec := json.NewDecoder(bytes.NewReader(text))
	if token, err := dec.Token(); err != nil || token != json.Delim('{') {
		return o, fmt.Errorf("%s where an object should be", kindOf(text))
	}
	end := 0 // of what is in o
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return o, err
		}
		name, _ := token.(string)
		if o.get(name) != nil {
			return o, fmt.Errorf("%q stands twice", name)
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return o, err
		}
		next := int(dec.InputOffset())
		before := string(text[end : next-len(value)])
		quote := strings.IndexByte(before, '"')
		o.members = append(o.members, member{gap: before[:quote], name: name, colon: before[quote:], value: value})
		end = next
	}
	o.end = string(text[end:])
	return o, nil
}

// get returns the text of a value, nil where there is none of that name.
func (o *object) get(name string) json.RawMessage {
	for _, m := range o.members {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// set changes a value; a new one goes to the end, written as its neighbours are.
func (o *object) set(name string, value []byte) {
	for i, m := range o.members {
		if m.name == name {
			o.members[i].value = value
			return
		}
	}
	m := member{gap: "{", name: name, colon: `"` + name + `": `, value: value}
	if n := len(o.members); n > 0 {
		first, last := o.members[0], o.members[n-1]
		m.gap = last.gap
		if n == 1 {
			m.gap = "," + strings.TrimPrefix(first.gap, "{")
		}
		m.colon = `"` + name + first.colon[strings.LastIndex(first.colon, `"`):]
	} else {
		o.end = "}"
	}
	o.members = append(o.members, m)
}

// remove takes a member out, if it is there.
func (o *object) remove(name string) {
	for i, m := range o.members {
		if m.name != name {
			continue
		}
		if i == 0 && len(o.members) > 1 {
			o.members[1].gap = m.gap
		}
		o.members = append(o.members[:i], o.members[i+1:]...)
		return
	}
}

// text puts the object together again.
func (o *object) text() []byte {
	var b bytes.Buffer
	for _, m := range o.members {
		b.WriteString(m.gap + m.colon)
		b.Write(m.value)
	}
	if len(o.members) == 0 {
		b.WriteString("{")
	}
	b.WriteString(o.end)
	return b.Bytes()
}

// replaceElements puts other elements into the text of a JSON list, as many as it has.
func replaceElements(text []byte, elements [][]byte) ([]byte, error) {
	var b bytes.Buffer
	dec := json.NewDecoder(bytes.NewReader(text))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	end := 0
	for _, element := range elements {
		if !dec.More() {
			return nil, fmt.Errorf("run: %d elements for a shorter list", len(elements))
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		next := int(dec.InputOffset())
		b.Write(text[end : next-len(value)])
		b.Write(element)
		end = next
	}
	b.Write(text[end:])
	return b.Bytes(), nil
}

// kindOf says which kind of JSON value a text holds.
func kindOf(text []byte) string {
	switch text = bytes.TrimSpace(text); {
	case len(text) == 0:
		return "nothing"
	case text[0] == '{':
		return "an object"
	case text[0] == '[':
		return "a list"
	case text[0] == '"':
		return "a text"
	case text[0] == 't', text[0] == 'f':
		return "a truth value"
	case text[0] == 'n':
		return "null"
	}
	return "a number"
}
