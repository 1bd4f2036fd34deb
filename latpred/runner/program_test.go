package runner

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
)

// openReal starts a runtime with LATPRED_PYTHON, or python3, and skips where something
// that it needs is missing.
func openReal(t *testing.T, name string, o Options) *Runner {
	t.Helper()
	o.Python = os.Getenv("LATPRED_PYTHON")
	r, err := Open(t.Context(), name, o)
	if err != nil && strings.Contains(err.Error(), " lacks ") || err != nil && strings.Contains(err.Error(), "no python3") {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

// exportedNets are networks that have every kind of layer between them.
var exportedNets = map[string]string{
	"mbv3-w1.0":      "r140 d24323 k35-7353-753-57-335 e34-6346-463-64-346",
	"proxyless-w1.3": "r132 d232421 k35-753-37-5357-73-5 e34-664-36-4346-64-3",
	"fbnet-cifar100": "fbnet r32 skip k3_e3-k3_e1-skip-skip k5_e6-k3_e3-k5_e1-k3_e3 k5_e6-k5_e3-k5_e1_g2-k5_e6 k3_e6-k5_e1_g2-k5_e3-k3_e1_g2 k5_e6-k5_e6-k5_e3-k5_e6 k5_e6",
	"nasbench201":    "|nor_conv_3x3~0|+|none~0|avg_pool_3x3~1|+|skip_connect~0|nor_conv_1x1~1|nor_conv_3x3~2|",
}

// Real runtimes give our outputs for networks of every family, and tell times.
func TestRuntimes(t *testing.T) {
	for _, name := range []string{"onnxruntime", "litert", "pytorch"} {
		t.Run(name, func(t *testing.T) {
			for id, text := range exportedNets {
				r := openReal(t, name, Options{Build: "export", Runs: 3})
				s, err := space.ByID(id)
				if err != nil {
					t.Fatal(err)
				}
				d := r.Device(s, "here", measure.Config{})
				n, err := d.Network(space.MustParse(text))
				if err != nil {
					t.Errorf("%s: %v", id, err)
					continue
				}
				ms, err := n.Run(t.Context())
				if err != nil || !(ms > .05 && ms < 5000) || !r.checked {
					t.Errorf("%s: %v ms, %v, compared: %v", id, ms, err, r.checked)
				}
				n.Close()
			}
		})
	}
}

// Two images at once are two in each runtime.
func TestRuntimesBatch(t *testing.T) {
	for _, name := range []string{"onnxruntime", "litert", "pytorch"} {
		t.Run(name, func(t *testing.T) {
			r := openReal(t, name, Options{Build: "export", Runs: 3, Batch: 2})
			s, a, _ := small(t)
			n, err := r.Device(s, "", measure.Config{}).Network(a)
			if err != nil {
				t.Fatal(err)
			}
			n.Close()
			if !r.checked {
				t.Error("its outputs were not compared")
			}
		})
	}
}

// A network that torch.compile makes is the same one.
func TestPyTorchCompile(t *testing.T) {
	if _, err := exec.LookPath("g++"); err != nil {
		t.Skip(err)
	}
	r := openReal(t, "pytorch-compile", Options{Build: "export", Runs: 3, Timeout: 2 * time.Minute})
	s, a, _ := small(t)
	n, err := r.Device(s, "", measure.Config{}).Network(a)
	if err != nil {
		t.Fatal(err)
	}
	defer n.Close()
	if ms, err := n.Run(t.Context()); err != nil || !(ms > 0) || !r.checked {
		t.Errorf("%v ms, %v, compared: %v", ms, err, r.checked)
	}
}

// OFA's own package builds the networks that we build.
func TestOFAPackage(t *testing.T) {
	if exec.Command(python(), "-c", "import ofa, torch").Run() != nil {
		t.Skip("needs Python with torch and ofa (pip install torch ofa)")
	}
	var notes said
	r := openReal(t, "pytorch", Options{Runs: 3, Notes: notes.notes()})
	for id, text := range map[string]string{"mbv3-w1.0": exportedNets["mbv3-w1.0"], "mbv3-w1.2": exportedNets["mbv3-w1.0"],
		"proxyless-w1.3": exportedNets["proxyless-w1.3"], "compofa-fixed-w1.0": ""} {
		s, err := space.ByID(id)
		if err != nil {
			t.Fatal(err)
		}
		a := s.Smallest()
		if text != "" {
			a = space.MustParse(text)
		}
		d := r.Device(s, "here", measure.Config{})
		n, err := d.Network(a)
		if err != nil {
			t.Errorf("%s: %v", id, err)
			continue
		}
		if ms, err := n.Run(t.Context()); err != nil || !(ms > .5) || d.Header.Device != "here-pytorch-cpu-eager-ofa-f32-b1-t1" {
			t.Errorf("%s on %s: %v ms, %v", id, d.Header.Device, ms, err)
		}
		n.Close()
	}
	if !notes.has("its number of weights is ours") {
		t.Errorf("notes: %q", notes.list)
	}
	s, a, _ := small(t)
	if _, err := r.Device(s, "", measure.Config{}).Network(a); err == nil || !strings.Contains(err.Error(), "--build export makes them") {
		t.Errorf("a network that OFA has not: %v", err)
	}
}

func python() string {
	if p := os.Getenv("LATPRED_PYTHON"); p != "" {
		return p
	}
	return "python3"
}

// changed is a folder with the programs, of which ONNX Runtime's is replaced by one that
// needs no packages.
func changed(t *testing.T, engine string) string {
	t.Helper()
	if _, err := exec.LookPath(python()); err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	if err := Copy(dir); err != nil {
		t.Fatal(err)
	}
	program := `import os, struct, sys, time
import loop
class Network:
    def __call__(self): time.sleep(.002)
    def outputs(self): return b""
class Engine:
    hello = {"versions": {}, "hardware": "board", "gpu": False, "label": "mine-f32", "model": "onnx", "layout": "nchw"}
    def load(self, job): return Network()
` + engine + "\nloop.serve(Engine())\n"
	if err := os.WriteFile(filepath.Join(dir, "onnxruntime_runner.py"), []byte(program), 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestProgramFaults(t *testing.T) {
	for name, c := range map[string]struct{ engine, fails string }{
		"right":             {"", ""},
		"talks":             {"print('hello from a library'); os.system('echo and from a program')", ""},
		"wants a package":   {"loop.need('json', 'no_such_module=no-such-package', 'nor_this')", "lacks no-such-package, nor_this: pip install no-such-package nor_this; --python"},
		"says no":           {"loop.say({'fault': 'no such device here', 'pip': 'pip install x'}); sys.exit(3)", "no such device here (pip install x)"},
		"breaks":            {"raise SystemExit('it broke')", "it has ended: it broke"},
		"can't load":        {"def no(self, job): raise ValueError('unsupported operator')\nEngine.load = no", "ValueError: unsupported operator"},
		"dies at a run":     {"def die(self): sys.stderr.write('Segmentation fault'); sys.stderr.flush(); os._exit(139)\nNetwork.__call__ = die", "it has ended: Segmentation fault"},
		"hangs at a run":    {"Network.n = 0\ndef hang(self):\n    Network.n += 1\n    time.sleep(.001 if Network.n < 2 else 60)\nNetwork.__call__ = hang", "no answer within 1s"},
		"answers no JSON":   {"loop.answers.write('so\\n')", "which is no JSON"},
		"other outputs":     {"Network.outputs = lambda self: struct.pack('<10f', *range(10))", "it runs another network"},
		"outputs of no use": {"Network.outputs = lambda self: struct.pack('<10f', *[float('nan')] * 10)", "it runs another network"},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Dir: changed(t, c.engine), Python: python(), NoCheck: !strings.Contains(name, "outputs"), Timeout: 20 * time.Second}
			if strings.Contains(name, "hangs") {
				o.Timeout = time.Second
			}
			start := time.Now()
			ms, d, err := timeOnce(t, "onnxruntime", o)
			switch {
			case c.fails == "" && (err != nil || !(ms > 1.9 && ms < 200) || d.Header.Device != "board-mine-f32-b1-t1"):
				t.Errorf("%v ms, %v", ms, err)
			case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
				t.Errorf("%v ms, %v, want …%s…", ms, err, c.fails)
			case time.Since(start) > 15*time.Second:
				t.Errorf("it took %v", time.Since(start))
			}
		})
	}
	if _, err := Open(t.Context(), "onnxruntime", Options{Dir: t.TempDir()}); err == nil || !strings.Contains(err.Error(), "--runner-dir") {
		t.Errorf("a folder without programs: %v", err)
	}
	if _, err := Open(t.Context(), "onnxruntime", Options{Python: "no-such-python"}); err == nil || !strings.Contains(err.Error(), "--python") {
		t.Errorf("no Python: %v", err)
	}
	if _, err := Open(t.Context(), "onnxruntime", Options{Precision: "f16"}); err == nil || !strings.Contains(err.Error(), "--precision") {
		t.Errorf("a precision: %v", err)
	}
	if _, err := Open(t.Context(), "onnx", Options{}); err == nil || !strings.Contains(err.Error(), "there are onnxruntime, ") {
		t.Errorf("an unknown name: %v", err)
	}
}

// The median counts, of the runs after warming up.
func TestProgramTellsMedian(t *testing.T) {
	dir := changed(t, "Network.n = 0\ndef slow(self):\n    Network.n += 1\n    time.sleep(.1 if Network.n <= 4 or Network.n % 10 == 0 else .005)\nNetwork.__call__ = slow")
	ms, _, err := timeOnce(t, "onnxruntime", Options{Dir: dir, Python: python(), NoCheck: true})
	if err != nil || math.Abs(ms-7) > 3 {
		t.Errorf("%v ms, %v, want about 5: the mean of warm-ups is 100", ms, err)
	}
}

func TestProgramStopsAtInterrupt(t *testing.T) {
	dir := changed(t, "def load(self, job): time.sleep(60)\nEngine.load = load")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r, err := Open(ctx, "onnxruntime", Options{Dir: dir, Python: python()})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() { time.Sleep(200 * time.Millisecond); cancel() }()
	s, a, _ := small(t)
	start := time.Now()
	if _, err := r.Device(s, "", measure.Config{}).Network(a); err == nil || time.Since(start) > 5*time.Second {
		t.Errorf("%v after %v", err, time.Since(start))
	}
}

func TestCopy(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "mine")
	for range 2 { // the second time all is there
		if err := Copy(dir); err != nil {
			t.Fatal(err)
		}
	}
	for _, r := range Recipes() {
		if r.Program != "" {
			if _, err := os.Stat(filepath.Join(dir, r.Program)); err != nil {
				t.Errorf("%s: %v", r.Name, err)
			}
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "loop.py"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := Copy(dir); err == nil || !strings.Contains(err.Error(), "was changed") {
		t.Errorf("over a changed copy: %v", err)
	}
}
