package run

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// multiline is text that files hold as one string or as a list of lines.
type multiline string

func (m *multiline) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil { // null too
		*m = multiline(one)
		return nil
	}
	var lines []string
	if err := json.Unmarshal(text, &lines); err != nil {
		return errors.New("want a string or a list of strings")
	}
	*m = multiline(strings.Join(lines, ""))
	return nil
}

func (m multiline) MarshalJSON() ([]byte, error) {
	lines := []string{}
	for line := range strings.Lines(string(m)) {
		lines = append(lines, line)
	}
	return marshal(lines)
}

// marshal encodes without escaping <, > and &, which would make sources unreadable.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// unmarshal decodes; numbers stay as they are written, however long.
func unmarshal(text []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	return dec.Decode(v)
}

// UnmarshalJSON reads a cell of format 4. What is missing or null is empty.
func (c *Cell) UnmarshalJSON(text []byte) error {
	o, err := cutObject(text)
	if err != nil {
		return err
	}
	var source multiline
	*c = Cell{}
	err = cmp.Or(unmarshalPart(&o, "cell_type", &c.Type), unmarshalPart(&o, "id", &c.ID), unmarshalPart(&o, "metadata", &c.Metadata),
		unmarshalPart(&o, "source", &source), unmarshalPart(&o, "attachments", &c.Attachments))
	if c.Type == "code" {
		err = cmp.Or(err, unmarshalPart(&o, "outputs", &c.Outputs))
		if unmarshalPart(&o, "execution_count", &c.ExecutionCount) != nil || c.ExecutionCount < 0 {
			c.ExecutionCount = 0 // it says nothing of use
		}
	}
	c.Source = string(source)
	return err
}

// unmarshalPart reads a member of an object, if it is there.
func unmarshalPart(o *object, name string, v any) error {
	value := o.get(name)
	if value == nil {
		return nil
	}
	if err := unmarshal(value, v); err != nil {
		return fmt.Errorf("its %q: %w", name, plainType(err))
	}
	return nil
}

// plainType says what JSON value there is where another should be, without Go's types.
func plainType(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return fmt.Errorf("%s does not belong there", wrong.Value)
	}
	return err
}

// MarshalJSON writes a cell of format 4.
func (c *Cell) MarshalJSON() ([]byte, error) {
	metadata := c.Metadata
	if metadata == nil {
		metadata = map[string]any{}
	}
	if c.Type != "code" {
		return marshal(struct {
			Attachments map[string]map[string]any `json:"attachments,omitempty"`
			Type        string                    `json:"cell_type"`
			ID          string                    `json:"id,omitempty"`
			Metadata    map[string]any            `json:"metadata"`
			Source      multiline                 `json:"source"`
		}{c.Attachments, c.Type, c.ID, metadata, multiline(c.Source)})
	}
	return marshal(struct { // outputs are there even where there are none
		Type           string          `json:"cell_type"`
		ExecutionCount json.RawMessage `json:"execution_count"`
		ID             string          `json:"id,omitempty"`
		Metadata       map[string]any  `json:"metadata"`
		Outputs        json.RawMessage `json:"outputs"`
		Source         multiline       `json:"source"`
	}{c.Type, c.count(), c.ID, metadata, c.outputs(), multiline(c.Source)})
}

// count is the text of the execution count.
func (c *Cell) count() json.RawMessage {
	if c.ExecutionCount > 0 {
		return fmt.Append(nil, c.ExecutionCount)
	}
	return json.RawMessage("null")
}

// outputs is the text of the list of outputs. One that can't be encoded does not exist:
// they come from JSON.
func (c *Cell) outputs() json.RawMessage {
	list := []json.RawMessage{}
	for _, o := range c.Outputs {
		text, err := o.encode(c.count())
		if err != nil {
			panic("run: " + err.Error())
		}
		list = append(list, text)
	}
	text, err := marshal(list)
	if err != nil {
		panic("run: " + err.Error())
	}
	return text
}

type outputJSON struct {
	Type     string         `json:"output_type"`
	Name     string         `json:"name"`
	Text     *multiline     `json:"text"`
	Data     map[string]any `json:"data"`
	Metadata map[string]any `json:"metadata"`
	Error    string         `json:"ename"`
	Value    string         `json:"evalue"`
	Trace    []string       `json:"traceback"`
}

// UnmarshalJSON reads an output of format 4.
func (o *Output) UnmarshalJSON(text []byte) error {
	var j outputJSON
	if err := unmarshal(text, &j); err != nil {
		return plainType(err)
	}
	*o = Output{Type: j.Type, Name: j.Name, Data: j.Data, Metadata: j.Metadata, Error: j.Error, Value: j.Value, Trace: j.Trace}
	if j.Text != nil {
		o.Text = string(*j.Text)
	}
	return nil
}

// MarshalJSON writes an output of format 4.
func (o *Output) MarshalJSON() ([]byte, error) { return o.encode(json.RawMessage("null")) }

// encode writes an output of a cell that was executed as the count says.
func (o *Output) encode(count json.RawMessage) ([]byte, error) {
	data, metadata := map[string]any{}, o.Metadata
	for mime, v := range o.Data {
		data[mime] = dataOf(mime, v)
	}
	if metadata == nil {
		metadata = map[string]any{}
	}
	switch o.Type {
	case "stream":
		return marshal(struct {
			Name string    `json:"name"`
			Type string    `json:"output_type"`
			Text multiline `json:"text"`
		}{o.Name, o.Type, multiline(o.Text)})
	case "error":
		return marshal(struct {
			Error string   `json:"ename"`
			Value string   `json:"evalue"`
			Type  string   `json:"output_type"`
			Trace []string `json:"traceback"`
		}{o.Error, o.Value, o.Type, append([]string{}, o.Trace...)})
	case "execute_result":
		return marshal(struct {
			Data     map[string]any  `json:"data"`
			Count    json.RawMessage `json:"execution_count"`
			Metadata map[string]any  `json:"metadata"`
			Type     string          `json:"output_type"`
		}{data, count, metadata, o.Type})
	}
	return marshal(struct {
		Data     map[string]any `json:"data"`
		Metadata map[string]any `json:"metadata"`
		Type     string         `json:"output_type"`
	}{data, metadata, o.Type})
}

// dataOf gives what format 4 allows under a MIME type: any JSON under those of JSON, text
// or lines of text under all others. What is neither becomes its JSON.
func dataOf(mime string, v any) any {
	if mime == "application/json" || strings.HasSuffix(mime, "+json") {
		return v
	}
	switch v := v.(type) {
	case string:
		return v
	case []any:
		for _, line := range v {
			if _, ok := line.(string); !ok {
				return jsonText(v)
			}
		}
		return v
	}
	return jsonText(v)
}

// jsonText is a value of JSON as text.
func jsonText(v any) string {
	text, err := marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
