package measure_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/latpred/measure"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

var someArch = space.MustParse("r160 d22222 k33-55-33-33-55 e33-33-33-33-33")

func foreign(t *testing.T, command string, timeout time.Duration) (float64, error) {
	t.Helper()
	s, err := measure.Foreign{Command: command, Timeout: timeout}.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	return s.Run(t.Context())
}

func TestForeign(t *testing.T) {
	for command, want := range map[string]float64{
		"echo 12.5":               12.5,
		"printf '3\\n2.5\\n4\\n'": 2.5, // the fastest run
		`test "$(cat)" = '{"ks":[3,3,3,3,5,5,3,3,3,3,3,3,3,3,3,3,5,5,3,3],"e":[3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3],"d":[2,2,2,2,2],"r":[160],"arch":"` + someArch.String() + `","space":"mbv3-w1.0","batch":1}' && echo 1`: 1,
		"echo 12.5 ms":             12.5,
		"echo 12500.0 us":          12.5,
		"echo .0125 s":             12.5,
		`grep -c '"r":\[160\]' {}`: 1,
	} {
		if ms, err := foreign(t, command, time.Minute); err != nil || ms != want {
			t.Errorf("%s: %v, %v, want %v", command, ms, err, want)
		}
	}
}

// The file that stands for {} is there for as long as the subject, and not longer.
func TestForeignLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	left := func() int {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		return len(entries)
	}
	s, err := measure.Foreign{Command: "test -s {} && echo 1"}.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1)
	if err != nil || left() != 1 {
		t.Fatalf("%v, %d files", err, left())
	}
	for range 2 {
		if ms, err := s.Run(t.Context()); err != nil || ms != 1 {
			t.Errorf("%v, %v", ms, err)
		}
	}
	if s.Close(); left() != 0 {
		t.Errorf("%d files are left", left())
	}
}

func TestForeignFaults(t *testing.T) {
	for command, want := range map[string]string{
		"echo nan":                    `"nan", want milliseconds`,
		"echo -- -3":                  "want milliseconds",
		"echo 12 runs":                `"12 runs", want milliseconds`,
		"echo 12,5":                   "a point is wanted",
		"true":                        "printed nothing",
		"echo it broke >&2; exit 3":   "exit status 3: it broke",
		"no-such-program-anywhere {}": "failed: exit status 127",
		"yes 1":                       "was ended",
		"sleep 60":                    "no time within 300ms",
		"(sleep 60; echo 1) & wait":   "no time within 300ms",
		"head -c 2000000 /dev/zero":   "printed over 1048576 bytes",
	} {
		start := time.Now()
		if _, err := foreign(t, command, 300*time.Millisecond); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want …%s…", command, err, want)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s hung for %v", command, took)
		}
	}
}

func TestForeignStopsAtInterrupt(t *testing.T) {
	s, err := measure.Foreign{Command: "sleep 60"}.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := s.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("interrupted: %v", err)
	}
	if _, err := (measure.Foreign{Command: "true"}).Network(spacetest.ByID(t, "proxyless-w1.3"), someArch, 1); err == nil {
		t.Error("a network of another space was taken")
	}
}

func TestLock(t *testing.T) {
	file := filepath.Join(t.TempDir(), "lock")
	release, err := measure.Lock(t.Context(), file, measure.Now)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := measure.Lock(t.Context(), file, measure.Now); err == nil || !strings.Contains(err.Error(), "another measurement has the device") {
		t.Errorf("a second measurer: %v", err)
	}
	got := make(chan error)
	go func() {
		second, err := measure.Lock(context.Background(), file, measure.Wait)
		if err == nil {
			second()
		}
		got <- err
	}()
	release()
	if err := <-got; err != nil {
		t.Errorf("waiting for the device: %v", err)
	}
	for range 2 { // who shares does not exclude who shares
		share, err := measure.Lock(t.Context(), file, measure.Shared)
		if err != nil {
			t.Fatal(err)
		}
		defer share()
	}
	if _, err := measure.Lock(t.Context(), file, measure.Now); err == nil {
		t.Error("got alone what others share")
	}
	if _, err := measure.Lock(t.Context(), filepath.Join(file, "x"), measure.Now); err == nil || !errors.Is(err, os.ErrNotExist) && !strings.Contains(err.Error(), "not a directory") {
		t.Errorf("a lock that can't be made: %v", err)
	}
}

// Times that can't be right are noticed, each kind once, and taken as they are.
func TestForeignNotes(t *testing.T) {
	for command, want := range map[string]string{
		"echo 10477":                     "a time of 10477 ms was printed by a call that took",
		"echo 10477 ms":                  "is ms the right unit?",
		"echo 0.0134":                    "no device runs a network so fast",
		"sleep .05; echo 900000":         "over ten minutes",
		"sleep .02; echo latency 5.5 ms": "this is read: latency 5.5 ms",
		"sleep .02; echo 5.5":            "",
		"sleep .02; echo 5500 us":        "",
	} {
		var said []string
		f := measure.Foreign{Command: command, Notes: measure.NewNotes(func(text string) { said = append(said, text) })}
		for range 2 {
			s, err := f.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := s.Run(t.Context()); err != nil {
					t.Errorf("%s: %v", command, err)
				}
			}
			s.Close()
		}
		all := strings.Join(said, "\n")
		if !strings.Contains(all, want) || (want == "") != (len(said) == 0) || want != "" && strings.Count(all, want) != 1 {
			t.Errorf("%s: said %q, want …%s… once", command, said, want)
		}
	}
}

func TestForeignPick(t *testing.T) {
	f := measure.Foreign{Command: "echo mean 5.22 ms median 5.18 ms", Pick: "median"}
	s, err := f.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if ms, err := s.Run(t.Context()); err != nil || ms != 5.18 {
		t.Errorf("%v, %v", ms, err)
	}
	f.Pick = "("
	if _, err := f.Network(spacetest.ByID(t, "mbv3-w1.0"), someArch, 1); err == nil {
		t.Error("a pattern that is none was taken")
	}
}
