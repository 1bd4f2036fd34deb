package limits_test

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/internal/limits"
)

// commands is a command line with a flag of each kind.
type commands struct {
	Train struct {
		Batch    int           `default:"32" min:"1" max:"100"`
		Rate     float64       `above:"0" max:"10"`
		Interval float64       `above:"0" below:"1"`
		Limits   []float64     `min:"2" below:"3"`
		Wait     time.Duration `min:"1s" max:"2h"`
		Most     int           `max:"5"`
		Free     float64
		Seed     uint64
		Name     string
		Size     int8 `arg:"" optional:"" min:"3"`
	} `cmd:""`
}

// Validate is what kong calls after parsing.
func (*commands) Validate(c *kong.Context) error { return limits.Check(c) }

func parse(args ...string) error {
	var c commands
	p, err := kong.New(&c, kong.Writers(io.Discard, io.Discard))
	if err != nil {
		return err
	}
	_, err = p.Parse(append([]string{"train"}, args...))
	return err
}

func TestCheck(t *testing.T) {
	for line, want := range map[string]string{
		"--batch=1 --rate=10 --interval=.5 --wait=1s": "",
		"--limits=2,2.9 --most=-7 --free=-1e300 3":    "",
		"--batch=0":                             "--batch 0: want 1 to 100",
		"--batch=101":                           "--batch 101: want 1 to 100",
		"--rate=0":                              "0: want more than 0 and at most 10",
		"--rate=nan":                            "NaN: want more than 0 and at most 10",
		"--free=nan":                            "NaN: want a number",
		"--rate=+inf":                           "+Inf: want",
		"--interval=1":                          "1: want more than 0 and less than 1",
		"--limits=2,3":                          "3: want at least 2 and less than 3",
		"--wait=100ms":                          "100ms: want 1s to 2h",
		"--wait=3h":                             "3h0m0s: want 1s to 2h",
		"--most=6":                              "6: want at most 5",
		"--seed=18446744073709551615 --name=-3": "",
		"2":                                     "2: want at least 3",
	} {
		err := parse(strings.Fields(line)...)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", line, err, want)
		}
	}
}

func TestUnlimited(t *testing.T) {
	p, err := kong.New(&commands{}, kong.Name("x"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := limits.Unlimited(p.Model), []string{"x train [<size>]", "x train --most", "x train --free"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestLimitThatIsNone(t *testing.T) {
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "limits: --n") {
			t.Errorf("panic %s, want the flag", p)
		}
	}()
	var c struct {
		N int `max:"many"`
	}
	p, err := kong.New(&c)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := p.Parse([]string{"--n=3"})
	if err != nil {
		t.Fatal(err)
	}
	t.Error(limits.Check(parsed))
}

func ExampleCheck() {
	fmt.Println(parse("--interval=1.5"))
	// Output: --interval 1.5: want more than 0 and less than 1
}
