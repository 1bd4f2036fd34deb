package pickle_test

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// A pickle that would have Python run something is named as such, however it calls, and
// even if what it would make is thrown away.
func TestRunsNothing(t *testing.T) {
	for content, class := range map[string]string{
		"cos\nsystem\n(S'echo hello'\ntR.":                                           "os.system",
		"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00ls\x85R.":                          "posix.system",
		"\x80\x04\x8c\x02nt\x8c\x06system\x93\x8c\x02ls\x85R0]\x94K\x01a.":           "nt.system",
		"(S'ls'\nios\nsystem\n.":                                                     "os.system",
		"(cos\nsystem\nS'ls'\no.":                                                    "os.system",
		"c__builtin__\neval\n(S'1'\ntR.":                                             "__builtin__.eval",
		"cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR.":                                "builtins.getattr",
		"csubprocess\nPopen\n(S'ls'\ntR.":                                            "subprocess.Popen",
		"cimportlib.util\nmodule_from_spec\n(tR.":                                    "importlib.util.module_from_spec",
		"\x80\x02cos\nsystem\n.":                                                     "os.system", // by name alone
		"\x80\x02]cos\nsystem\na.":                                                   "os.system",
		"ccopy_reg\n_reconstructor\n(csubprocess\nPopen\nc__builtin__\nobject\nNtR.": "subprocess.Popen",
		"\x80\x02ccollections\ndefaultdict\ncos\nsystem\n\x85Rq\x00X\x01\x00\x00\x00acfunctools\npartial\n)Rs.": "functools.partial",
	} {
		_, err := read(content)
		var foreign *pickle.ClassError
		if !errors.As(err, &foreign) || foreign.Class != class || !foreign.Runs || !strings.Contains(err.Error(), "would run code") {
			t.Errorf("%q: %v, want that %s would run", content, err, class)
		}
	}
}

// What is no plain data is named, with its place and the way out.
func TestNamesClasses(t *testing.T) {
	for content, want := range map[string]string{
		"\x80\x02cpandas.core.frame\nDataFrame\n)\x81}b.":                                "class pandas.core.frame.DataFrame (a table of pandas: write it with to_csv)",
		"\x80\x02cofa.nets\nNet\n)\x81}b.":                                               "class ofa.nets.Net (a network, not its data)",
		"ccopy_reg\n_reconstructor\n(cmine\nRow\nc__builtin__\nobject\nNtR.":             "class mine.Row, where plain",
		"cnumpy.core.multiarray\n_reconstruct\n(cnumpy.ma\nMaskedArray\n(I0\ntS'b'\ntR.": "class numpy.ma.MaskedArray",
		"\x80\x02]}X\x02\x00\x00\x00kscmine\nRow\nsa.":                                   "at [0].ks: holds an object of class mine.Row",
		"cnumpy\ndtype\n(S'M8'\ntR.":                                                     "NumPy values of type M8",
		"}(I1\nI2\ntI3\ns.":                                                              "a dict with a tuple of 2 items for a key",
	} {
		if _, err := read(content); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want …%s…", content, err, want)
		}
	}
}

// Damaged and hostile pickles are errors that come soon and take little memory.
func TestFaults(t *testing.T) {
	doubled := "]K\x01a"
	for range 60 { // 2⁶⁰ values
		doubled = "](" + doubled + "2e"
	}
	for content, want := range map[string]string{
		"":                                      "cut short: 1 bytes are due at byte 0",
		"K":                                     "cut short",
		"K\x01":                                 "cut short",
		".":                                     "a value is due and there is none",
		"0.":                                    "byte 0: damaged: a value is due",
		"t.":                                    "a mark is due and there is none",
		"h\x05.":                                "value 5 is used and was never kept",
		"g-1\n.":                                "a place in the memo is no number",
		"p99999999999999999999\n.":              "a place in the memo is no number",
		"K\x01a.":                               "a value is due",
		"K\x01K\x02a.":                          "items are added to a number",
		"K\x01K\x02K\x03s.":                     "2 keys and values for a number",
		"}(K\x01u.":                             "1 keys and values",
		"(K\x01d.":                              "1 keys and values",
		"]K\x01\x85K\x02R.":                     "the arguments of a class are no tuple",
		"K\x01)R.":                              "a number is called",
		"]]b.":                                  "a list of 0 items gets a state",
		"B\xff\xff\xff\xff.":                    "4294967295 bytes are due",
		"\x8e\xff\xff\xff\xff\xff\xff\xff\xff.": "bytes are due",
		"\x95\xff\xff\xff\xff\xff\xff\xff\xff.": "a frame is longer than the file",
		"\x80\x09N.":                            "protocol 9",
		"\x97.":                                 "no instruction",
		"hello world":                           "byte",
		"Ix\n.":                                 "an integer that is none",
		"F1,5\n.":                               "a number that is none",
		"Sx\n.":                                 "a text without quotes",
		"S'\\x0'\n.":                            "an escape",
		"V\\uzzzz\n.":                           "an escape",
		"I" + strings.Repeat("1", 5000) + "\n.": "an integer that is none",
		"Q.":                                    "a value is due",
		"K\x01Q.":                               "refers to values outside of it",
		"\x82\x01.":                             "registry of extensions",
		"]2a.":                                  "within one another, more than 100 deep", // holds itself
		doubled + ".":                           "more than 8388608 values",
		strings.Repeat("]", 5000) + strings.Repeat("a", 4999) + ".":              "more than 100 deep",
		strings.Repeat("N0", 3<<20) + ".":                                        "more than 4194304 instructions",
		strings.Repeat("(", 3<<20):                                               "cut short",
		"cnumpy\ndtype\n(S'f8'\ntR.":                                             "where plain data are read",
		"cnumpy\ndtype\n(]2atR.":                                                 "the type of an array is a list of 1 items", // an argument that holds itself
		"cnumpy.core.multiarray\nscalar\n(cnumpy\ndtype\n(S'f8'\ntRS'1234'\ntR.": "whose bytes are not those of its type",
		array("(I3\nt", "S'12345678'\n"):                                         "an array of 8 bytes, 24 are due",
		array("(I9999999\nI9999999\nt", "S''\n"):                                 "an array of more than",
		array("(I-1\nt", "S''\n"):                                                "an array of more than",
		array("I1\n", "]"):                                                       "an array of 0 bytes",
	} {
		start := time.Now()
		_, err := read(content)
		if err == nil || !strings.Contains(err.Error(), want) || len(err.Error()) > 300 {
			t.Errorf("%.40q: %v, want …%s…", content, err, want)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%.40q took %s", content, took)
		}
	}
	var m runtime.MemStats
	if runtime.ReadMemStats(&m); m.HeapSys > 2<<30 {
		t.Errorf("hostile pickles took %d MB", m.HeapSys>>20)
	}
}

// array is a pickle of a NumPy array of float64 with this shape and data.
func array(shape, data string) string {
	return fmt.Sprintf("cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n%scnumpy\ndtype\n(S'f8'\ntRI00\n%stb.", shape, data)
}

// Values that a pickle refers to, and functions, can be given.
func TestOptions(t *testing.T) {
	o := pickle.Options{
		Load:  func(id any) (any, error) { return id, nil },
		Calls: map[string]func([]any) (any, error){"m.f": func(args []any) (any, error) { return int64(len(args)), nil }},
	}
	v, rest, err := pickle.Read([]byte("P12\ncm\nf\n(I1\nI2\ntR\x86.rest"), o)
	if err != nil || string(rest) != "rest" {
		t.Fatalf("rest %q, %v", rest, err)
	}
	if p, err := pickle.Plain(v); fmt.Sprint(p) != "[12 2]" || err != nil {
		t.Errorf("%v, %v, want 12 and 2", p, err)
	}
}

// The last value of a key counts, as in Python.
func TestRepeatedKey(t *testing.T) {
	if v, err := read("}S'a'\nI1\nsS'a'\nI2\ns."); err != nil || fmt.Sprint(v) != "[{a 2}]" {
		t.Errorf("%v, %v, want a: 2", v, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, name := range []string{"python2.7-protocol0", "python3.8-protocol2", "python3.11-protocol5"} {
		content, err := os.ReadFile("testdata/" + name + ".pkl")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(content)
	}
	f.Add([]byte("]2a."))
	f.Add([]byte("cos\nsystem\n(S'ls'\ntR."))
	f.Fuzz(func(t *testing.T, content []byte) {
		v, _, err := pickle.Read(content, pickle.Options{})
		if err != nil {
			return
		}
		if _, err := pickle.Plain(v); err != nil && len(err.Error()) > 10000 {
			t.Errorf("an error of %d bytes", len(err.Error()))
		}
	})
}
