package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/runner"
)

// What measuring programs print, as people write them: read in the right unit, noticed, or
// refused with the way out.
func TestMeasureExecOutputs(t *testing.T) {
	trtexec, err := filepath.Abs("../../timing/testdata/trtexec8.txt")
	if err != nil {
		t.Fatal(err)
	}
	benchmark, err := filepath.Abs("../../timing/testdata/benchmark_model2.txt")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		exec, pick string
		want       float64 // 0: it is refused
		says       string
	}{
		"milliseconds":      {"sleep .02; echo 13.4", "", 13.4, ""},
		"with the unit":     {"sleep .02; echo 13.4 ms", "", 13.4, ""},
		"microseconds":      {"sleep .02; echo 13402.6 us", "", 13.4026, ""},
		"seconds":           {"sleep .02; echo 0.0134 s", "", 13.4, ""},
		"not told as us":    {"echo 10477", "", 10477, "note: a time of 10477 ms was printed by a call that took"},
		"not told as s":     {"echo 0.0134", "", .0134, "no device runs a network so fast"},
		"runs":              {"sleep .02; printf '13.9 ms\\n13.4 ms\\n'", "", 13.4, ""},
		"NumPy 2":           {"sleep .02; echo 'np.float64(13.4)'", "", 13.4, ""},
		"trtexec":           {"cat >/dev/null; cat " + trtexec, "", 5.06, "trtexec: median of GPU Compute Time"},
		"trtexec, latency":  {"cat >/dev/null; sleep .02; cat " + trtexec, `\] Latency:.*median =`, 5.18, ""},
		"benchmark_model":   {"cat " + benchmark, "", 14.531, "benchmark_model: median of the timed runs"},
		"a name":            {"sleep .02; echo 'warm 15.1 median 13.4 p99 17'", "median", 13.4, ""},
		"a group":           {"sleep .02; echo 'warm 15.1 median=13402.6us p99 17'", `median=([\d.]+)`, 13.4026, ""},
		"two numbers":       {"echo warm 15.1 median 13.4", "", 0, "warm 15.1 | median 13.4; --pick 'REGEXP' says which"},
		"a decimal comma":   {"echo 13,4", "", 0, "a point is wanted"},
		"frames per second": {"echo 74.6 FPS", "", 0, "--pick"},
		"nothing picked":    {"echo mean 13.4", "median", 0, "nothing that --pick"},
		"no pattern":        {"echo 13.4", "(", 0, "is no pattern"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			t.Setenv("XDG_CACHE_HOME", dir)
			out := filepath.Join(dir, "o.csv")
			args := []string{"measure", "nets", "--n", "2", "--no-anchors", "--rounds", "2", "--extra", "0", "--device", "board", "--out", out, "--exec", c.exec}
			if c.pick != "" {
				args = append(args, "--pick", c.pick)
			}
			_, stderr, status := call(t, args...)
			if (status == 0) != (c.want > 0) || !strings.Contains(stderr, c.says) || c.says != "" && strings.Count(stderr, c.says) != 1 || c.says == "" && strings.Contains(stderr, "note:") {
				t.Fatalf("status %d, %s, want %v and …%s…", status, stderr, c.want, c.says)
			}
			if c.want == 0 {
				return
			}
			set, err := dataset.Open(out)
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range set.Samples {
				if math.Abs(s.LatencyMs-c.want) > 1e-9 {
					t.Errorf("%v ms, want %v", s.LatencyMs, c.want)
				}
			}
		})
	}
}

// A runtime is measured, stopped and gone on with like any other device.
func TestMeasureRunner(t *testing.T) {
	python := os.Getenv("LATPRED_PYTHON")
	if python == "" {
		python = "python3"
	}
	if _, err := exec.LookPath(python); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", dir)
	programs := filepath.Join(dir, "programs")
	if text := mustCall(t, "measure", "runners", "--out", programs); !strings.Contains(text, programs) {
		t.Errorf("it says %s", text)
	}
	const program = `import time
import loop
class Network:
    def __call__(self): time.sleep(.003)
class Engine:
    hello = {"versions": {"mine": "1"}, "hardware": "", "gpu": False, "label": "mine-f32", "model": "tflite", "layout": "nhwc"}
    def load(self, job): return Network()
loop.serve(Engine())
`
	if err := os.WriteFile(filepath.Join(programs, "litert_runner.py"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "r.csv")
	args := []string{"measure", "nets", "--runner", "litert", "--runner-dir", programs, "--no-compare", "--no-anchors", "--rounds", "2", "--extra", "0",
		"--group", "2", "--device", "board", "--out", out, "--space", "nasbench201"}
	for _, n := range []string{"2", "4"} { // the second goes on
		mustCall(t, append(args, "--n", n)...)
	}
	set, err := dataset.Open(out)
	if err != nil || set.Rows != 4 {
		t.Fatalf("%v, %+v", err, set)
	}
	for _, s := range set.Samples {
		if !(s.LatencyMs > 2.9 && s.LatencyMs < 300) || s.Runs != 20 || s.Device != "board-mine-f32-b1-t1" {
			t.Errorf("%+v", s)
		}
	}
	for want, more := range map[string][]string{
		"other settings":         {"--n", "4", "--runs", "3"},
		"only one of them":       {"--exec", "echo 1"},
		"leave --precision out":  {"--precision", "f16"},
		"no runner \"tensorrt\"": {"--runner", "tensorrt"},
	} {
		if _, stderr, status := call(t, append(args, more...)...); status != 1 || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, %s, want …%s…", more, status, stderr, want)
		}
	}
}

func TestMeasureRunnersLists(t *testing.T) {
	text := mustCall(t, "measure", "runners")
	for _, r := range runner.Recipes() {
		if !strings.Contains(text, r.Name+" ") || !strings.Contains(text, r.Needs) {
			t.Errorf("%s is not listed in\n%s", r.Name, text)
		}
	}
	if text := mustCall(t, "measure", "runners", "--json"); !strings.Contains(text, `"name": "litert-adb"`) {
		t.Errorf("as JSON:\n%s", text)
	}
}
