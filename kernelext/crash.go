package kernelext

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"syscall"

	"github.com/janpfeifer/gonb/gonbui"
	"golang.org/x/sys/unix"
)

// A panic ends the program before any of its own code can report it. So a cell's stderr
// goes through a second process, this same program in another role. It passes on the
// text, except that it shortens the message of a crash: the reason and the line of the
// cell come first, and the stack becomes one line. KERNELEXT_STACK=1 switches this off,
// so that the whole stack is shown.

// crashRole is set for the second process.
const crashRole = "KERNELEXT_CRASH_ROLE"

func init() {
	switch {
	case os.Getenv(crashRole) != "":
		if passOn(os.Stdin, os.Stderr) != nil {
			os.Exit(1)
		}
		os.Exit(0)
	case gonbui.IsNotebook && os.Getenv("KERNELEXT_STACK") == "":
		if err := divertStderr(); err != nil {
			fmt.Fprintf(os.Stderr, "kernelext: a panic will show its whole stack: %v\n", err)
		}
	}
}

// divertStderr starts the second process and sends it what is written to stderr
// from now on.
func divertStderr() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	r, w, err := os.Pipe()
	if err != nil {
		return err
	}
	defer r.Close()
	defer w.Close()
	cmd := exec.Command(self)
	cmd.Stdin, cmd.Stderr = r, os.Stderr
	cmd.Env = append(os.Environ(), crashRole+"=1")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // it outlives the interrupt, and ends with the cell
	if err := cmd.Start(); err != nil {
		return err
	}
	return unix.Dup2(int(w.Fd()), 2)
}

// crashStart is how the Go runtime begins to tell of a crash, at the start of a line.
var crashStart = []string{"panic: ", "fatal error: "}

// passOn copies text as it comes, until a crash; it waits for the end of that and then
// writes it shortened.
func passOn(from io.Reader, to io.Writer) error {
	var held []byte // an unfinished line that may become a crash, or the crash itself
	crashed := false
	chunk := make([]byte, 32<<10)
	for {
		n, err := from.Read(chunk)
		held = append(held, chunk[:n]...)
		if !crashed {
			var pass int
			pass, crashed = harmless(held)
			if _, err := to.Write(held[:pass]); err != nil {
				return err
			}
			held = held[pass:]
		}
		if err != nil {
			if crashed {
				held = []byte(brief(string(held)))
			}
			_, werr := to.Write(held)
			return werr
		}
	}
}

// harmless returns the length of the part of text before a crash, and whether a crash
// follows. text must begin at the start of a line.
func harmless(text []byte) (n int, crash bool) {
	for start := 0; start < len(text); {
		line := text[start:]
		for _, mark := range crashStart {
			if bytes.HasPrefix(line, []byte(mark)) {
				return start, true
			}
			if len(line) < len(mark) && strings.HasPrefix(mark, string(line)) {
				return start, false // wait for the rest of the line
			}
		}
		end := bytes.IndexByte(line, '\n')
		if end < 0 {
			break
		}
		start += end + 1
	}
	return len(text), false
}

var (
	goroutine = regexp.MustCompile(`(?m)^goroutine \d+`)
	frame     = regexp.MustCompile(`(?m)^([\w./\-·*()\[\]]+)\(.*\)\n\t`)
)

// brief shortens a crash to its reason, the line of the cell and the names on the stack. A
// text without a stack stays as it is.
func brief(crash string) string {
	at := goroutine.FindStringIndex(crash)
	if at == nil {
		return crash
	}
	stack := crash[at[0]:]
	var b strings.Builder
	b.WriteString(strings.TrimSpace(crash[:at[0]]) + "\n")
	if place, source := cellLine(stack); place != "" {
		fmt.Fprintf(&b, "    at %s\n       %s\n", place, source)
	}
	first, _, _ := strings.Cut(stack, "\n\ngoroutine ") // the one that crashed
	var names []string
	for _, m := range frame.FindAllStringSubmatch(first+"\n", -1) {
		if name := m[1]; !strings.HasPrefix(name, "runtime.") && name != "panic" {
			names = append(names, name[strings.LastIndexByte(name, '/')+1:])
		}
	}
	if len(names) > 1 {
		fmt.Fprintf(&b, "    in %s\n", strings.Join(names, " < "))
	}
	return b.String()
}
