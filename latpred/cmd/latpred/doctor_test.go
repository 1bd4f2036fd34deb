package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/ofalat/ofalat/latpred/doctor"
)

// A plugin is tried in a process that may end in any way.
func TestTryPlugin(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the stand-ins are shell scripts")
	}
	for script, want := range map[string]doctor.Plugin{
		`echo '{"pjrt_version": "0.81", "device": "CPU 0", "compile_ms": 12}'`: {Version: "0.81", Device: "CPU 0", CompileMs: 12},
		`echo one >&2; echo 'latpred: backend: wrong ELF class' >&2; exit 1`:   {Error: "backend: wrong ELF class"},
		`kill -SEGV $$`: {Error: "it crashed (signal: segmentation fault): "},
		`echo 'panic: no memory' >&2; echo 'goroutine 1' >&2; exit 2`: {Error: "it crashed (exit status 2): panic: no memory"},
		`sleep 60`:     {Error: "it did not answer in 2s"},
		`echo 'hello'`: {Error: "its check printed no report"},
	} {
		program := filepath.Join(t.TempDir(), "latpred")
		text := "#!/bin/sh\n[ \"$*\" = 'backend check --backend xla:cpu --json' ] && [ \"$LATPRED_OFFLINE\" = 1 ] || exit 3\n" + script + "\n"
		if err := os.WriteFile(program, []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
		got := tryPlugin(t.Context(), program, doctor.Plugin{Kind: "xla:cpu", Path: "/p.so"}, 2*time.Second)
		want.Kind, want.Path, want.Took = "xla:cpu", "/p.so", got.Took
		if strings.HasPrefix(got.Error, "it crashed (signal: segmentation fault") { // with "(core dumped)" on some systems
			got.Error = "it crashed (signal: segmentation fault): "
		}
		if got != want || got.Took > 20*time.Second {
			t.Errorf("%s: %+v, want %+v", script, got, want)
		}
	}
}

// The page is a text and a JSON object; the exit status is 0 if the main job can be done.
func TestDoctor(t *testing.T) {
	old := doctorHost
	t.Cleanup(func() { doctorHost = old })
	asked := ""
	doctorHost = func(time.Duration) doctor.Host {
		return doctor.Host{
			OS: "linux", Arch: "amd64", Go: "go1", Cgo: true, CPUs: 2, MaxProcs: 2,
			Files: fstest.MapFS{"proc/cpuinfo": {Data: []byte("model name : Fast CPU\n")}},
			Env:   func(name string) string { return map[string]string{"GOMLX_BACKEND": asked}[name] },
		}
	}
	text := mustCall(t, "doctor")
	for _, want := range []string{"Fast CPU", "do: latpred backend install cpu\n", "next: latpred train "} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	var r doctor.Report
	if err := json.Unmarshal([]byte(mustCall(t, "doctor", "--json")), &r); err != nil || !r.OK || r.Processor.Model != "Fast CPU" {
		t.Errorf("%+v, %v", r, err)
	}
	asked = "xla:cuda"
	if out, errs, status := call(t, "doctor"); status != 1 || !strings.Contains(out, "problem: GOMLX_BACKEND is xla:cuda") || !strings.Contains(errs, "can't be trained") {
		t.Errorf("status %d, %s, %s", status, errs, out)
	}
}
