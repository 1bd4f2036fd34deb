package kernelext

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
)

// fail ends the cell with an error that it can't go on from. The context's own
// end is no error of the cell: it says that it was interrupted.
func fail(err error) {
	if errors.Is(err, context.Canceled) && interrupts().Err() != nil {
		fmt.Fprintln(os.Stderr, interruptedText)
		exit(130)
		return
	}
	report(err.Error(), debug.Stack())
	exit(1)
}

// textDelay is how long text takes to arrive, which travels by another way than
// displays do: what is said first shall stand first.
const textDelay = 100 * time.Millisecond

// report shows a failure: the reason, the line of the cell, and the stack folded
// away. stderr gets reason and line; GoNB adds the cell's number to the place.
func report(reason string, stack []byte) {
	place, source := cellLine(string(stack))
	fmt.Fprintf(os.Stderr, "error: %s\n", reason)
	if place != "" {
		fmt.Fprintf(os.Stderr, "    at %s\n       %s\n", place, source)
	}
	if !gonbui.IsNotebook || gonbui.Error() != nil {
		return
	}
	time.Sleep(textDelay)
	show(bundle{
		html: fmt.Sprintf("<details><summary>stack</summary><pre>%s</pre></details>", escape(string(stack))),
		text: "(the stack is folded away)",
	})
}

var stackLine = regexp.MustCompile(`(?m)^\t(.*):(\d+)(?: \+0x[0-9a-f]+)?$`)

// cellLine finds the innermost line of the cell's own program in a stack: its
// place, and what stands there. "" where no line is the cell's.
func cellLine(stack string) (place, source string) {
	dir := os.Getenv("GONB_TMP_DIR")
	if dir == "" {
		return "", ""
	}
	for _, m := range stackLine.FindAllStringSubmatch(stack, -1) {
		if filepath.Dir(m[1]) != filepath.Clean(dir) {
			continue
		}
		content, err := os.ReadFile(m[1])
		if err != nil {
			return m[1] + ":" + m[2], ""
		}
		n, _ := strconv.Atoi(m[2])
		if lines := strings.Split(string(content), "\n"); n >= 1 && n <= len(lines) {
			source = strings.TrimSpace(lines[n-1])
		}
		return m[1] + ":" + m[2], source
	}
	return "", ""
}
