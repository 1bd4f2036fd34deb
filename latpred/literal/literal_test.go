package literal

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
)

// plain makes a value comparable as text.
func plain(v Value) string {
	switch v.Kind {
	case Null:
		return "null"
	case Bool:
		return fmt.Sprint(v.Number == 1)
	case Number:
		return fmt.Sprint(v.Number)
	case Text:
		return fmt.Sprintf("%q", v.Text)
	}
	var parts []string
	for _, e := range v.List {
		parts = append(parts, plain(e))
	}
	for _, e := range v.Entries {
		parts = append(parts, fmt.Sprintf("%q:%s", e.Key, plain(e.Value)))
	}
	return fmt.Sprintf("%d<%s>", v.Kind, strings.Join(parts, " "))
}

func TestParse(t *testing.T) {
	for text, want := range map[string]string{
		`{"ks": [3, 5], "wid": null}`:                    `5<"ks":4<3 5> "wid":null>`,
		`{'ks': (3, 5,), 'wid': None, }`:                 `5<"ks":4<3 5> "wid":null>`,
		`[np.int64(3), numpy.int32(-5), 3.0, 1e0, True]`: `4<3 -5 3 1 true>`,
		`array([3, 5], dtype=int64)`:                     `4<3 5>`,
		`array([[3, 5],\n [3, 7]])`:                      `4<4<3 5> 4<3 7>>`,
		`tensor([3.], device='cuda:0', grad_fn=<A0>)`:    `4<3>`,
		`[3 5  7]`:                                 `4<3 5 7>`,
		`(3)`:                                      `3`,
		`OrderedDict([('ks', [3]), ('d', 2)])`:     `5<"ks":4<3> "d":2>`,
		`OrderedDict({'ks': [3]})`:                 `5<"ks":4<3>>`,
		`dict(ks=[3], d=np.array(2))`:              `5<"ks":4<3> "d":2>`,
		`argparse.Namespace(ks=[3], d=2)`:          `5<"ks":4<3> "d":2>`,
		`defaultdict(<class 'list'>, {'ks': [3]})`: `5<"ks":4<3>>`,
		`defaultdict(list, {'ks': [3]})`:           `5<"ks":4<3>>`,
		`{ks: [3], e : 4, 5: 6, 1.5: 7}`:           `5<"ks":4<3> "e":4 "5":6 "1.5":7>`,
		`"a\u0041\x41\n'"`:                         `"aAA\n'"`,
		"{1: 2} # a comment":                       `5<"1":2>`,
		`[nan, -inf, Infinity]`:                    `4<NaN -Inf +Inf>`,
		`u'x'`:                                     `"x"`,
		`()`:                                       `4<>`,
	} {
		v, err := Parse(strings.ReplaceAll(text, `\n `, "\n "))
		if got := plain(v); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", text, got, err, want)
		}
	}
}

func TestPlaces(t *testing.T) {
	v, err := ParseAt("{'a':\n [3]}", 7, 5)
	if err != nil {
		t.Fatal(err)
	}
	e := v.Entries[0]
	if got := fmt.Sprint(v.Line, v.Column, e.Line, e.Column, e.Value.Line, e.Value.Column); got != "7 5 7 6 8 2" {
		t.Errorf("places %s", got)
	}
	if _, err := ParseAt("{", 7, 5); err == nil || err.Error() != "line 7, column 5: bracket '{' is not closed" {
		t.Error(err)
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "line 1, column 1: found the end, want a value",
		"{'ks': [3,\n 5}":                 "line 2, column 3: found '}', want a comma or ']'",
		"[3, 5":                           "line 1, column 1: bracket '[' is not closed",
		"[3] 4":                           "line 1, column 5: '4' follows the value",
		"{ks: a}":                         `line 1, column 6: "a" is no value: texts stand in quotes`,
		"{‘ks’: 3}":                       "line 1, column 2: found '‘' (a typographic quote), want a value",
		"{ks}":                            `line 1, column 2: "ks" is no value: texts stand in quotes`,
		"Namespace()":                     "line 1, column 1: Namespace of nothing",
		"[__import__('os').system('x')]":  "line 1, column 2: __import__(…): only functions that wrap a value are read, such as np.int64 and array, and none is called",
		"[os.int(3)]":                     "line 1, column 2: os.int(…): only functions that wrap a value are read, such as np.int64 and array, and none is called",
		"[3 'a']":                         "line 1, column 4: found '\\'', want a comma or ']'",
		"'a\nb'":                          "line 1, column 1: the quote is not closed on its line",
		"[0x3]":                           `line 1, column 2: "0x3" is no number`,
		"[5_000]":                         `line 1, column 2: "5_000" is no number`,
		"{[3]: 4}":                        "line 1, column 2: a list as a key, want a text",
		"int64(3, 4)":                     "line 1, column 10: int64 of several values",
		"array()":                         "line 1, column 1: array of nothing",
		"[3, ..., 5]":                     `line 1, column 5: "..." is no number`,
		strings.Repeat("[", 100):          "line 1, column 66: more than 64 brackets within brackets",
		"[" + strings.Repeat("1,", 1<<18): "line 1, column 262144: more than 131072 values",
	} {
		_, err := Parse(text)
		if err == nil || err.Error() != want {
			t.Errorf("%.40s: %v, want %s", text, err, want)
		}
	}
	if _, err := Parse(strings.Repeat(" ", MaxBytes+1)); err == nil {
		t.Error("a text that is too long is read")
	}
}

func TestLongReasons(t *testing.T) {
	_, err := Parse("[" + strings.Repeat("9", 1000) + "x]")
	if err == nil || len(err.Error()) > 900 || !strings.HasSuffix(err.Error(), `9x" is no number`) {
		t.Errorf("%d bytes: %v", len(err.Error()), err)
	}
}

func TestInt(t *testing.T) {
	for text, want := range map[string]int{"3": 3, "3.0": 3, "-2": -2, "1e2": 100} {
		v, _ := Parse(text)
		if got, err := v.Int(); err != nil || got != want {
			t.Errorf("%s: %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"3.5", "'3'", "nan", "inf", "1e300", "true", "None"} {
		v, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := v.Int(); err == nil {
			t.Errorf("%s is %d", text, got)
		}
	}
}

// scan takes a text apart, which must not depend on how it comes.
func scan(t *testing.T, text string) (got []string, err error) {
	t.Helper()
	got, err = scanned(iotest.OneByteReader(strings.NewReader(text)))
	whole, failed := scanned(strings.NewReader(text))
	if fmt.Sprint(got, err) != fmt.Sprint(whole, failed) {
		t.Errorf("%q by the byte: %q, %v, whole: %q, %v", text, got, err, whole, failed)
	}
	return got, err
}

func scanned(r io.Reader) (got []string, err error) {
	s := NewScanner(r)
	for {
		text, line, column, err := s.Next()
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprintf("%d:%d %s", line, column, text))
	}
}

func TestScanner(t *testing.T) {
	for text, want := range map[string]string{
		"r1 d2\n\n# none\n r3 d4 \r\n":               "1:1 r1 d2|4:2 r3 d4",
		"{'a': 1}\n{'a':\n 2}\n":                     "1:1 {'a': 1}|2:1 {'a':\n 2}",
		"[{'a': 1}, {'a': 2}\n]\n":                   "1:2 {'a': 1}|1:12 {'a': 2}",
		"[[1, 2], [3, 4]]":                           "1:2 [1, 2]|1:10 [3, 4]",
		"[1, 2]\n[3, 4]":                             "1:1 [1, 2]|2:1 [3, 4]",
		"[np.int64(1), 2]":                           "1:1 [np.int64(1), 2]",
		"[OrderedDict([('a', 1)]), dict(a=2)]":       "1:2 OrderedDict([('a', 1)])|1:27 dict(a=2)",
		"array([1,\n 2])\n":                          "1:1 array([1,\n 2])",
		`{"a": "]}", 'b': '\'{'}`:                    `1:1 {"a": "]}", 'b': '\'{'}`,
		"[" + strings.Repeat("\n", 500) + "{1: 2}]":  "501:1 {1: 2}",
		"{'a': 1}, {'a': 2}":                         "1:1 {'a': 1}|1:11 {'a': 2}",
		"r1 d2 # a (note, :[\nr3":                    "1:1 r1 d2 # a (note, :[|2:1 r3",
		"[{1: 2} # one, ]\n, {3: 4}]":                "1:2 {1: 2} # one, ]|2:3 {3: 4}",
		"['r1 d2', 'r3, d4']":                        "1:2 'r1 d2'|1:11 'r3, d4'",
		"['none', 'skip']":                           "1:1 ['none', 'skip']",
		`["{\"a\": [1]}", "{}"]`:                     `1:2 "{\"a\": [1]}"|1:18 "{}"`,
		"[" + strings.Repeat(" ", 3000) + "[1]]\n[2": "",
	} {
		got, err := scan(t, text)
		if want == "" {
			if err == nil {
				t.Errorf("%.20q: %v, want an error", text, got)
			}
			continue
		}
		if joined := strings.Join(got, "|"); err != nil || joined != want {
			t.Errorf("%.40q: %s, %v, want %s", text, joined, err, want)
		}
	}
	for text, want := range map[string]string{
		"{1: 2}\n{'a': [\n":                    "line 2, column 1: a bracket is not closed",
		"[{1: 2},\n":                           "line 1, column 1: bracket '[' is not closed",
		"{'" + strings.Repeat("a", 2*MaxBytes): fmt.Sprintf("line 1, column 1: a value or a line longer than %d bytes", MaxBytes),
	} {
		if _, err := scan(t, text); err == nil || err.Error() != want {
			t.Errorf("%.20q: %v, want %s", text, err, want)
		}
	}
}

// FuzzParse: nothing panics, and what encoding/json reads means the same here.
func FuzzParse(f *testing.F) {
	f.Add(`{"ks": [3, 5.5, -1e3], "a\"": {"b": [true, null]}}`)
	f.Add(`{'ks': array([3], dtype=int8)}`)
	f.Fuzz(func(t *testing.T, text string) {
		v, err := Parse(text)
		_, _ = scan(t, text)
		var want any
		if json.Unmarshal([]byte(text), &want) != nil || strings.Contains(text, `\u`) {
			return
		}
		if err != nil {
			if strings.Contains(err.Error(), "more than") || strings.Contains(err.Error(), "is no number") {
				return // our bounds
			}
			t.Fatalf("%q: %v", text, err)
		}
		if v.Kind == Number && v.Number != want && !math.IsInf(v.Number, 0) {
			t.Fatalf("%q: %v, want %v", text, v.Number, want)
		}
		if list, ok := want.([]any); ok && len(list) != len(v.List) {
			t.Fatalf("%q: %d elements, want %d", text, len(v.List), len(list))
		}
	})
}
