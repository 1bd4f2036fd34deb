// Package fakeplugin builds a PJRT plugin for tests that stands in for a GPU's: it is named
// like a CUDA plugin, computes on the CPU plugin, and compiles as slowly, or fails in such a
// way, as a test says.
package fakeplugin

import (
	_ "embed"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
)

// Name is the plugin's file.
const Name = "pjrt_c_api_cuda_fake_plugin.so"

// Variables of the environment that say what the plugin does; it reads them at every
// compilation.
const (
	Seconds     = "FAKE_PJRT_SECONDS"      // that every compilation takes at least
	OpenSeconds = "FAKE_PJRT_OPEN_SECONDS" // that making a client takes at least
	Do          = "FAKE_PJRT_DO"           // "hang", "segfault", "abort" or "fail" at programs that contain When; "abort at once": when it is opened
	When        = "FAKE_PJRT_WHEN"         // a part of a program's text
)

//go:embed testdata/fake.c
var source []byte

// Install builds the plugin, makes it the only one in this test's environment and returns
// its folder. It skips the test where there is no C compiler or no CPU plugin.
func Install(t testing.TB) string {
	t.Helper()
	var cpu string
	for _, p := range backend.Plugins() {
		if p.Kind == backend.CPU {
			cpu = p.Path
			break
		}
	}
	if cpu == "" {
		t.Skip("needs a PJRT plugin: latpred backend install cpu")
	}
	gcc, err := exec.LookPath("gcc")
	if err != nil {
		t.Skip("needs gcc, to build a plugin that stands in for a GPU's")
	}
	header, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/gomlx/go-xla").Output()
	if err != nil {
		t.Skipf("needs the header of PJRT, in go-xla's folder: %v", err)
	}
	dir := t.TempDir()
	c := filepath.Join(dir, "fake.c")
	if err := os.WriteFile(c, source, 0o644); err != nil {
		t.Fatal(err)
	}
	build := exec.Command(gcc, "-shared", "-fPIC", "-O1", "-w", "-I", filepath.Join(strings.TrimSpace(string(header)), "pjrt"),
		"-o", filepath.Join(dir, Name), c, "-ldl")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the plugin: %v\n%s", err, out)
	}
	t.Setenv("FAKE_PJRT_REAL", cpu)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", dir)
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("XLA_FLAGS", "")
	t.Setenv("GOMLX_BACKEND", "")
	return dir
}
