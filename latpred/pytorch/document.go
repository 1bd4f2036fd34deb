package pytorch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// Document writes the plain data of a file of torch.save or pickle.dump as a JSON document,
// for the readers of networks, latencies and lookup tables. Numbers that are none are NaN
// and Infinity, as Python's json writes them; keys that are numbers become texts. A dict
// from networks to latencies, and a list of pairs of them, become a list of objects
// {"arch": …, "latency_ms": …}. Errors refer to the file as name, and say what it holds where
// no reader could use it: numbers without networks, the weights of a network, objects.
func Document(r io.Reader, name string) ([]byte, error) {
	root, err := load(r, name)
	if err != nil {
		return nil, err
	}
	if err := usable(root); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	v, err := pickle.Plain(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var b bytes.Buffer
	if err := write(&b, records(v)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}

// usable refuses what holds neither networks nor a table, by its name.
func usable(root any) error {
	what := describe(root)
	switch v := root.(type) {
	case *pickle.List:
		if n := count[int64](v.Items) + count[float64](v.Items); n == 0 || n < len(v.Items) {
			return nil
		}
		return numbersAlone(what)
	case pickle.Tuple:
		if n := count[int64](v) + count[float64](v); n == 0 || n < len(v) {
			return nil
		}
		return numbersAlone(what)
	case *pickle.Dict:
		if !isWeights(v, true) {
			return nil
		}
		what = "the weights of a network"
	case *pickle.Array:
		return numbersAlone(what)
	}
	return fmt.Errorf("holds %s, where networks and latencies are read", what)
}

// isWeights reports whether a dict is the state dict of a network, or has one.
func isWeights(d *pickle.Dict, inner bool) bool {
	for i, key := range d.Keys {
		name, _ := key.(string)
		switch v := d.Values[i].(type) {
		case *pickle.Array:
			if strings.HasSuffix(name, "weight") || strings.HasSuffix(name, "running_mean") {
				return true
			}
		case *pickle.Dict:
			if inner && isWeights(v, false) {
				return true
			}
		}
	}
	return false
}

func numbersAlone(what string) error {
	return fmt.Errorf("holds %s: latencies without their networks? Write both to one file, such as a CSV file with the columns arch and latency_ms", what)
}

// records gives networks and latencies as a list of objects.
func records(v any) any {
	var out []any
	add := func(a, b any) bool {
		if isNumber(a) {
			a, b = b, a
		}
		switch a.(type) {
		case string, pickle.Map:
		default:
			return false
		}
		out = append(out, pickle.Map{{Key: "arch", Value: a}, {Key: "latency_ms", Value: b}})
		return isNumber(b)
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			pair, ok := item.([]any)
			if !ok || len(pair) != 2 || !add(pair[0], pair[1]) {
				return any(v)
			}
		}
		if out == nil {
			return v
		}
	case pickle.Map:
		for _, p := range v {
			if text, ok := p.Key.(string); !ok || !isNetwork(text) || !add(text, p.Value) {
				return v
			}
		}
		if out == nil {
			return v
		}
	default:
		return v
	}
	return out
}

// isNetwork reports whether a key looks like a network rather than a name: it has braces,
// or spaces between the numbers of its parts.
func isNetwork(key string) bool {
	return strings.ContainsAny(key, "{ ") && strings.ContainsAny(key, "0123456789")
}

func isNumber(v any) bool {
	switch v.(type) {
	case int64, float64:
		return true
	}
	return false
}

// write writes plain data as JSON.
func write(b *bytes.Buffer, v any) error {
	switch v := v.(type) {
	case nil:
		b.WriteString("null")
	case bool:
		b.WriteString(strconv.FormatBool(v))
	case int64:
		b.WriteString(strconv.FormatInt(v, 10))
	case float64:
		b.WriteString(number(v))
	case string:
		return quote(b, v)
	case []byte:
		return fmt.Errorf("holds %d bytes, where texts and numbers are read", len(v))
	case []any:
		b.WriteByte('[')
		for i, item := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if err := write(b, item); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	case pickle.Map:
		b.WriteByte('{')
		for i, p := range v {
			if i > 0 {
				b.WriteString(", ")
			}
			if err := errors.Join(writeKey(b, p.Key), write(b, p.Value)); err != nil {
				return err
			}
		}
		b.WriteByte('}')
	}
	if b.Len() > 4*maxFile {
		return fmt.Errorf("stands for more than the %d MB of text that are read", 4*maxFile>>20)
	}
	return nil
}

func writeKey(b *bytes.Buffer, key any) error {
	text := ""
	switch key := key.(type) {
	case string:
		text = key
	case int64:
		text = strconv.FormatInt(key, 10)
	case float64:
		text = number(key)
	default:
		return errors.New("has a dict whose keys are neither texts nor numbers")
	}
	if err := quote(b, text); err != nil {
		return err
	}
	b.WriteString(": ")
	return nil
}

func quote(b *bytes.Buffer, text string) error {
	quoted, err := json.Marshal(text)
	b.Write(quoted)
	return err
}

// number writes a float64 exactly, with a point or an exponent.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "Infinity"
	case math.IsInf(v, -1):
		return "-Infinity"
	}
	text := strconv.FormatFloat(v, 'g', -1, 64)
	if v == math.Trunc(v) && !strings.ContainsAny(text, ".e") {
		text += ".0"
	}
	return text
}
