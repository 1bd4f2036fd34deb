package pytorch

import (
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// ParseData reads plain data that torch.save or pickle.dump wrote, and gives them as
// pickle.Plain does: nil, bool, int64, float64, string, []byte, []any and pickle.Map. Arrays
// and tensors are lists. Anything else is an error, of type *pickle.ClassError if it is a
// class or a function. Errors refer to the file as name.
func ParseData(r io.Reader, name string) (any, error) {
	root, err := load(r, name)
	if err != nil {
		return nil, err
	}
	v, err := pickle.Plain(root)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return v, nil
}

func load(r io.Reader, name string) (any, error) {
	content, err := readAllLimited(r, name)
	if err != nil {
		return nil, err
	}
	root, _, err := parse(content, false)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return root, nil
}

// describe says what a value is: "a list of 2000 numbers".
func describe(v any) string {
	switch v := v.(type) {
	case *pickle.List:
		return describeItems("a list", v.Items)
	case pickle.Tuple:
		return describeItems("a tuple", v)
	case *pickle.Dict:
		if tensors := count[*pickle.Array](v.Values); tensors > 0 && 2*tensors > len(v.Values) {
			return fmt.Sprintf("the weights of a network (a dict of %d tensors)", tensors)
		}
		return fmt.Sprintf("a dict of %d keys", len(v.Keys))
	case *pickle.Array:
		return fmt.Sprintf("an array or tensor of shape %v", v.Shape())
	case pickle.Global:
		return fmt.Sprintf("the name %.60s", v)
	case string:
		return "a text"
	case int64, float64:
		return "a number"
	}
	return "no list and no dict"
}

func describeItems(what string, items []any) string {
	if len(items) > 0 && count[int64](items)+count[float64](items) == len(items) {
		return fmt.Sprintf("%s of %d numbers", what, len(items))
	}
	return fmt.Sprintf("%s of %d items", what, len(items))
}

// count is the number of values of a type.
func count[T any](values []any) (n int) {
	for _, v := range values {
		if _, ok := v.(T); ok {
			n++
		}
	}
	return n
}
