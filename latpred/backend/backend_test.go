package backend_test

import (
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

func TestPluginsByPreference(t *testing.T) {
	isolate(t)
	a, b := t.TempDir(), t.TempDir()
	t.Setenv("PJRT_PLUGIN_LIBRARY_PATH", a+string(os.PathListSeparator)+b)
	if err := os.Mkdir(b+"/nvidia", 0o755); err != nil {
		t.Fatal(err)
	}
	for _, f := range []string{b + "/nvidia/pjrt_c_api_cuda_plugin.so", a + "/pjrt_c_api_cpu_v0.83.1_plugin.so", a + "/pjrt_c_api_cpu_v0.114.0_plugin.so", b + "/pjrt_c_api_cuda13_plugin.so", b + "/other.so"} {
		if err := os.WriteFile(f, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got []string
	for _, p := range backend.Plugins() {
		got = append(got, p.Kind+" "+filepath.Base(p.Path))
	}
	want := "xla:cpu pjrt_c_api_cpu_v0.114.0_plugin.so, xla:cpu pjrt_c_api_cpu_v0.83.1_plugin.so, xla:cuda pjrt_c_api_cuda13_plugin.so, xla:cuda pjrt_c_api_cuda_plugin.so"
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
