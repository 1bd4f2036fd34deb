//go:build unix

package journal_test

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/ofalat/ofalat/latpred/journal"
	"go.uber.org/goleak"
)

// The test's program is also the other process: with these set it appends to a
// journal and says on its output what is in it.
const (
	otherJournal = "JOURNAL_TEST_PATH"
	otherLimit   = "JOURNAL_TEST_LIMIT" // "1": no file may grow beyond limitBytes
	limitBytes   = 3000
)

func TestMain(m *testing.M) {
	if path := os.Getenv(otherJournal); path != "" {
		if err := other(path); err != nil {
			fmt.Println("error:", err)
			os.Exit(3)
		}
	}
	goleak.VerifyTestMain(m) // no goroutine is left behind
}

// other appends entries until it is killed or an error ends it.
func other(path string) error {
	if os.Getenv(otherLimit) != "" {
		signal.Ignore(syscall.SIGXFSZ)
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limitBytes, Max: limitBytes}); err != nil {
			return err
		}
	}
	f, entries, err := open(path)
	if err != nil {
		return err
	}
	for n := len(entries); ; n++ {
		if err := f.Append(entry{n, strings.Repeat("x", 100)}); err != nil {
			return err
		}
		fmt.Println(n)
	}
}

// process starts the other process.
func process(t *testing.T, path string, env ...string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(append(os.Environ(), otherJournal+"="+path), env...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

// numbered errs where entries don't count from 0.
func numbered(entries []entry) error {
	for i, e := range entries {
		if e.N != i {
			return fmt.Errorf("entry %d is number %d", i, e.N)
		}
	}
	return nil
}

// A process that has the journal keeps others out, until it is killed; then all that
// it said to be there is there, and another goes on from it.
func TestKillOfAnotherProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	have := 0
	for range 3 {
		cmd, said := process(t, path)
		if !said.Scan() {
			t.Fatal("the other process said nothing")
		}
		if _, _, err := open(path); !errors.Is(err, journal.ErrInUse) || !strings.Contains(err.Error(), path) {
			t.Errorf("opened while another process appends: %v", err)
		}
		last := said.Text()
		for range 20 {
			said.Scan()
			last = said.Text()
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for said.Scan() {
			last = said.Text()
		}
		_ = cmd.Wait() // killed
		f, entries := mustOpen(t, path)
		f.Close()
		if err := numbered(entries); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprint(len(entries) - 1); last != want && last != fmt.Sprint(len(entries)-2) { // it may die before it says so
			t.Errorf("it said that entry %s is in the file; the last is %s", last, want)
		}
		if len(entries) <= have {
			t.Errorf("%d entries after %d", len(entries), have)
		}
		have = len(entries)
	}
}

// Where a file can't grow, what was written in part is taken out again.
func TestFullDiskFault(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	cmd, said := process(t, path, otherLimit+"=1")
	lines := 0
	for said.Scan() && !strings.HasPrefix(said.Text(), "error") {
		lines++
	}
	if text := said.Text(); !strings.Contains(text, "file too large; everything before is kept") {
		t.Fatalf("it ended with %q", text)
	}
	_ = cmd.Wait() // status 3
	content, err := os.ReadFile(path)
	if err != nil || len(content) == 0 || content[len(content)-1] != '\n' {
		t.Errorf("%v: the file ends in a torn line", err)
	}
	f, entries := mustOpen(t, path)
	defer f.Close()
	if len(entries) != lines || numbered(entries) != nil {
		t.Errorf("%d entries, where %d were said to be there", len(entries), lines)
	}
}
