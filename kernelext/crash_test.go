package kernelext

import (
	"io"
	"strings"
	"testing"
)

const crash = `panic: runtime error: index out of range [5] with length 0

goroutine 1 [running]:
github.com/ofalat/ofalat/latpred/lut.(*Table).LatencyMs(0xc000012, {0x1, 0x2})
	/m/latpred/lut/table.go:40 +0x52
main.main()
	DIR/main.go:4 +0x52

goroutine 7 [sleep]:
time.Sleep(0x3b9aca00)
	/go/src/runtime/time.go:300
`

func TestACrashIsBrief(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("GONB_TMP_DIR", dir)
	writeTestFile(t, dir+"/main.go", "package main\n\nfunc main() {\n\tms := table.LatencyMs(a)\n}\n")
	text := strings.ReplaceAll(crash, "DIR", dir)
	want := "panic: runtime error: index out of range [5] with length 0\n    at " + dir + "/main.go:4\n       ms := table.LatencyMs(a)\n    in lut.(*Table).LatencyMs < main.main\n"
	// Whatever the pieces that it comes in.
	for _, size := range []int{1, 3, 7, 100, 1 << 16} {
		var out strings.Builder
		if err := passOn(&pieces{"before\npa" + "\n" + text, size}, &out); err != nil || out.String() != "before\npa\n"+want {
			t.Errorf("pieces of %d: %v\n%s, want\n%s", size, err, &out, want)
		}
	}
}

func TestOtherTextPassesAtOnce(t *testing.T) {
	for _, text := range []string{"", "one\n", "no end", "12 %\r13 %", "don't panic: no\n", "a\npanic", "fatal\n", "panic: said a library, and went on\nmore\n"} {
		var out strings.Builder
		if err := passOn(strings.NewReader(text), &out); err != nil || out.String() != text {
			t.Errorf("%q became %q (%v)", text, &out, err)
		}
	}
	r, w := io.Pipe()
	defer w.Close()
	seen := make(chan string)
	go func() { _ = passOn(r, writer(func(p []byte) { seen <- string(p) })) }()
	go func() { _, _ = w.Write([]byte("12 %\r")) }()
	if got := <-seen; got != "12 %\r" {
		t.Errorf("%q: a line without its end has to show", got)
	}
}

// pieces is a text that is read a few bytes at a time.
type pieces struct {
	text string
	size int
}

func (p *pieces) Read(b []byte) (int, error) {
	if p.text == "" {
		return 0, io.EOF
	}
	n := copy(b[:min(len(b), p.size)], p.text)
	p.text = p.text[n:]
	return n, nil
}

type writer func([]byte)

func (w writer) Write(p []byte) (int, error) {
	if len(p) > 0 {
		w(p)
	}
	return len(p), nil
}
