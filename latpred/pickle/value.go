package pickle

import (
	"fmt"
	"slices"
	"strings"
)

// List is a list, a set or a frozenset. A list may hold itself.
type List struct{ Items []any }

// Tuple is a tuple.
type Tuple []any

// Dict is a dict or one of its kinds in collections, in the order of the file. If keys are
// equal, the last value counts.
type Dict struct{ Keys, Values []any }

// Set adds a key and its value.
func (d *Dict) Set(key, value any) { d.Keys, d.Values = append(d.Keys, key), append(d.Values, value) }

// Global is the name of a class or function that stands in a pickle without being called.
type Global struct{ Module, Name string }

// String is the name as Python writes it, such as "torch.float32".
func (g Global) String() string { return g.Module + "." + g.Name }

// ClassError reports that a file would have Python make something other than plain data.
type ClassError struct {
	Class string // of the object, or the function that would be called: "os.system"
	Runs  bool   // calling it can run any code
}

// Error says what the file holds.
func (e *ClassError) Error() string {
	if e.Runs {
		return fmt.Sprintf("would run code where Python loads it (%s): nothing of it was run here; don't load it elsewhere", e.Class)
	}
	text := "holds an object of class " + e.Class
	switch root, _, _ := strings.Cut(e.Class, "."); {
	case root == "pandas":
		text += " (a table of pandas: write it with to_csv)"
	case strings.HasPrefix(e.Class, "torch.nn.") || root == "ofa" || root == "torchvision":
		text += " (a network, not its data)"
	case root == "joblib":
		text += " (written by joblib: write plain lists with json.dump)"
	}
	return text + ", where plain lists, dicts, texts and numbers are read"
}

// runners are modules whose functions run code, reach files or the network, or find other
// functions; for those of builtins, the functions.
var runners = strings.Fields(`os posix nt sys subprocess commands popen2 importlib imp runpy pty socket ssl shutil ctypes
	_ctypes webbrowser code codeop pickle _pickle cPickle marshal types operator _operator timeit pdb bdb cProfile profile
	trace asyncio multiprocessing threading _thread tempfile pip pathlib io _io urllib http requests ftplib smtplib
	functools _functools dill cloudpickle inspect gc weakref pkgutil pydoc site platform signal nturl2path linecache
	logging sqlite3 idlelib lib2to3 distutils setuptools ensurepip venv zipimport builtins.eval builtins.exec
	builtins.execfile builtins.compile builtins.__import__ builtins.getattr builtins.setattr builtins.delattr builtins.open
	builtins.file builtins.input builtins.raw_input builtins.apply builtins.globals builtins.locals builtins.vars
	builtins.map builtins.filter builtins.breakpoint builtins.help torch.hub torch.load torch.jit torch.utils
	numpy.testing numpy.f2py numpy.load numpy.distutils numpy.lib pandas.read_pickle pandas.eval`)

// classError is the error of a class or function that is not known here.
func classError(class string) error {
	name := class
	if rest, old := strings.CutPrefix(name, "__builtin__."); old {
		name = "builtins." + rest
	}
	for prefix := name; prefix != ""; {
		if slices.Contains(runners, prefix) {
			return &ClassError{class, true}
		}
		dot := strings.LastIndexByte(prefix, '.')
		prefix = prefix[:max(0, dot)]
	}
	return &ClassError{class, false}
}

// kind names the kind of a value, for errors: never the value itself.
func kind(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool:
		return "a truth value"
	case int64, float64:
		return "a number"
	case string:
		return "a text"
	case []byte:
		return "bytes"
	case *List:
		return fmt.Sprintf("a list of %d items", len(v.Items))
	case Tuple:
		return fmt.Sprintf("a tuple of %d items", len(v))
	case *Dict:
		return fmt.Sprintf("a dict of %d keys", len(v.Keys))
	case Global:
		return "the name " + clip(v.String())
	case *Array:
		return "an array"
	}
	return fmt.Sprintf("a %T", v)
}

// clip shortens a text of a file for an error.
func clip(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if runes := []rune(text); len(runes) > 60 {
		text = string(runes[:60]) + "…"
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '?'
		}
		return r
	}, text)
}
