package worker_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/backend"
	"github.com/ofalat/ofalat/latpred/latpredtest/fakeplugin"
	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/worker"
	"go.uber.org/goleak"
)

// The test's program is also the child, and a parent that tests kill.
func TestMain(m *testing.M) {
	if os.Getenv(worker.Variable) != "" {
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
		if err := worker.Main(ctx); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		stop()
		os.Exit(0)
	}
	if journal := os.Getenv(parentJournal); journal != "" {
		_, err := supervisor().Run(context.Background(), task(journal, nil, 3))
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m) // no goroutine is left behind
}

const parentJournal = "WORKER_TEST_JOURNAL"

func supervisor() worker.Supervisor {
	return worker.Supervisor{Command: []string{os.Args[0]}, Timeout: time.Minute}
}

// task measures n small networks, quickly and without anchors, on the plugin of fakeplugin.
func task(journal string, t testing.TB, n int) worker.Task {
	s, err := space.ByID("mbv3-w1.0")
	if err != nil {
		panic(err)
	}
	var archs []space.Arch
	small := s.Smallest()
	for _, r := range s.Resolutions[:n] {
		small.Resolution = r
		archs = append(archs, small)
	}
	return worker.Task{
		Backend: backend.CUDA, Threads: 1, Settings: backend.Settings{Autotune: "0", Exact: true},
		Options: measure.Options{Formulation: measure.Products, Autotune: "0"},
		Space:   s.ID, Hardware: "fake", NoAnchors: true, LockFile: journal + ".lock",
		Config: measure.Config{WarmUps: -1, Discard: -1, Rounds: 1, Extra: -1, Runs: 1, Group: 2, Compilers: 2},
		Jobs:   []worker.Job{{Archs: archs, Journal: journal}},
	}
}

// within fails the test if f takes longer.
func within(t *testing.T, limit time.Duration, f func()) {
	t.Helper()
	start := time.Now()
	f()
	if took := time.Since(start); took > limit {
		t.Errorf("it took %v, want %v at most", took, limit)
	}
}

// read gives the journal, or an empty one.
func read(t *testing.T, path string) *measure.Journal {
	t.Helper()
	j, err := measure.ReadJournalFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// log collects what a supervisor says.
func log(s *worker.Supervisor) *strings.Builder {
	var b strings.Builder
	s.Log = func(text string) { b.WriteString(text + "\n") }
	return &b
}

func TestMeasures(t *testing.T) {
	fakeplugin.Install(t)
	journal := filepath.Join(t.TempDir(), "j")
	s := supervisor()
	said := log(&s)
	out, err := s.Run(t.Context(), task(journal, t, 3))
	if err != nil {
		t.Fatal(err)
	}
	j := read(t, journal)
	const id = "fake-xla-cuda-f32-b1-dot-at0"
	if n := len(j.Results()); n != 3 || out.Header.Device != id || j.Header.Device != id || j.Header.Autotune != "0" {
		t.Errorf("%d networks of %q: %+v", n, out.Header.Device, j.Header)
	}
	if !strings.Contains(said.String(), "XLA_FLAGS --xla_gpu_autotune_level=0") {
		t.Errorf("said:\n%s", said)
	}
	// Labels of other settings don't get into the same journal.
	other := task(journal, t, 3)
	other.Options.Precision = measure.TF32
	other.Settings.Exact = false
	if _, err := s.Run(t.Context(), other); err == nil || !strings.Contains(err.Error(), "other settings") {
		t.Errorf("another precision: %v", err)
	}
}

// Under a limit a run ends in time wherever it is: while the client is made, while a
// network is compiled that never will be, and keeps what is measured.
func TestLimit(t *testing.T) {
	fakeplugin.Install(t)
	journal := filepath.Join(t.TempDir(), "j")
	t.Setenv(fakeplugin.OpenSeconds, "100")
	tk := task(journal, t, 3)
	tk.Config.Limit = time.Second
	within(t, 3*time.Second, func() {
		if _, err := supervisor().Run(t.Context(), tk); !errors.Is(err, measure.ErrLimit) {
			t.Errorf("while opening: %v", err)
		}
	})
	t.Setenv(fakeplugin.OpenSeconds, "0")
	t.Setenv(fakeplugin.Do, "hang")
	t.Setenv(fakeplugin.When, hangs(tk, 2))
	two := tk
	two.Config.Limit = 0
	two.Jobs = []worker.Job{{Archs: tk.Jobs[0].Archs[:2], Journal: journal}}
	if _, err := supervisor().Run(t.Context(), two); err != nil {
		t.Fatal(err)
	}
	tk.Config.Limit = 2 * time.Second
	within(t, 5*time.Second, func() {
		if _, err := supervisor().Run(t.Context(), tk); !errors.Is(err, measure.ErrLimit) {
			t.Errorf("while compiling: %v", err)
		}
	})
	if n := len(read(t, journal).Results()); n != 2 {
		t.Errorf("%d networks are kept, want 2", n)
	}
}

// hangs is a text that is in the program of network i alone: its input's shape.
func hangs(t worker.Task, i int) string {
	r := t.Jobs[0].Archs[i].Resolution
	return fmt.Sprintf("tensor<1x%dx%dx3xf32>", r, r)
}

func TestInterrupted(t *testing.T) {
	fakeplugin.Install(t)
	t.Setenv(fakeplugin.Seconds, "100")
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(3*time.Second, cancel)
	within(t, 6*time.Second, func() {
		if _, err := supervisor().Run(ctx, task(filepath.Join(t.TempDir(), "j"), t, 3)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
}

// A network at which the compiler crashes, or never ends, is left out after two failures;
// the others are measured.
func TestLeavesOutWhatFailsTwice(t *testing.T) {
	fakeplugin.Install(t)
	for what, how := range map[string]string{"segfault": "SIGSEGV", "abort": "a fake compiler gives up", "hang": "within 12s"} {
		t.Run(what, func(t *testing.T) {
			journal := filepath.Join(t.TempDir(), "j")
			tk := task(journal, t, 3)
			bad := tk.Jobs[0].Archs[1]
			t.Setenv(fakeplugin.Do, what)
			t.Setenv(fakeplugin.When, hangs(tk, 1))
			s := supervisor()
			said := log(&s)
			if what == "hang" {
				s.Timeout = 12 * time.Second
			}
			if _, err := s.Run(t.Context(), tk); err != nil {
				t.Fatal(err)
			}
			j := read(t, journal)
			left := j.LeftOut()
			if len(j.Results()) != 2 || len(left) != 1 || left[0].Unit != bad.String() || !strings.Contains(left[0].How, how) {
				t.Errorf("%d networks measured; left out %+v", len(j.Results()), left)
			}
			if !strings.Contains(said.String(), "compiling "+bad.String()) {
				t.Errorf("said:\n%s", said)
			}
			before := len(j.Failures()) // the next run knows, and compiles it no more
			if _, err := s.Run(t.Context(), tk); err != nil || len(read(t, journal).Failures()) != before {
				t.Errorf("again: %v, %+v", err, read(t, journal).Failures())
			}
		})
	}
}

// A plugin that crashes at everything ends the run with an error that names a network.
func TestGivesUp(t *testing.T) {
	fakeplugin.Install(t)
	t.Setenv(fakeplugin.Do, "segfault")
	t.Setenv(fakeplugin.When, "tensor")
	journal := filepath.Join(t.TempDir(), "j")
	tk := task(journal, t, 3)
	_, err := supervisor().Run(t.Context(), tk)
	var crash *worker.CrashError
	if !errors.As(err, &crash) || len(crash.Units) == 0 || !strings.Contains(err.Error(), crash.Units[0]) || crash.Log != journal+".log" {
		t.Fatalf("%v", err)
	}
	if text, err := os.ReadFile(crash.Log); err != nil || !strings.Contains(string(text), "SIGSEGV") {
		t.Errorf("%v: %s", err, text)
	}
	t.Setenv(fakeplugin.Do, "abort at once")
	if _, err := supervisor().Run(t.Context(), task(filepath.Join(t.TempDir(), "j"), t, 3)); !errors.As(err, &crash) || crash.What != "opening the backend" {
		t.Errorf("a plugin that can't be opened: %v", err)
	}
}

// A network that the compiler refuses is an error, not a crash.
func TestRefused(t *testing.T) {
	fakeplugin.Install(t)
	tk := task(filepath.Join(t.TempDir(), "j"), t, 3)
	t.Setenv(fakeplugin.Do, "fail")
	t.Setenv(fakeplugin.When, hangs(tk, 1))
	var crash *worker.CrashError
	if _, err := supervisor().Run(t.Context(), tk); err == nil || errors.As(err, &crash) || !strings.Contains(err.Error(), "preparing "+tk.Jobs[0].Archs[1].String()) {
		t.Errorf("%v", err)
	}
}

// An XLA flag that there is not ends the child, and the error names the flag.
func TestUnknownFlag(t *testing.T) {
	fakeplugin.Install(t)
	t.Setenv("XLA_FLAGS", "--xla_no_such_flag=1")
	if _, err := supervisor().Run(t.Context(), task(filepath.Join(t.TempDir(), "j"), t, 1)); err == nil || !strings.Contains(err.Error(), "--xla_no_such_flag") {
		t.Errorf("%v", err)
	}
}

// A child ends with a parent that is killed.
func TestNoOrphan(t *testing.T) {
	fakeplugin.Install(t)
	t.Setenv(fakeplugin.Seconds, "100")
	journal := filepath.Join(t.TempDir(), "j")
	parent := exec.Command(os.Args[0])
	parent.Env = append(os.Environ(), parentJournal+"="+journal)
	if err := parent.Start(); err != nil {
		t.Fatal(err)
	}
	for range 100 { // until the child measures: it has the journal open
		if _, err := os.Stat(journal); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()
	within(t, 5*time.Second, func() {
		release, err := measure.Lock(t.Context(), journal+".lock", measure.Wait) // which the child holds
		if err != nil {
			t.Fatal(err)
		}
		release()
	})
}

// Asked to end, a child finishes the group in hand.
func TestEnough(t *testing.T) {
	fakeplugin.Install(t)
	journal, enough := filepath.Join(t.TempDir(), "j"), make(chan struct{})
	s := supervisor()
	s.Enough = enough
	asked := false
	s.Observe = func(_ int, p measure.Progress) {
		if !asked && strings.HasPrefix(p.Doing, "round 1 ") {
			asked = true
			close(enough)
		}
	}
	work := task(journal, t, 3)
	work.Config.Rounds = 40
	work.Config.Runs = 20
	if _, err := s.Run(t.Context(), work); !errors.Is(err, measure.ErrEnough) {
		t.Fatalf("asked to end: %v", err)
	}
	if n := len(read(t, journal).Results()); n != 2 {
		t.Errorf("%d networks are measured, want the first group's 2", n)
	}
}
