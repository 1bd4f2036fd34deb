// Package killtest kills a program at random times, lets it go on, and compares what it
// comes to in the end with what it comes to undisturbed.
//
//  1. A Program says how a run is started in a folder, and what counts as its result.
//  2. Run lets it end undisturbed once, which gives the wanted result and its time.
//  3. Then it starts it in a fresh folder, kills it with all its children (SIGKILL) at a
//     random time, looks at what is left, and starts it again in the same folder, until a
//     run gets to its end or there were enough kills. The result must be the wanted one.
//
// A kill shows what a program leaves in its files at any moment. It does not show what a
// power cut does: what a program has written is in the system's memory and survives it.
package killtest

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Program is a program to be killed.
type Program struct {
	// Prepare fills a fresh folder with what runs find there; nil: it is empty.
	Prepare func(dir string) error
	// Command is a run in a folder, not started, with Stdout and Stderr not set.
	Command func(dir string) *exec.Cmd
	// Whole errs if a file in the folder is torn: it is called after each kill. nil: all may be.
	Whole func(dir string) error
	// Result is what a run that has ended came to, from its folder and what it printed to
	// standard output. It must be the same text for every such run.
	Result func(dir string, stdout []byte) (string, error)
}

// Report counts what Run did.
type Report struct {
	Kills    int // runs that were killed
	Ends     int // runs that came to an end after kills, each in a folder of its own; all with the wanted result
	Leftover int // files that kills left beside others, see Torn
	Took     time.Duration
}

// String is a line for the log of a test.
func (r Report) String() string {
	return fmt.Sprintf("%d kills, %d runs to the end, all with the undisturbed result (a run takes %.2f s); %d temporary files left by kills",
		r.Kills, r.Ends, r.Took.Seconds(), r.Leftover)
}

// Run kills p so many times and fails t if something is lost, torn or different. Times are
// drawn with rng, from nothing to a tenth above what an undisturbed run takes.
func Run(t testing.TB, rng *rand.Rand, p Program, kills int) (r Report) {
	t.Helper()
	dir := fresh(t, p)
	start := time.Now()
	stdout, err := end(p.Command(dir))
	r.Took = time.Since(start)
	if err != nil {
		t.Fatalf("undisturbed: %v", err)
	}
	want := result(t, p, dir, stdout)
	for r.Kills < kills {
		dir := fresh(t, p)
		for {
			if r.Kills == kills { // the last folder: to the end
				stdout, err = end(p.Command(dir))
			} else {
				var killed bool
				stdout, killed, err = kill(p.Command(dir), time.Duration(rng.Float64()*1.1*float64(r.Took)))
				if killed {
					r.Kills++
					whole(t, p, dir)
					continue
				}
			}
			if err != nil {
				t.Fatalf("going on after %d kills: %v", r.Kills, err)
			}
			break
		}
		if got := result(t, p, dir, stdout); got != want {
			t.Fatalf("after %d kills it came to\n%s\nundisturbed to\n%s", r.Kills, got, want)
		}
		r.Ends++
		r.Leftover += len(Torn(t, dir))
	}
	return r
}

// End runs p to its end in a folder that is prepared, and returns its result.
func End(t testing.TB, p Program, dir string) string {
	t.Helper()
	stdout, err := end(p.Command(dir))
	if err != nil {
		t.Fatal(err)
	}
	return result(t, p, dir, stdout)
}

func fresh(t testing.TB, p Program) string {
	t.Helper()
	dir := t.TempDir()
	if p.Prepare != nil {
		if err := p.Prepare(dir); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func result(t testing.TB, p Program, dir string, stdout []byte) string {
	t.Helper()
	whole(t, p, dir)
	text, err := p.Result(dir, stdout)
	if err != nil {
		t.Fatalf("the result: %v", err)
	}
	return text
}

func whole(t testing.TB, p Program, dir string) {
	t.Helper()
	if p.Whole == nil {
		return
	}
	if err := p.Whole(dir); err != nil {
		t.Fatalf("after a kill: %v", err)
	}
}

// end runs a command to its end.
func end(cmd *exec.Cmd) (stdout []byte, err error) {
	stdout, _, err = kill(cmd, time.Hour)
	return stdout, err
}

// kill runs a command and kills it and its children after a time, unless it ends before.
func kill(cmd *exec.Cmd, after time.Duration) (stdout []byte, killed bool, err error) {
	var out, log bytes.Buffer
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &log, time.Second
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, false, err
	}
	timer := time.AfterFunc(after, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	err = cmd.Wait()
	timer.Stop()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() && status.Signal() == syscall.SIGKILL {
		return nil, true, nil
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, strings.TrimSpace(log.String()))
	}
	return out.Bytes(), false, err
}

// temporary are the names that package renameio gives to files that are being written.
var temporary = regexp.MustCompile(`^\..*[0-9]{6,}$`)

// Torn returns the temporary files in a folder, which kills leave: a file that was being
// written beside the one that it was to replace.
func Torn(t testing.TB, dir string) (names []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && temporary.MatchString(e.Name()) {
			names = append(names, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

// OldOrNew errs unless a file has one of the contents; "" also stands for no file.
func OldOrNew(path string, contents ...string) error {
	content, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		return err
	}
	if !slices.Contains(contents, string(content)) {
		return fmt.Errorf("%s has %d bytes that are neither its old nor its new content", filepath.Base(path), len(content))
	}
	return nil
}
