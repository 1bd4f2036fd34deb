package backend_test

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ofalat/ofalat/latpred/backend"
)

// isolate hides all plugins of this machine and forbids fetching.
func isolate(t *testing.T) (home string) {
	t.Helper()
	home = t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", t.TempDir())
	t.Setenv("GOMLX_BACKEND", "")
	t.Setenv("LATPRED_OFFLINE", "1")
	return home
}

func TestOpenFallsBackToGo(t *testing.T) {
	isolate(t)
	be, err := backend.Open(t.Context(), backend.Options{Install: true})
	if err != nil {
		t.Fatal(err)
	}
	if be.Kind != backend.Go || be.XLA() {
		t.Errorf("without a plugin: %v", be)
	}
	report, err := backend.Check(be)
	if err != nil || report.Backend != "go" || report.Devices != 1 || report.RunMs <= 0 {
		t.Errorf("check: %+v, %v", report, err)
	}
}

func TestOpenSaysWhatIsMissing(t *testing.T) {
	isolate(t)
	for kind, want := range map[string]string{
		backend.CPU: "latpred backend install cpu", backend.CUDA: "latpred backend install cuda13", "tpu": "no backend \"tpu\": there are xla:cuda, xla:cpu and go",
	} {
		t.Setenv("GOMLX_BACKEND", kind)
		if _, err := backend.Open(t.Context(), backend.Options{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("GOMLX_BACKEND=%s: %v, want …%s…", kind, err, want)
		}
	}
}

func TestInstallOffline(t *testing.T) {
	isolate(t)
	if _, err := backend.Install(t.Context(), "cpu", nil); err != backend.ErrOffline {
		t.Errorf("offline: %v", err)
	}
	if _, err := backend.Install(t.Context(), "gpu", nil); err == nil || !strings.Contains(err.Error(), "cpu, cuda12 and cuda13") {
		t.Errorf("no such plugin: %v", err)
	}
}

// A python3 on the PATH that stands in for pip: whatever it leaves that isn't the
// pinned wheel is refused, and nothing is left behind.
func TestInstallRefusesFaultyWheels(t *testing.T) {
	home := isolate(t)
	t.Setenv("LATPRED_OFFLINE", "")
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", "")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1") // the release page does not answer
	bin := t.TempDir()
	t.Setenv("PATH", bin+":"+os.Getenv("PATH"))
	wheel := filepath.Join(t.TempDir(), "xla_cpu_pjrt-0.0.1.whl")
	f, err := os.Create(wheel)
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	if _, err := z.Create("xla_plugins/xla_cpu_pjrt/xla_cpu_pjrt.so"); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for want, script := range map[string]string{
		"pinned are 63461052":   "for last; do :; done; while [ \"$1\" != --dest ]; do shift; done; cp " + wheel + " \"$2\"",
		"no route to the index": "echo no route to the index >&2; exit 1",
		"pip left 0 wheels":     "exit 0",
	} {
		if err := os.WriteFile(filepath.Join(bin, "python3"), []byte("#!/bin/sh\n"+script+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := backend.Install(t.Context(), "cpu", nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want …%s…", err, want)
		}
	}
	left, err := filepath.Glob(filepath.Join(home, ".local/lib/go-xla/[^.]*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestPluginsByPreference(t *testing.T) {
	isolate(t)
	a, b := t.TempDir(), t.TempDir()
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", a+string(os.PathListSeparator)+b)
	for _, f := range []string{a + "/pjrt_c_api_cpu_v0.83.1_plugin.so", a + "/pjrt_c_api_cpu_v0.114.0_plugin.so", b + "/pjrt_c_api_cuda13_plugin.so", b + "/other.so"} {
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range backend.Plugins() {
		got = append(got, p.Kind+" "+filepath.Base(p.Path))
	}
	want := "xla:cpu pjrt_c_api_cpu_v0.114.0_plugin.so, xla:cpu pjrt_c_api_cpu_v0.83.1_plugin.so, xla:cuda pjrt_c_api_cuda13_plugin.so"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s, want %s", text, want)
	}
	// Files that are no plugins: an error, or the pure-Go backend, never a crash.
	if _, err := backend.Open(t.Context(), backend.Options{Kind: backend.CPU}); err == nil {
		t.Error("an empty file was opened as a plugin")
	}
	if be, err := backend.Open(t.Context(), backend.Options{}); err != nil || be.Kind != backend.Go {
		t.Errorf("with a damaged plugin: %v, %v", be, err)
	}
}

func TestCPUPlugin(t *testing.T) {
	be, err := backend.Open(context.Background(), backend.Options{Kind: backend.CPU})
	if err != nil {
		t.Skipf("needs a PJRT plugin: %v", err)
	}
	if again, err := backend.Open(context.Background(), backend.Options{Kind: backend.CPU}); err != nil || again != be {
		t.Errorf("a second Open gives another backend: %v", err)
	}
	report, err := backend.Check(be)
	if err != nil || report.Devices != 1 || report.PJRT == "" || report.Plugin == "" || !be.XLA() {
		t.Errorf("check: %+v, %v: want one device and the plugin's version", report, err)
	}
	if text := be.String(); !strings.HasPrefix(text, "backend xla:cpu, plugin ") || !strings.Contains(text, "threads: asked for") {
		t.Errorf("the line about it: %s", text)
	}
}
