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

// fail ends the cell with an error. The end of Context is reported as an interrupt, not as
// an error.
func fail(err error) {
	if errors.Is(err, context.Canceled) && interrupts().Err() != nil {
		fmt.Fprintln(os.Stderr, interruptedText)
		exit(130)
		return
	}
	report(err.Error(), debug.Stack())
	exit(1)
}

// textDelay is the time to wait for printed text to arrive, which takes another route than
// displays, so that the order is kept.
const textDelay = 100 * time.Millisecond

// report shows a failure: the reason, the line of the cell, and the stack folded away. The
// reason and the line also go to stderr, where GoNB adds the cell's number.
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

// cellLine finds the innermost line of the cell's own program in a stack: its file and
// line number, and its source. Both are "" if the stack has no such line.
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
