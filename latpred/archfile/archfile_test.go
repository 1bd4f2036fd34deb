package archfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/archfile"
	"github.com/ofalat/ofalat/latpred/space"
)

const (
	first  = "r208 d33233 k533-535-73-577-773 e334-664-36-463-333"
	second = "r192 d33232 k535-333-33-373-75 e434-463-43-434-63"
)

// object is OFA's dictionary of a network, as JSON.
func object(text string) string { return space.MustParse(text).OFA().String() }

// python is object as Python prints it.
func python(text string) string {
	return "{'wid': None, " + strings.ReplaceAll(object(text)[1:], `"`, "'")
}

// read gives the networks of a text as line:column text, and the error.
func read(text, name string, o archfile.Options) (got []string, err error) {
	in := archfile.NewReader(bufio.NewReader(strings.NewReader(text)), name, o)
	for {
		item, err := in.Read()
		if err == io.EOF {
			return got, nil
		}
		if err != nil {
			return got, err
		}
		got = append(got, fmt.Sprintf("%d:%d %v", item.Line, item.Column, item.Arch))
	}
}

func TestForms(t *testing.T) {
	indented := strings.NewReplacer(",", ",\n ", "{", "{\n").Replace(object(first))
	for name, c := range map[string]struct {
		text   string
		places [2]string
	}{
		"lines":       {first + "\n# note\n\n  " + second + "\r\n", [2]string{"1:1", "4:3"}},
		"JSON Lines":  {object(first) + "\n" + object(second) + "\n", [2]string{"1:1", "2:1"}},
		"Python":      {python(first) + "\n" + python(second), [2]string{"1:1", "2:1"}},
		"list":        {"[" + object(first) + ", " + object(second) + "]", [2]string{"1:2", fmt.Sprintf("1:%d", 4+len(object(first)))}},
		"pretty list": {"[\n" + indented + ",\n" + object(second) + "\n]\n", [2]string{"2:1", fmt.Sprintf("%d:1", 3+strings.Count(indented, "\n"))}},
		"texts":       {`["` + first + `",` + "\n" + `"` + second + `"]`, [2]string{"1:2", "2:1"}},
		"named":       {`{"a": ` + object(first) + ",\n" + `"b": "` + second + `"}`, [2]string{"1:7", "2:6"}},
		"wrapped":     {`[{"config": ` + object(first) + `, "acc": 0.7}` + "\n" + `, {"arch": "` + second + `"}]`, [2]string{"1:2", "2:3"}},
		"OrderedDict": {"OrderedDict(" + python(first) + ")\n" + python(second), [2]string{"1:1", "2:1"}},
		"script":      {"# mine\nimport numpy as np\na = " + python(first) + "\nb = " + python(second) + "\n", [2]string{"3:5", "4:5"}},
		"mixed":       {first + "\n" + indented + "\n", [2]string{"1:1", "2:1"}},
	} {
		want := []string{c.places[0] + " " + first, c.places[1] + " " + second}
		if name == "mixed" {
			want[1] = c.places[1] + " " + first
		}
		got, err := read(c.text, "nets", archfile.Options{})
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %q, %v, want %q", name, got, err, want)
		}
		if !archfile.Is([]byte(c.text)) {
			t.Errorf("%s: not taken for networks", name)
		}
	}
}

func TestMistakes(t *testing.T) {
	for text, want := range map[string]string{
		first + "\n r208 d33233 k933 e334":                                            "nets:2:15: architecture: kernel 9, want one of [3 5 7]",
		object(first) + "\n" + strings.Replace(object(second), "3", "4", 1):           "nets:2:10: architecture: ks[1] is 4, want one of [3 5 7]",
		"[" + object(first) + ",\n {\"ks\": 3,\n  \"e\": 3.5, \"d\": 2, \"r\": 160}]": "nets:3:8: architecture: e[0] is 3.5, want one of [3 4 6]",
		"[" + object(first) + ",\n":                                                   "nets:1:1: architecture: bracket '[' is not closed",
		"{'ks': 3, 'e': 3, 'd': 2}":                                                   "nets:1:1: architecture: no resolution (r or image_size), one of 128, 132, … 260: give --resolution if it is that of all",
		"{'ks': 3, 'e': 3, 'd': 2, 'r': 100}":                                         "nets:1:1: architecture: mbv3-w1.0: resolution 100 is not one of 128, 132, … 260",
		"{'a': {'ks': 3, 'e': 3, 'd': 2, 'r': 160},\n 'b': {'ks': 3}}":                "nets:2:7: architecture: key \"e\" is missing or null",
		"[1, 2, 3]":                       "nets:1:1: architecture: a list of 3 choices: there are families of 6 (nasbench201), 22 (fbnet)",
		"__import__('os').system('true')": "nets:1:1: architecture: __import__(…): only functions that wrap a value are read, such as np.int64 and array, and none is called",
	} {
		_, err := read(text, "nets", archfile.Options{})
		var mistake *archfile.Error
		if !errors.As(err, &mistake) || err.Error() != want {
			t.Errorf("%.40q: %v, want %s", text, err, want)
		}
	}
}

func TestResolution(t *testing.T) {
	lacking := "{'ks': 3, 'e': 3, 'd': 2}"
	got, err := read(lacking, "nets", archfile.Options{Resolution: 176})
	if err != nil || len(got) != 1 || !strings.HasPrefix(got[0], "1:1 r176 ") {
		t.Errorf("asked for: %v, %v", got, err)
	}
	if _, err := read(first, "nets", archfile.Options{Resolution: 176}); err == nil || !strings.Contains(err.Error(), "resolution 176 was asked for, the description says 208") {
		t.Errorf("another was asked for: %v", err)
	}
	if got, err := read("[3, 3, 4, 1, 3, 1]\n[0, 0, 0, 0, 0, 1]", "nets", archfile.Options{}); err != nil || len(got) != 2 {
		t.Errorf("of the family: %v, %v", got, err)
	}
}

func TestIs(t *testing.T) {
	for text, want := range map[string]bool{
		"": false, "\n\n": false, "arch,latency_ms\n": false, `"arch";"ms"`: false, "arch": false, "# note\narch\n": false,
		"|arch|latency_ms|\n|---|---|": false, "# r160\n" + first: true, "r208 d3323": true, "fbnet r224 skip": true,
		first + ",4.5": false, `"` + first + `"`: true, "net = {": true, "Found: {": true, "ks: [3, 3]": true, "sep=;\narch;ms": false, "latency (ms)": false, "\n {": true, "[": true, "OrderedDict([": true, "|none~0|+|": true,
	} {
		if got := archfile.Is([]byte(text)); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// testdata/specialised has a net.config with its run.config, as OFA's code leaves them.
func TestNetConfig(t *testing.T) {
	name := filepath.Join("testdata", "specialised", "net.config")
	item, err := archfile.Argument(name, archfile.Options{})
	if want := "r192 d43223 k3533-737-53-33-777 e4464-463-36-66-364"; err != nil || item.Arch.String() != want || item.Space == nil || item.Space.ID != "mbv3-w1.0" {
		t.Fatalf("%v of %v, %v, want %s", item.Arch, item.Space, err, want)
	}
	if _, err := archfile.Argument(name, archfile.Options{Resolution: 224}); err == nil || !strings.Contains(err.Error(), "resolution 224 was asked for, "+filepath.Join("testdata", "specialised", "run.config")+" says 192") {
		t.Errorf("another resolution: %v", err)
	}
	if folder, err := archfile.Argument(filepath.Dir(name), archfile.Options{}); err != nil || folder != item {
		t.Errorf("its folder: %v, %v", folder, err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := archfile.Parse(string(text), archfile.Options{}); err == nil || !strings.Contains(err.Error(), "give --resolution, one of 128") {
		t.Errorf("as a text: %v", err)
	}
	if item, err := archfile.Parse(string(text), archfile.Options{Resolution: 192}); err != nil || item.Arch.Resolution != 192 {
		t.Errorf("as a text with a resolution: %v, %v", item, err)
	}
}

// A run.config counts where the description tells nothing, and must not contradict it.
func TestRunConfig(t *testing.T) {
	layers, err := os.ReadFile(filepath.Join("testdata", "specialised", "net.config"))
	if err != nil {
		t.Fatal(err)
	}
	sized := strings.Replace(string(layers), "{", `{"image_size": 208, `, 1)
	for _, c := range []struct {
		net, run string
		asked    int
		want     string // begins with "r" and the resolution, or is part of an error
	}{
		{sized, "", 0, "r208"}, {string(layers), `{"image_size": [224]}`, 0, "r224"}, {string(layers), "{'image_size': 160}", 160, "r160"},
		{string(layers), "{}", 160, "r160"}, {string(layers), `{"image_size": [128, 224]}`, 160, "r160"},
		{sized, `{"image_size": 192}`, 0, "resolution 208, and"}, {string(layers), `{"image_size": [128, 224]}`, 0, "image_size has 2 elements, want one; or give --resolution"},
		{string(layers), "{", 0, "run.config: line 1, column 1: bracket '{' is not closed; or give --resolution"},
		{string(layers), "{}", 0, "no resolution: a net.config has none"},
	} {
		dir := t.TempDir()
		for name, text := range map[string]string{"net.config": c.net, "run.config": c.run} {
			if text != "" {
				if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		}
		item, err := archfile.Argument(dir, archfile.Options{Resolution: c.asked})
		if err == nil && fmt.Sprintf("r%d", item.Arch.Resolution) != c.want || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("run.config %s, --resolution %d: %v, %v, want %s", c.run, c.asked, item.Arch, err, c.want)
		}
	}
}

func TestParse(t *testing.T) {
	if item, err := archfile.Parse(python(first), archfile.Options{}); err != nil || item.Arch != space.MustParse(first) {
		t.Errorf("%v, %v", item, err)
	}
	for arg, want := range map[string]string{
		"": "no network", first + "\n" + second: "architecture, line 2, column 1: another network, where one is wanted",
		"nets.json": "nets.json: no such file", "r208": "architecture, column 5: ends where \"d\" is due", "(3,": "architecture, column 1: a bracket is not closed",
	} {
		if _, err := archfile.Argument(arg, archfile.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.20q: %v, want …%s…", arg, err, want)
		}
	}
}

func FuzzReader(f *testing.F) {
	f.Add(first + "\n" + object(second))
	f.Add("[" + python(first) + "]")
	f.Add("\f")
	f.Add("archs = [(0.8, " + python(first) + ", 5)] # best")
	f.Add(`{"a": {"arch": "` + first + `"}}`)
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = read(text, "nets", archfile.Options{})
		archfile.Is([]byte(text))
	})
}
