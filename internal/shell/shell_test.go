package shell

import (
	"fmt"
	"os/exec"
	"testing"
)

func ExampleQuote() {
	fmt.Println(Quote("nets/r224.txt"), Quote("it's mine"), Quote(""))
	// Output: nets/r224.txt 'it'\''s mine' ''
}

// A shell gives back every text that was quoted, whatever it has.
func TestShellReadsIt(t *testing.T) {
	for _, text := range []string{"", "a", "a b", "it's", `"$HOME" \ $(id) ;&|<>*?[]!#~`, "two\nlines", "`id`", "-n", "ä €", "'''", "a=b", "%s"} {
		for _, script := range []string{"printf %s " + Quote(text), "printf %s 'x" + Within(text) + "'"} {
			out, err := exec.Command("sh", "-c", script).Output()
			if err != nil {
				t.Fatal(err)
			}
			if got := string(out); got != text && got != "x"+text {
				t.Errorf("%s gives %q, want %q", script, got, text)
			}
		}
	}
}
