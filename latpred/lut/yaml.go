package lut

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/ofalat/ofalat/latpred/pickle"
)

// Bounds on a YAML text. The parser's time grows faster than the first two.
const (
	maxNest = 64   // lists and maps within one another
	maxKeys = 2048 // keys of one map without brackets; OFA's tables have 400

	maxValues = 1 << 20 // of a text, each counted as often as aliases repeat it
)

// parseYAML reads a YAML or JSON text and gives its values as pickle.Plain does. Tags of
// PyYAML mean what they mean in a pickle: NumPy's numbers and arrays, tuples and the kinds of
// dict are read, and nothing is run.
func parseYAML(text []byte) (any, error) {
	if deep(string(text)) {
		return nil, fmt.Errorf("lists or maps within one another, more than %d deep", maxNest)
	}
	if !json.Valid(text) && wide(text) { // in brackets, keys take no longer the more they are
		return nil, fmt.Errorf("a map of more than %d keys: write it as JSON or CSV", maxKeys)
	}
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return nil, errors.New(yaml.FormatError(err, false, false))
	}
	r := yamlReader{anchors: map[string]any{}, left: maxValues}
	var values []any
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		v, err := r.value(doc.Body, 0)
		if err != nil {
			return nil, err
		}
		values = append(values, v)
	}
	switch len(values) {
	case 0:
		return pickle.Map{}, nil
	case 1:
		return pickle.PlainUpTo(values[0], maxValues)
	}
	return nil, fmt.Errorf("%d documents, separated by ---, in one file: which one?", len(values))
}

// deep reports whether the text nests deeper than maxNest, by brackets, or by dashes and
// question marks on a line.
func deep(text string) bool {
	brackets, marks := 0, 0
	for i := range len(text) {
		switch text[i] {
		case '[', '{':
			brackets++
		case ']', '}':
			brackets = max(0, brackets-1)
		case '\n':
			marks = 0
		case '-', '?', '!', '&':
			if i == 0 || strings.IndexByte(" \n-?!&", text[i-1]) >= 0 {
				marks++
			}
		}
		if brackets > maxNest || marks > maxNest {
			return true
		}
	}
	return false
}

// wide reports whether a map has more than maxKeys keys below one another: lines with a colon
// that are indented as far, with none between them that is indented less.
func wide(text []byte) bool {
	type level struct{ indent, keys int }
	levels := []level{{indent: -1}}
	for line := range bytes.Lines(text) {
		indent := len(line) - len(bytes.TrimLeft(line, " -?"))
		if indent == len(line) || !bytes.Contains(line, []byte{':'}) {
			continue
		}
		for levels[len(levels)-1].indent > indent {
			levels = levels[:len(levels)-1]
		}
		if levels[len(levels)-1].indent < indent {
			levels = append(levels, level{indent: indent})
		}
		last := &levels[len(levels)-1]
		if last.keys++; last.keys > maxKeys {
			return true
		}
	}
	return false
}

// yamlReader turns nodes into values of package pickle.
type yamlReader struct {
	anchors map[string]any
	left    int // nodes that may still be read
}

func (r *yamlReader) value(n ast.Node, depth int) (any, error) {
	if r.left--; r.left < 0 || depth > 2*maxNest {
		return nil, errors.New("more values, or deeper, than a lookup table has")
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return r.mapping(n.Values, depth)
	case *ast.MappingValueNode:
		return r.mapping([]*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		list := &pickle.List{}
		for _, item := range n.Values {
			v, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			list.Items = append(list.Items, v)
		}
		return list, nil
	case *ast.MappingKeyNode:
		return r.value(n.Value, depth+1)
	case *ast.AnchorNode:
		v, err := r.value(n.Value, depth+1)
		r.anchors[nameOf(n.Name)] = v
		return v, err
	case *ast.AliasNode:
		v, ok := r.anchors[nameOf(n.Value)]
		if !ok {
			return nil, fmt.Errorf("line %d: nothing is named &%.40s", lineOf(n), nameOf(n.Value))
		}
		return v, nil
	case *ast.TagNode:
		v, err := r.tagged(n, depth)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", lineOf(n), err)
		}
		return v, nil
	case nil:
		return nil, nil
	}
	return scalar(n)
}

// scalar is the value of a node that is no list and no map.
func scalar(n ast.Node) (any, error) {
	switch n := n.(type) {
	case *ast.NullNode:
		return nil, nil
	case *ast.BoolNode:
		return n.Value, nil
	case *ast.FloatNode:
		return n.Value, nil
	case *ast.IntegerNode:
		switch v := n.Value.(type) {
		case int64:
			return v, nil
		case uint64:
			if v > math.MaxInt64 {
				return float64(v), nil
			}
			return int64(v), nil
		}
	case *ast.InfinityNode:
		return n.Value, nil
	case *ast.NanNode:
		return math.NaN(), nil
	case *ast.StringNode:
		return n.Value, nil
	case *ast.LiteralNode:
		return n.Value.Value, nil
	}
	return nil, fmt.Errorf("line %d: a %s, where a table has keys and numbers", lineOf(n), strings.ToLower(n.Type().String()))
}

func (r *yamlReader) mapping(pairs []*ast.MappingValueNode, depth int) (any, error) {
	d := &pickle.Dict{}
	for _, pair := range pairs {
		k, err := r.value(pair.Key, depth+1)
		if err != nil {
			return nil, err
		}
		v, err := r.value(pair.Value, depth+1)
		if err != nil {
			return nil, err
		}
		d.Set(k, v)
	}
	return d, nil
}

// tagged is the value of a node with a tag, such as !!python/tuple.
func (r *yamlReader) tagged(n *ast.TagNode, depth int) (any, error) {
	tag := strings.TrimPrefix(strings.TrimPrefix(n.Start.Value, "!!"), "tag:yaml.org,2002:")
	for _, kind := range []string{"python/object/apply:", "python/object/new:", "python/object:"} {
		if class, ok := strings.CutPrefix(tag, kind); ok {
			return r.object(class, n.Value, depth)
		}
	}
	for _, kind := range []string{"python/name:", "python/module:"} {
		if name, ok := strings.CutPrefix(tag, kind); ok {
			dot := max(0, strings.LastIndexByte(name, '.'))
			return pickle.Global{Module: name[:dot], Name: strings.TrimPrefix(name[dot:], ".")}, nil
		}
	}
	v, err := r.value(n.Value, depth+1)
	if err != nil {
		return nil, err
	}
	text, isText := v.(string)
	list, isList := v.(*pickle.List)
	switch tag {
	case "binary":
		if isText {
			return base64.StdEncoding.DecodeString(strings.Join(strings.Fields(text), ""))
		}
	case "python/tuple":
		if isList {
			return pickle.Tuple(list.Items), nil
		}
	case "float", "python/float":
		return number(v)
	case "int", "python/int", "python/long":
		if f, err := number(v); err != nil || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return nil, errors.New("no integer")
		} else {
			return int64(f), nil
		}
	case "str", "python/str", "python/unicode":
		if isText {
			return text, nil
		}
		if s, ok := n.Value.(ast.ScalarNode); ok {
			return fmt.Sprint(s.GetValue()), nil
		}
	case "null", "bool", "map", "seq", "omap", "python/none", "python/bool", "python/dict", "python/list":
		return v, nil
	}
	return nil, fmt.Errorf("the tag %.80s is not understood", n.Start.Value)
}

// object is the value of !!python/object/apply:class: a list of arguments, or a map with
// args, state, listitems and dictitems.
func (r *yamlReader) object(class string, n ast.Node, depth int) (any, error) {
	v, err := r.value(n, depth+1)
	if err != nil {
		return nil, err
	}
	var args []any
	var state any
	var items *pickle.Dict
	switch v := v.(type) {
	case *pickle.List:
		args = v.Items
	case *pickle.Dict:
		for i, key := range v.Keys {
			list, isList := v.Values[i].(*pickle.List)
			dict, isDict := v.Values[i].(*pickle.Dict)
			switch {
			case key == "args" && isList:
				args = list.Items
			case key == "state":
				state = v.Values[i]
			case key == "dictitems" && isDict:
				items = dict
			default: // attributes of an object that is not known
				_, err := pickle.Call(class, nil, nil)
				return nil, errors.Join(err, fmt.Errorf("%.40v is no part of a value", key))
			}
		}
	}
	out, err := pickle.Call(class, args, state)
	if d, ok := out.(*pickle.Dict); ok && items != nil {
		for i := range items.Keys {
			d.Set(items.Keys[i], items.Values[i])
		}
	}
	return out, err
}

// number is v, or the number that the text v writes.
func number(v any) (float64, error) {
	switch v := v.(type) {
	case float64:
		return v, nil
	case int64:
		return float64(v), nil
	case string:
		if f, err := strconv.ParseFloat(strings.Replace(v, ".nan", "nan", 1), 64); err == nil {
			return f, nil
		}
	}
	return 0, errors.New("no number")
}

func lineOf(n ast.Node) int {
	if t := n.GetToken(); t != nil && t.Position != nil {
		return t.Position.Line
	}
	return 0
}

// nameOf is the text of an anchor's or alias's name.
func nameOf(n ast.Node) string {
	if t := n.GetToken(); t != nil {
		return t.Value
	}
	return ""
}
