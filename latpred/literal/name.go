package literal

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// wrappers are functions whose first argument says everything. Their module may stand
// before them.
var wrappers = []string{
	"array", "asarray", "tensor", "Tensor", "list", "tuple", "Parameter", "int", "float", "str", "str_", "bool_",
	"Array", "DeviceArray", "ndarray", "as_tensor", "Size", "set", "frozenset", "bool", "intp", "uintp", "ulonglong", "longdouble", "bfloat16",
	"int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "longlong", "intc", "int_", "float_",
}

// dicts are functions that make a dictionary of one, of a list of pairs, or of keywords.
var dicts = []string{"dict", "OrderedDict", "defaultdict", "Namespace", "SimpleNamespace", "namespace", "mappingproxy", "EasyDict", "AttrDict", "Munch", "ConfigDict"}

// modules are those that wrappers come from.
var modules = []string{"np", "numpy", "torch", "collections", "jnp", "jax.numpy", "torch.nn", "nn", "types", "argparse", "easydict", "munch", "cp", "cupy", "tf"}

// name reads what begins with a letter: a constant, a text with a prefix, or a wrapper.
func (p *parser) name(depth int) (Value, error) {
	start := p.at
	for isNameByte(p.peek()) {
		p.at++
	}
	name := p.text[start:p.at]
	switch strings.TrimPrefix(strings.TrimPrefix(name, "np."), "math.") {
	case "null", "None":
		return Value{Kind: Null}, nil
	case "true", "True":
		return Value{Kind: Bool, Number: 1}, nil
	case "false", "False":
		return Value{Kind: Bool}, nil
	case "nan", "NaN":
		return Value{Kind: Number, Number: math.NaN(), Text: name}, nil
	case "inf", "Infinity":
		return Value{Kind: Number, Number: math.Inf(1), Text: name}, nil
	case "u", "b":
		if c := p.peek(); c == '"' || c == '\'' {
			text, err := p.quoted()
			return Value{Kind: Text, Text: text}, err
		}
	}
	module, function := "", name
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		module, function = name[:dot], name[dot+1:]
	}
	if p.peek() != '(' {
		return Value{}, p.errorf(start, "%q is no value: texts stand in quotes", name)
	}
	if module != "" && !slices.Contains(modules, module) || !slices.Contains(wrappers, function) && !slices.Contains(dicts, function) {
		return Value{}, p.errorf(start, "%s(…): only functions that wrap a value are read, such as np.int64 and array, and none is called", name)
	}
	return p.call(start, function, depth)
}

// call reads the arguments of a wrapper.
func (p *parser) call(start int, function string, depth int) (Value, error) {
	var of *Value
	named := Value{Kind: Dict}
	p.at++
	for !p.take(')') {
		if p.at >= len(p.text) {
			return Value{}, p.errorf(start, "the bracket of %s( is not closed", function)
		}
		at := p.at
		if key := p.keyword(); key != "" {
			value, err := p.argument(depth)
			if err != nil {
				return Value{}, err
			}
			line, column := p.place(at)
			named.Entries = append(named.Entries, Entry{key, value, line, column})
		} else {
			if p.space(); function == "defaultdict" && of == nil && p.peek() != '{' { // what makes missing values
				if _, err := p.argument(depth); err != nil {
					return Value{}, err
				}
				if p.take(','); p.peek() == ')' {
					continue
				}
			}
			v, err := p.value(depth + 1)
			if err != nil {
				return Value{}, err
			}
			if of != nil {
				return Value{}, v.Errorf("%s of several values", function)
			}
			of = &v
		}
		if !p.take(',') && p.peek() != ')' {
			return Value{}, p.errorf(p.at, "found %s, want a comma or ')'", p.found())
		}
	}
	switch {
	case of == nil && (len(named.Entries) > 0 || function == "dict") && slices.Contains(dicts, function):
		return named, nil
	case of == nil:
		return Value{}, p.errorf(start, "%s of nothing", function)
	case slices.Contains(dicts, function):
		return pairs(*of, function)
	case of.Kind == Text && function != "str" && function != "str_" || of.Kind == Dict:
		return Value{}, of.Errorf("%s of %v", function, of.Kind)
	}
	return *of, nil
}

// keyword reads "dtype=" and gives the name; "" if none is there.
func (p *parser) keyword() string {
	end := p.at
	for end < len(p.text) && isNameByte(p.text[end]) && p.text[end] != '.' {
		end++
	}
	rest := strings.TrimLeft(p.text[end:], " ")
	if end == p.at || !strings.HasPrefix(rest, "=") {
		return ""
	}
	key := p.text[p.at:end]
	p.at = len(p.text) - len(rest) + 1
	return key
}

// argument reads the value of a keyword. A name that is no value, as in dtype=int64 or
// grad_fn=<AddBackward0>, is null.
func (p *parser) argument(depth int) (Value, error) {
	p.space()
	start := p.at
	if p.peek() == '<' {
		end := strings.IndexByte(p.text[p.at:], '>')
		if end < 0 {
			return Value{}, p.errorf(start, "'<' is not closed")
		}
		p.at += end + 1
		return Value{}, nil
	}
	v, err := p.value(depth + 1)
	if err == nil {
		return v, nil
	}
	p.at = start
	for isNameByte(p.peek()) {
		p.at++
	}
	if p.at == start || p.peek() == '(' {
		return Value{}, err
	}
	return Value{}, nil
}

// pairs makes a dictionary of a dictionary or of a list of pairs.
func pairs(v Value, function string) (Value, error) {
	if v.Kind == Dict {
		return v, nil
	}
	out := Value{Kind: Dict}
	for _, e := range v.List {
		if e.Kind != List || len(e.List) != 2 || e.List[0].Kind != Text {
			return out, e.Errorf("%s wants pairs of a text and a value", function)
		}
		out.Entries = append(out.Entries, Entry{e.List[0].Text, e.List[1], e.Line, e.Column})
	}
	if v.Kind != List {
		return out, v.Errorf("%s of %v", function, v.Kind)
	}
	return out, nil
}

// quoted reads a text in quotes, with the escapes of JSON and of Python.
func (p *parser) quoted() (string, error) {
	start, quote := p.at, p.text[p.at]
	p.at++
	var b strings.Builder
	for {
		switch c := p.peek(); {
		case c == 0 || c == '\n':
			return "", p.errorf(start, "the quote is not closed on its line")
		case c == quote:
			p.at++
			return b.String(), nil
		case c == '\\':
			if err := p.escape(&b); err != nil {
				return "", err
			}
		default:
			b.WriteByte(c)
			p.at++
		}
	}
}

func (p *parser) escape(b *strings.Builder) error {
	start := p.at
	p.at++
	c := p.peek()
	p.at++
	if i := strings.IndexByte(`"'\/bfnrt`, c); i >= 0 && c != 0 {
		b.WriteByte("\"'\\/\b\f\n\r\t"[i])
		return nil
	}
	digits := map[byte]int{'x': 2, 'u': 4, 'U': 8}[c]
	if digits == 0 || p.at+digits > len(p.text) {
		return p.errorf(start, "an escape that neither JSON nor Python has")
	}
	code, err := strconv.ParseUint(p.text[p.at:p.at+digits], 16, 32)
	if err != nil {
		return p.errorf(start, "an escape with letters that are no hexadecimal digits")
	}
	p.at += digits
	if code > utf8.MaxRune {
		code = utf8.RuneError
	}
	b.WriteRune(rune(code)) // half of a pair becomes U+FFFD: keys and labels are ASCII
	return nil
}
