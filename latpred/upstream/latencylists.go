package upstream

import (
	"bufio"
	"bytes"
	"encoding/json"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/pytorch"
)

// numbers is a list of numbers in a file, with its path in it.
type numbers struct {
	path string
	ms   []float64
}

type numberLists []numbers

// largestList is the largest file of JSON that can be a list, in bytes.
const largestList = 64 << 20

// readLists reads the lists of numbers in a file; nil: it holds none, or is something else.
func readLists(file string) (numberLists, error) {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil, err
	}
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	in := bufio.NewReader(f)
	start, _ := in.Peek(512)
	if pytorch.Is(start) {
		root, err := pytorch.ParseData(in, file)
		if err != nil {
			return nil, err
		}
		return listsIn(nil, "", root), nil
	}
	if text := bytes.TrimSpace(start); info.Size() > largestList || len(text) == 0 || text[0] != '[' && text[0] != '{' {
		return nil, nil
	}
	var root any
	if err := json.NewDecoder(in).Decode(&root); err != nil {
		return nil, err
	}
	return listsIn(nil, "", root), nil
}

// listsIn appends the lists of numbers in a value, which has a path.
func listsIn(lists numberLists, path string, v any) numberLists {
	inside := func(key string, value any) {
		lists = listsIn(lists, strings.TrimPrefix(path+"/"+key, "/"), value)
	}
	switch v := v.(type) {
	case []any:
		if ms := numbersOf(v); ms != nil {
			lists = append(lists, numbers{path, ms})
		}
	case pickle.Map:
		for _, p := range v {
			if key, ok := p.Key.(string); ok {
				inside(key, p.Value)
			}
		}
	case map[string]any:
		for key, value := range v {
			inside(key, value)
		}
	}
	slices.SortStableFunc(lists, func(a, b numbers) int { return strings.Compare(a.path, b.path) })
	return lists
}

// numbersOf gives the numbers of a list, NaN for None and null; nil if it is of something else.
func numbersOf(list []any) []float64 {
	out, some := make([]float64, len(list)), false
	for i, item := range list {
		switch v := item.(type) {
		case nil:
			out[i] = math.NaN()
			continue
		case int64:
			out[i] = float64(v)
		case float64:
			out[i] = v
		default:
			return nil
		}
		some = true
	}
	if !some {
		return nil
	}
	return out
}

// choose gives the list that is meant.
func (l numberLists) choose(file, wanted string) (numbers, error) {
	var names []string
	var fit numberLists
	for _, one := range l {
		names = append(names, one.path)
		if one.path == wanted {
			return one, nil
		}
		if wanted == "" || strings.HasSuffix(one.path, "/"+wanted) {
			fit = append(fit, one)
		}
	}
	if len(fit) == 1 {
		return fit[0], nil
	}
	e := &dataset.ColumnError{Name: file, Role: dataset.RoleLatency, Wanted: wanted, Columns: names}
	if len(fit) > 1 {
		e.Wanted, e.Candidates = "", nil
		for _, one := range fit {
			e.Candidates = append(e.Candidates, one.path)
		}
	}
	return numbers{}, e
}
