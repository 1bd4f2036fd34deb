package pytorch_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/pytorch"
)

// file reads one of PyTorch's own files, made by testdata/make.py.
func file(t testing.TB, name string) []byte {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	if !pytorch.Is(content[:min(len(content), 512)]) {
		t.Errorf("%s is not taken for a file of PyTorch's or a pickle", name)
	}
	return content
}

// kinds are the three ways to write a value.
var kinds = []string{"%s-zip.pt", "%s-old.pt", "%s.pkl"}

// list writes n times a number as JSON.
func list(n int, value string) string {
	return "[" + strings.TrimSuffix(strings.Repeat(value+", ", n), ", ") + "]"
}

// Networks and latencies, in the forms in which users keep them, become one JSON document,
// the same of every kind of file.
func TestDocument(t *testing.T) {
	first := `{"wid": null, "ks": ` + list(20, "3") + `, "e": ` + list(20, "4") + `, "d": ` + list(5, "2") + `, "r": [160]}`
	second := `{"wid": null, "ks": ` + list(20, "5") + `, "e": ` + list(20, "6") + `, "d": ` + list(5, "3") + `, "r": 224}`
	for name, want := range map[string]string{
		"records": `[{"arch": ` + first + `, "latency": 5.5}, {"arch": ` + second + `, "latency": 7.25}]`,
		"columns": `{"arch": [` + first + `, ` + second + `], "latency": [5.5, 7.25]}`,
		"pairs":   `[{"arch": ` + first + `, "latency_ms": 5.5}, {"arch": ` + second + `, "latency_ms": 7.25}]`,
		"tensors": `{"single": 2.5, "half": [1.5, -2.0], "bfloat": [1.5, -2.0], "double": [[0.1, 0.2], [0.3, 0.4]], "turned": [[0, 3], [1, 4], [2, 5]],` +
			` "part": [2, 5], "truth": [true, false], "byte": [200], "parameter": [1.0], "size": [1, 2], "empty": [], "again": [[0, 3], [1, 4], [2, 5]]}`,
	} {
		for _, kind := range kinds {
			path := fmt.Sprintf(kind, name)
			got, err := pytorch.Document(bytes.NewReader(file(t, path)), path)
			if err != nil || string(got) != want+"\n" {
				t.Errorf("%s: %s, %v, want %s", path, got, err, want)
			}
		}
	}
}

// What no reader can use is named.
func TestDocumentNamesTheRest(t *testing.T) {
	for _, kind := range kinds {
		for name, want := range map[string]string{
			"latencies": "a list of 2 numbers: latencies without their networks?",
			"weights":   "holds the weights of a network",
		} {
			path := fmt.Sprintf(kind, name)
			if _, err := pytorch.Document(bytes.NewReader(file(t, path)), path); err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %s: …%s…", err, path, want)
			}
		}
	}
	for name, want := range map[string]string{
		"module.pt": "an object of class torch.nn.modules.linear.Linear (a network, not its data)",
		"script.pt": "a network that torch.jit saved, a program",
	} {
		if _, err := pytorch.Document(bytes.NewReader(file(t, name)), name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s: …%s…", err, name, want)
		}
	}
	var foreign *pickle.ClassError
	if _, err := pytorch.Document(strings.NewReader("cos\nsystem\n(S'ls'\ntR."), "harm.pkl"); !errors.As(err, &foreign) || !foreign.Runs {
		t.Errorf("a pickle that runs a command: %v", err)
	}
	if _, err := pytorch.Document(saved("]C\x01xa."), "bytes.pt"); err == nil || !strings.Contains(err.Error(), "holds 1 bytes") {
		t.Errorf("bytes: %v", err)
	}
}

// A dict from networks to latencies becomes a list of both; another dict stays.
func TestDocumentOfNetworksToLatencies(t *testing.T) {
	for content, want := range map[string]string{
		"\x80\x02}S'r160 d22222 k3'\nF5.5\ns.": `[{"arch": "r160 d22222 k3", "latency_ms": 5.5}]`,
		"\x80\x02}S'{\"ks\": 3}'\nI7\ns.":      `[{"arch": "{\"ks\": 3}", "latency_ms": 7}]`,
		"\x80\x02}S'mean'\nF5.5\ns.":           `{"mean": 5.5}`,
		"\x80\x02}I160\n}S'Conv'\nFnan\nss.":   `{"160": {"Conv": NaN}}`,
		"](F5.5\nS'r160 d22222 k3'\nla.":       `[{"arch": "r160 d22222 k3", "latency_ms": 5.5}]`,
		"\x80\x02].":                           `[]`,
		"\x80\x02}.":                           `{}`,
		"](NI01\nFinf\nF-inf\nF1e300\ntN0a.":   `[[null, true, Infinity, -Infinity, 1e+300]]`,
	} {
		got, err := pytorch.Document(strings.NewReader(content), "x.pkl")
		if err != nil || string(got) != want+"\n" {
			t.Errorf("%q: %s, %v, want %s", content, got, err, want)
		}
	}
}

// A bare state dict of PyTorch's own is read as well.
func TestStateDictOfPyTorch(t *testing.T) {
	for _, kind := range kinds {
		path := fmt.Sprintf(kind, "weights")
		tensors, err := pytorch.ReadStateDict(filepath.Join("testdata", path))
		if err != nil || len(tensors) != 2 || tensors[0].Name != "weight" || fmt.Sprint(tensors[0].Shape, tensors[1].Shape) != "[1 2] [1]" {
			t.Errorf("%s: %v, %v, want a weight and a bias", path, tensors, err)
		}
	}
}

func FuzzDocument(f *testing.F) {
	for _, kind := range kinds {
		f.Add(file(f, fmt.Sprintf(kind, "tensors")))
	}
	f.Add(file(f, "records.pkl"))
	f.Fuzz(func(t *testing.T, content []byte) {
		doc, err := pytorch.Document(bytes.NewReader(content), "x")
		if err == nil && !bytes.HasSuffix(doc, []byte("\n")) {
			t.Errorf("no document, and no error: %q", doc)
		}
	})
}
