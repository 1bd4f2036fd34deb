package pickle

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds on what Plain makes. Lists that are shared in a pickle are repeated in its result,
// so that a small file may stand for very many values.
const (
	maxValues = 8 << 20
	maxDepth  = 100
	maxPath   = 8 // steps of a path that an error shows
)

// Pair is a key of a map, and its value.
type Pair struct {
	Key   any // string, int64, float64, bool or nil
	Value any
}

// Map is a dict, in the order of the file; every key is there once.
type Map []Pair

// Get is the value of a text key.
func (m Map) Get(key string) (value any, ok bool) {
	for _, p := range m {
		if p.Key == key {
			return p.Value, true
		}
	}
	return nil, false
}

// Plain turns a value of Read into nil, bool, int64, float64, string, []byte, []any (lists,
// tuples, sets and arrays) and Map. Errors name the place of what is no plain data, such as
// [3].ks; a class that stands there uncalled is a *ClassError.
func Plain(v any) (any, error) { return PlainUpTo(v, maxValues) }

// PlainUpTo is Plain of what has at most so many values, each counted as often as it is
// repeated; more are an error.
func PlainUpTo(v any, values int) (any, error) {
	p := plainer{most: values, left: values}
	out, err := p.plain(v, 0)
	if err != nil && len(p.path) > 0 {
		var path strings.Builder
		for i := len(p.path) - 1; i >= 0; i-- {
			if len(p.path)-i > maxPath {
				path.WriteString("…")
				break
			}
			path.WriteString(p.path[i])
		}
		err = fmt.Errorf("at %s: %w", strings.TrimPrefix(path.String(), "."), err)
	}
	return out, err
}

type plainer struct {
	most int      // values that may be made
	left int      // of them
	path []string // to the error, innermost first
}

// fail notes a step of the path to an error.
func (p *plainer) fail(step string, err error) error {
	p.path = append(p.path, step)
	return err
}

func (p *plainer) plain(v any, depth int) (any, error) {
	if p.left--; p.left < 0 {
		return nil, fmt.Errorf("more than %d values", p.most)
	}
	if depth > maxDepth {
		p.path = nil
		return nil, fmt.Errorf("lists or dicts within one another, more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int64, float64, []byte:
		return v, nil
	case string:
		return text(v), nil
	case *List:
		return p.list(v.Items, depth)
	case Tuple:
		return p.list(v, depth)
	case *Dict:
		return p.dict(v, depth)
	case *Array:
		return p.array(v, 0, v.offset, depth)
	case Global:
		return nil, classError(v.String())
	}
	return nil, fmt.Errorf("%s, where plain data are read", kind(v))
}

// text is v, or what it is in Latin-1 if it is no UTF-8: a text of Python 2.
func text(v string) string {
	if utf8.ValidString(v) {
		return v
	}
	runes := make([]rune, len(v))
	for i := range len(v) {
		runes[i] = rune(v[i])
	}
	return string(runes)
}

func (p *plainer) list(items []any, depth int) (any, error) {
	out := make([]any, 0, min(len(items), max(0, p.left)))
	for i, item := range items {
		v, err := p.plain(item, depth+1)
		if err != nil {
			return nil, p.fail(fmt.Sprintf("[%d]", i), err)
		}
		out = append(out, v)
	}
	return out, nil
}

func (p *plainer) dict(d *Dict, depth int) (any, error) {
	out := make(Map, 0, min(len(d.Keys), max(0, p.left)))
	at := map[any]int{}
	for i := range d.Keys {
		key, err := p.plain(d.Keys[i], depth+1)
		if err != nil {
			return nil, p.fail(" (a key)", err)
		}
		switch key.(type) {
		case []any, Map, []byte:
			return nil, fmt.Errorf("a dict with %s for a key, where texts and numbers are read", kind(d.Keys[i]))
		}
		v, err := p.plain(d.Values[i], depth+1)
		if err != nil {
			return nil, p.fail("."+clip(fmt.Sprint(key)), err)
		}
		if place, again := at[key]; again {
			out[place].Value = v
			continue
		}
		at[key] = len(out)
		out = append(out, Pair{key, v})
	}
	return out, nil
}

// array lists the values of an array from a dimension on.
func (p *plainer) array(a *Array, dim, offset, depth int) (any, error) {
	if a.dtype == nil {
		return nil, errors.New("damaged: an array without values")
	}
	if dim == len(a.shape) {
		v, err := a.at(offset)
		if err != nil {
			return nil, err
		}
		return p.plain(v, depth+1)
	}
	if p.left -= a.shape[dim]; p.left < 0 {
		return nil, fmt.Errorf("more than %d values", p.most)
	}
	out := make([]any, a.shape[dim])
	for i := range out {
		var err error
		if out[i], err = p.array(a, dim+1, offset+i*a.strides[dim], depth+1); err != nil {
			return nil, p.fail(fmt.Sprintf("[%d]", i), err)
		}
	}
	return out, nil
}
