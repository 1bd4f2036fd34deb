package killtest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/killtest"
)

// counting is a shell that counts to ten in a file, safely or not.
func counting(script string) killtest.Program {
	return killtest.Program{
		Command: func(dir string) *exec.Cmd {
			cmd := exec.Command("sh", "-c", script)
			cmd.Dir = dir
			return cmd
		},
		Whole: func(dir string) error {
			text, err := os.ReadFile(filepath.Join(dir, "n"))
			if err == nil && strings.TrimSpace(string(text)) == "" {
				return errors.New("the file is empty")
			}
			return nil
		},
		Result: func(dir string, stdout []byte) (string, error) {
			text, err := os.ReadFile(filepath.Join(dir, "n"))
			return string(text) + string(stdout), err
		},
	}
}

const (
	safe   = `n=$(cat n 2>/dev/null || echo 0); while [ $n -lt 10 ]; do n=$((n+1)); sleep .01; echo $n > t; mv t n; done; echo done`
	unsafe = `n=$(cat n 2>/dev/null || echo 0); while [ $n -lt 10 ]; do n=$((n+1)); : > n; sleep .01; echo $n > n; done; echo done`
)

func TestRun(t *testing.T) {
	r := killtest.Run(t, rand.New(rand.NewPCG(1, 1)), counting(safe), 10)
	if r.Kills != 10 || r.Ends < 1 || r.Leftover != 0 {
		t.Errorf("%+v", r)
	}
}

// fails is a test that may fail without failing its own.
type fails struct {
	testing.TB
	said string
}

func (f *fails) Helper() {}
func (f *fails) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// A program that leaves an empty file, one that forgets, and one that fails are found.
func TestRunFinds(t *testing.T) {
	forgetful := counting(`echo x >> runs; sleep .1; cat runs > n`)
	for want, p := range map[string]killtest.Program{
		"the file is empty": counting(unsafe),
		"it came to":        forgetful,
		"undisturbed: exit": counting(`echo no >&2; exit 3`),
		"the result":        counting(`sleep .01`),
	} {
		f := &fails{TB: t}
		done := make(chan struct{})
		go func() {
			defer close(done)
			killtest.Run(f, rand.New(rand.NewPCG(1, 2)), p, 100)
		}()
		<-done
		if !strings.Contains(f.said, want) {
			t.Errorf("it said %q, want …%s…", f.said, want)
		}
	}
}

func TestTorn(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a.csv", ".a.csv7900259172406931680", ".hidden"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if torn := killtest.Torn(t, dir); len(torn) != 1 || !strings.HasSuffix(torn[0], "680") {
		t.Errorf("%v", torn)
	}
	if err := killtest.OldOrNew(filepath.Join(dir, "a.csv"), "y"); err == nil {
		t.Error("another content is taken")
	}
	if err := errors.Join(killtest.OldOrNew(filepath.Join(dir, "a.csv"), "y", "x"), killtest.OldOrNew(filepath.Join(dir, "none"), "")); err != nil {
		t.Error(err)
	}
}
