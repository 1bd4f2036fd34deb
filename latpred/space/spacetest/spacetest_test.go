package spacetest_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/space/spacetest"
)

func TestAllSpaces(t *testing.T) {
	for _, s := range space.All() {
		t.Run(s.ID, func(t *testing.T) { spacetest.Run(t, s) })
	}
}

// lopsided has layers that depend on another slot's choice, and a list of layers that
// does not connect.
type lopsided struct{ space.Macro }

func (m lopsided) Layers(a space.Arch) []space.Layer {
	layers := m.Macro.Layers(a)
	if a.Choice[0] == a.Choice[1] {
		layers[1].Out++
	}
	return layers
}

// TestSuiteFails runs the suite, in a process of its own, on a space that is wrong.
func TestSuiteFails(t *testing.T) {
	if os.Getenv("SPACETEST_WRONG") != "" {
		s := *space.FBNet.Reference()
		s.Macro = lopsided{s.Macro}
		spacetest.Run(t, &s)
		return
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestSuiteFails$")
	cmd.Env = append(os.Environ(), "SPACETEST_WRONG=1")
	out, err := cmd.CombinedOutput()
	if err == nil {
		t.Fatal("the suite finds nothing wrong with a space whose layers don't connect")
	}
	for _, want := range []string{"which does not fit", "--- FAIL: TestSuiteFails/layers", "--- FAIL: TestSuiteFails/costs"} {
		if !strings.Contains(string(out), want) {
			t.Errorf("output lacks %q:\n%s", want, out)
		}
	}
}
