package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
)

// specialised is a folder with a net.config and its run.config, as OFA's code leaves them,
// of the network r192 d43223 ….
var specialised = filepath.Join("..", "..", "archfile", "testdata", "specialised")

const (
	firstNet  = "r208 d33233 k533-535-73-577-773 e334-664-36-463-333" // 30.0919 ms on the Note10, by its table
	secondNet = "r192 d33232 k535-333-33-373-75 e434-463-43-434-63"
)

// Files of networks give what the canonical texts of the same networks give, whoever wrote
// them.
func TestFilesOfNetworks(t *testing.T) {
	predict := func(path string) string { return mustCall(t, "predict", "--model", "epyc-zen4-b1", path) }
	want := predict(write(t, "texts", firstNet+"\n"+secondNet+"\n"))
	if strings.Count(want, "\n") != 3 {
		t.Fatalf("%q", want)
	}
	first, second := pythonDict(space.MustParse(firstNet)), pythonDict(space.MustParse(secondNet))
	json := strings.NewReplacer("'", `"`, "None", "null")
	numpy := strings.NewReplacer("'ks': [", "'ks': array([", "], 'e': [", "]), 'e': array([", "], 'd'", "], dtype=int64), 'd'")
	for name, text := range map[string]string{
		"Python":       first + "\n" + second + "\n",
		"NumPy":        numpy.Replace(first) + "\n" + numpy.Replace(second),
		"JSON Lines":   json.Replace(first) + "\r\n" + json.Replace(second) + "\r\n",
		"JSON":         "[\n  " + strings.ReplaceAll(json.Replace(first), ", ", ",\n    ") + ",\n" + json.Replace(second) + "]\n",
		"image_size":   strings.ReplaceAll(json.Replace(first+"\n"+second), `"r": `, `"image_size": `),
		"search":       "best = [(0.81, " + first + ", 24.5), (0.8, " + second + ", 22)]",
		"by name":      "{'small': " + first + ", 'large': " + second + "}",
		"commented":    "# found today\n" + firstNet + "  # the best\n\n" + secondNet,
		"byte order":   "\ufeff" + first + "\n" + second,
		"within a log": "Found: " + first + "\nFound: " + second,
	} {
		if got := predict(write(t, "nets", text)); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}

// A file without a network is an error, and a script's imports are none of its networks.
func TestFilesWithoutNetworks(t *testing.T) {
	for _, text := range []string{"import numpy as np\n", "arch,latency_ms\n", "# nothing\n"} {
		if stdout, stderr, status := call(t, "predict", "--model", "epyc-zen4-b1", write(t, "nets", text)); status != 1 || stdout != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%q: status %d, %q, %q", text, status, stdout, stderr)
		}
	}
	if _, stderr, status := call(t, "predict", "--model", "epyc-zen4-b1", "--interval", "nan", write(t, "nets", firstNet)); status != 2 || !strings.Contains(stderr, "--interval NaN: want more than 0") {
		t.Errorf("--interval nan: status %d, %q", status, stderr)
	}
}

// Every command that takes a network takes it as a text of any kind, as a file, or from
// standard input.
func TestNetworkArguments(t *testing.T) {
	dict := pythonDict(space.MustParse(firstNet))
	for _, arg := range []string{dict, strings.ReplaceAll(dict, "'r': [208]", "'r': np.int64(208)"), write(t, "one.json", dict)} {
		if got := mustCall(t, "lut", "sum", "--table", "note10", arg); !strings.HasPrefix(got, "30.0919") {
			t.Errorf("%.40s: %s", arg, got)
		}
	}
	stdin, err := os.Open(write(t, "one.txt", dict))
	if err != nil {
		t.Fatal(err)
	}
	defer stdin.Close()
	defer func(old *os.File) { os.Stdin = old }(os.Stdin)
	os.Stdin = stdin
	if got := mustCall(t, "lut", "sum", "-"); !strings.HasPrefix(got, "30.0919") {
		t.Errorf("standard input: %s", got)
	}
	if got := mustCall(t, "explain", "--model", "epyc-zen4-b1", dict); !strings.HasPrefix(got, firstNet+": ") {
		t.Errorf("explain: %s", got)
	}
	if got, want := mustCall(t, "predict", "--model", "epyc-zen4-b1", dict), mustCall(t, "predict", "--model", "epyc-zen4-b1", write(t, "one.json", dict)); got != want || strings.Count(got, "\n") != 2 {
		t.Errorf("predict: %s, want %s", got, want)
	}
	out := filepath.Join(t.TempDir(), "net.json")
	mustCall(t, "measure", "export", "--format", "json", "--out", out, dict)
	if content, err := os.ReadFile(out); err != nil || !strings.Contains(string(content), `"arch": "`+firstNet+`"`) {
		t.Errorf("measure export: %s, %v", content, err)
	}
	set := filepath.Join(t.TempDir(), "x.csv")
	mustCall(t, "measure", "nets", "--archs", write(t, "found.json", strings.ReplaceAll(dict, ", ", ",\n")), "--no-anchors", "--exec", "echo 5", "--out", set)
	if content, err := os.ReadFile(set); err != nil || strings.Count(string(content), "\n") != 2 || !strings.Contains(string(content), firstNet+",5,") {
		t.Errorf("measure nets: %s, %v", content, err)
	}
}

// A net.config is a network of the width that its channels have, at the resolution of its
// run.config or of a flag.
func TestNetConfig(t *testing.T) {
	file := filepath.Join(specialised, "net.config")
	for _, arg := range []string{file, specialised} {
		if got := mustCall(t, "lut", "sum", "--table", "epyc-zen4-b1", arg); !strings.HasPrefix(got, "7.2008") {
			t.Errorf("%s: %s", arg, got)
		}
	}
	want := mustCall(t, "predict", "--model", "epyc-zen4-b1", write(t, "nets", "r192 d43223 k3533-737-53-33-777 e4464-463-36-66-364"))
	if got := mustCall(t, "predict", "--model", "epyc-zen4-b1", file); got != want {
		t.Errorf("predict: %s, want %s", got, want)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	alone := write(t, "net.config", string(content))
	if got := mustCall(t, "lut", "sum", "--table", "epyc-zen4-b1", "--resolution", "192", string(content)); !strings.HasPrefix(got, "7.2008") {
		t.Errorf("with --resolution: %s", got)
	}
	for _, c := range []struct {
		reason string
		args   []string
	}{
		{"give --resolution", []string{"lut", "sum", "--table", "epyc-zen4-b1", alone}},
		{"run.config says 192", []string{"lut", "sum", "--table", "epyc-zen4-b1", "--resolution", "224", file}},
		{"the channels are those of mbv3-w1.0, not of mbv3-w1.2", []string{"lut", "sum", "--table", "note10", file}},
		{"the channels are those of mbv3-w1.0, not of mbv3-w1.2", []string{"predict", "--model", "note10", file}},
		{"the channels are those of mbv3-w1.0, not of mbv3-w1.2", []string{"explain", "--model", "note10", file}},
		{"the channels are those of mbv3-w1.0, not of mbv3-w1.2", []string{"measure", "nets", "--space", "mbv3-w1.2", "--archs", file, "--exec", "echo 5", "--out", filepath.Join(t.TempDir(), "x.csv")}},
	} {
		refused(t, c.reason, c.args...)
	}
}

// refused holds that a command fails and prints no number.
func refused(t *testing.T, reason string, args ...string) {
	t.Helper()
	stdout, stderr, status := call(t, args...)
	if status != 1 || stdout != "" || !strings.Contains(stderr, reason) || strings.Contains(stderr, "unknown column") || strings.Count(stderr, "\n") != 1 {
		t.Errorf("%.60q: status %d, %q, %q, want one line …%s…", args, status, stdout, stderr, reason)
	}
}

// What is no network is an error about the network, with its place, and no number.
func TestFilesOfNoNetworks(t *testing.T) {
	good := pythonDict(space.MustParse(firstNet))
	for reason, text := range map[string]string{
		"nets:1:198: architecture: r is 208 and image_size is 224": strings.Replace(good, "}", ", 'image_size': 224}", 1),
		`nets:1:184: architecture: unknown key "size"`:             strings.Replace(good, "}", ", 'size': 224}", 1),
		"OFA-ResNet50 (keys d, e, w): that space is not among":     `{"wid": null, "d": [2, 1], "e": [0.35, 0.2], "w": [2, 0], "r": [224]}`,
		"nets:1:22: architecture: ks[0] is 4, want one of [3 5 7]": strings.Replace(good, "[5", "[4", 1),
		"nets:2:1: architecture: a bracket is not closed":          "# none\n" + good[:50],
		"(a typographic quote), want a value":                      strings.ReplaceAll(good, "'", "’"),
		"no resolution (r or image_size)":                          "{'ks': 3, 'e': 3, 'd': 2}",
		"only functions that wrap a value are read":                "{'ks': open('x'), 'e': 3, 'd': 2, 'r': 160}",
		fmt.Sprintf("more than %d brackets within brackets", 64):   strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
	} {
		refused(t, reason, "predict", "--model", "epyc-zen4-b1", write(t, "nets", text))
	}
}
