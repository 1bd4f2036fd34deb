package pickle_test

import (
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// want is the value of testdata/make.py, as far as Python 2 has it.
var want = pickle.Map{
	{"none", nil}, {"yes", true}, {"no", false}, {"int", int64(7)}, {"neg", int64(-3)}, {"large", int64(1 << 40)}, {"huge", -math.Pow(2, 70)},
	{"float", .1}, {"text", "mü\\u 😀\n'\""}, {"list", ints(1, ints(2, 3), ints())}, {"tuple", ints(1, ints(2), ints(3, 4), ints(5, 6, 7), ints(8, 9, 10, 11), ints())},
	{"set", ints(5)}, {"frozen", ints(6)}, {"dict", pickle.Map{{"a", pickle.Map{}}, {int64(160), 1.5}}},
	{"default", pickle.Map{{"a", ints(1)}}}, {"counter", pickle.Map{{"a", int64(2)}, {"b", int64(1)}}},
	{"f8", .1}, {"f4", .5}, {"f2", -2.5}, {"i8", int64(-5)}, {"u1", int64(200)}, {"bool", true},
	{"array", ints(ints(0, 1, 2), ints(3, 4, 5))}, {"fortran", []any{[]any{0., 1., 2.}, []any{3., 4., 5.}}},
	{"big", []any{1.5, -2.}}, {"texts", []any{"ab", "c"}}, {"objects", []any{int64(1), "x", nil}},
	{"empty", ints()}, {"single", 3.5}, {"strided", ints(0, 3, 6, 9)}, {"one", ints(1, 2)}, {"two", ints(1, 2)},
}

// ints is a list of integers and lists.
func ints(items ...any) []any {
	out := []any{}
	for _, item := range items {
		if n, ok := item.(int); ok {
			item = int64(n)
		}
		out = append(out, item)
	}
	return out
}

func read(content string) (any, error) {
	v, _, err := pickle.Read([]byte(content), pickle.Options{})
	if err != nil {
		return nil, err
	}
	return pickle.Plain(v)
}

// Every protocol of three Pythons, with NumPy 1.16, 1.24 and 2.4, says the same.
func TestProtocols(t *testing.T) {
	files, err := filepath.Glob("testdata/*.pkl")
	if err != nil || len(files) != 15 {
		t.Fatalf("%d files, %v, want 3 + 6 + 6", len(files), err)
	}
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !pickle.Is(content) {
			t.Errorf("%s is not taken for a pickle", file)
		}
		got, err := read(string(content))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		all := got.(pickle.Map)
		for _, pair := range want {
			v, _ := all.Get(pair.Key.(string))
			if d, ok := pair.Value.(pickle.Map); ok && len(d) == 2 && len(v.(pickle.Map)) == 2 && v.(pickle.Map)[0].Key != d[0].Key {
				v = pickle.Map{v.(pickle.Map)[1], v.(pickle.Map)[0]} // Python 2 has no order in a dict
			}
			if !reflect.DeepEqual(v, pair.Value) {
				t.Errorf("%s: %s: %#v, want %#v", file, pair.Key, v, pair.Value)
			}
		}
		if strings.Contains(file, "python3") {
			b, _ := all.Get("bytes")
			c, _ := all.Get("array of bytes")
			if !reflect.DeepEqual(b, []byte{0, 255, '\n'}) || !reflect.DeepEqual(c, []byte{1, 2}) {
				t.Errorf("%s: bytes %v, %v", file, b, c)
			}
		}
	}
}
