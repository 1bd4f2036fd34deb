package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/internal/killtest"
)

// On a disk that is full, or read-only, every command says so and fails, and what was there
// stays; when there is room the same command ends as if nothing had been.
func TestDiskFaults(t *testing.T) {
	files := killInputs(t)
	for name, k := range killedCommands {
		if k.rare || k.alike && *kills < 100 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			disk := killtest.NewDisk(t, "96m")
			p := k.toKill(t, files)
			prepare := func(name string) (dir string) {
				dir = filepath.Join(disk.Dir, name)
				if err := p.Prepare(dir); err != nil {
					t.Fatal(err)
				}
				return dir
			}
			want := killtest.End(t, p, prepare("undisturbed"))
			failed := 0
			for _, fault := range []struct {
				name, reason string
				begin, end   func() error
			}{
				{"no room", "no space left on device", func() error { return disk.Leave(0) }, func() error { return disk.Leave(-1) }},
				{"few blocks", "no space left on device", func() error { return disk.Leave(24 << 10) }, func() error { return disk.Leave(-1) }},
				{"read-only", "read-only file system", func() error { return disk.ReadOnly(true) }, func() error { return disk.ReadOnly(false) }},
			} {
				dir := prepare(fault.name)
				if err := fault.begin(); err != nil {
					t.Fatal(err)
				}
				var said bytes.Buffer
				cmd := k.program(dir)
				cmd.Stderr = &said
				_ = cmd.Run()
				err := p.Whole(dir)
				if status := cmd.ProcessState.ExitCode(); status != 0 {
					failed++
					if status != 1 || !strings.Contains(said.String(), fault.reason) {
						t.Errorf("%s: status %d: %s", fault.name, status, &said)
					}
				}
				if err != nil {
					t.Errorf("%s: %v", fault.name, err)
				}
				if err := fault.end(); err != nil {
					t.Fatal(err)
				}
				if got := killtest.End(t, p, dir); got != want {
					t.Errorf("%s: afterwards it came to\n%s\nundisturbed to\n%s", fault.name, got, want)
				}
				if err := os.RemoveAll(dir); err != nil {
					t.Fatal(err)
				}
			}
			if failed < 2 { // what fits into a few blocks is no failure
				t.Errorf("%d of 3 faults were noticed", failed)
			}
		})
	}
}

// Two of the same command in one folder at once: each comes to the result, or says that
// another process is at it; what is there in the end is the result.
func TestTwoAtOnce(t *testing.T) {
	files := killInputs(t)
	for name, k := range killedCommands {
		if k.rare || k.alike && *kills < 100 {
			continue
		}
		t.Run(name, func(t *testing.T) {
			p := k.toKill(t, files)
			dir, shared := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "two")
			for _, dir := range []string{dir, shared} {
				if err := p.Prepare(dir); err != nil {
					t.Fatal(err)
				}
			}
			want := killtest.End(t, p, dir)
			type ended struct {
				status int
				said   string
			}
			both := make(chan ended, 2)
			for range 2 {
				go func() {
					var said bytes.Buffer
					cmd := k.program(shared)
					cmd.Stderr = &said
					_ = cmd.Run()
					both <- ended{cmd.ProcessState.ExitCode(), said.String()}
				}()
			}
			two := []ended{<-both, <-both}
			for _, e := range two {
				if e.status != 0 && (e.status != 1 || !strings.Contains(e.said, "another process") && !strings.Contains(e.said, "another measurement")) {
					t.Errorf("status %d: %s", e.status, e.said)
				}
			}
			if !slices.ContainsFunc(two, func(e ended) bool { return e.status == 0 }) {
				t.Errorf("neither came to its end: %v", two)
			}
			if got := killtest.End(t, p, shared); got != want {
				t.Errorf("together they came to\n%s\nalone to\n%s", got, want)
			}
		})
	}
}

// Without a home folder what needs none works, and what does says what to set.
func TestNoHome(t *testing.T) {
	dir := killInputs(t)
	for _, c := range []struct {
		status int
		want   string
		args   []string
	}{
		{0, "", []string{"predict", "--model", "old.latpred", example}}, {0, "", []string{"train", "--data", "data.csv", "--out", "m.latpred", "--backend", "go", "--epochs", "1"}},
		{0, "", []string{"doctor"}}, {0, "", []string{"backend", "list"}}, {0, "", []string{"data", "list"}},
		{1, "LATPRED_DATA_CACHE", []string{"data", "fetch"}}, {1, "LATPRED_DATA_CACHE", []string{"data", "build", "--out", "."}},
		{1, "--lock", []string{"measure", "nets", "--n", "1", "--out", "my.csv", "--exec", "echo 1"}},
		{0, "", []string{"measure", "nets", "--n", "1", "--out", "my.csv", "--exec", "echo 1", "--lock", "lock"}},
	} {
		cmd, said := program(t, c.args...)
		cmd.Dir = dir
		cmd.Env = slices.DeleteFunc(cmd.Env, func(v string) bool {
			return strings.HasPrefix(v, "HOME=") || strings.HasPrefix(v, "XDG_") || strings.HasPrefix(v, "LATPRED_DATA_")
		})
		_ = cmd.Run()
		if cmd.ProcessState.ExitCode() != c.status || !strings.Contains(said.String(), c.want) {
			t.Errorf("%v: %v, want %d: %s", c.args, cmd.ProcessState, c.status, said)
		}
	}
}
