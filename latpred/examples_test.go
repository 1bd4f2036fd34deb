package latpred_test

import (
	"bytes"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// withoutExample are the packages that nobody imports to use them, by why, beside the
// suites for tests, whose names end in "test".
var withoutExample = map[string][]string{
	"commands":                        {"latpred/cmd/latpred", "kernelext/cmd/kernelext", "latpred/loops/gen"},
	"tests alone":                     {"kernelext/browser"},
	"for others of our packages only": {"latpred/loops", "latpred/bench", "latpred/bench/gpurecord", "latpred/worker", "internal/proc", "internal/revision"},
	"files alone":                     {"runners", "docs/schemas"},
}

// TestExamples: each package that a user imports shows how, in an example that runs.
func TestExamples(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}\t{{.Dir}}\t{{join .TestGoFiles \" \"}} {{join .XTestGoFiles \" \"}}", module+"/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var exempt []string
	for _, packages := range withoutExample {
		exempt = append(exempt, packages...)
	}
	for line := range strings.Lines(string(out)) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		path := strings.TrimPrefix(f[0], module+"/")
		var files []string
		if len(f) > 2 {
			files = strings.Fields(f[2])
		}
		shown := slices.ContainsFunc(files, func(name string) bool {
			source, err := os.ReadFile(f[1] + "/" + name)
			return err == nil && bytes.Contains(source, []byte("\nfunc Example")) && bytes.Contains(source, []byte("// Output:"))
		})
		if !shown && !slices.Contains(exempt, path) && !strings.Contains(path+"/", "test/") {
			t.Errorf("%s has no example with output", path)
		}
	}
}
