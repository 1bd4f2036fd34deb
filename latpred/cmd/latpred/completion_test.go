package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a shell is told of a command line that is not yet whole.
func TestCompletions(t *testing.T) {
	for line, want := range map[string][]string{
		"latpred ver":                       {"version"},
		"latpred train --epo":               {"--epochs"},
		"latpred train --data p40":          {"p40-b64"},
		"latpred predict --model note":      {"note10"},
		"latpred adapt --space nasbench":    {"nasbench201"},
		"latpred tune --data note10 --jour": {"--journal"},
	} {
		t.Setenv("COMP_LINE", line)
		t.Setenv("COMP_POINT", "")
		stdout, stderr, status := call(t)
		got := strings.Fields(stdout)
		for _, w := range want {
			if !slices.Contains(got, w) || status != 0 || stderr != "" {
				t.Errorf("%s: %q, want %s; %d %s", line, got, w, status, stderr)
			}
		}
	}
}

// Each shell takes what completion prints.
func TestCompletionIsShell(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish"} {
		script := mustCall(t, "completion", shell)
		if !strings.Contains(script, "complete ") {
			t.Errorf("%s: %q", shell, script)
		}
		program, err := exec.LookPath(shell)
		if err != nil {
			t.Logf("%s is not installed: not tried", shell)
			continue
		}
		if out, err := exec.Command(program, "-c", script).CombinedOutput(); err != nil {
			t.Errorf("%s: %v: %s", shell, err, out)
		}
	}
	t.Setenv("SHELL", "/bin/tcsh")
	if _, stderr, status := call(t, "completion"); status != 1 || !strings.Contains(stderr, `"tcsh"`) {
		t.Errorf("%d %s", status, stderr)
	}
}

// A program is found wherever it lies: what bash calls to complete is the program.
func TestCompletionCallsTheProgram(t *testing.T) {
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("needs bash: ", err)
	}
	program := filepath.Join(t.TempDir(), "it's a folder", "latpred")
	if err := os.Mkdir(filepath.Dir(program), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, []byte("#!/bin/sh\necho called\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	script, err := completionScript("bash", program)
	if err != nil {
		t.Fatal(err)
	}
	// compgen completes once what complete does from then on.
	script = strings.TrimSuffix(strings.Replace(script, "complete -o default", "compgen", 1), "latpred\n") + "called 2>/dev/null"
	if out, err := exec.Command(bash, "-c", script).Output(); err != nil || string(out) != "called\n" {
		t.Errorf("%s: %v, %q", script, err, out)
	}
}

// The manual page has every command and flag.
func TestMan(t *testing.T) {
	page := mustCall(t, "man")
	for _, want := range []string{".TH LATPRED 1", "measure nets", "epochs", "reproduce"} {
		if !strings.Contains(page, want) {
			t.Errorf("the manual page lacks %q", want)
		}
	}
	if program, err := exec.LookPath("man"); err == nil {
		if out, err := exec.Command(program, "-l", "--warnings", "-Tutf8", write(t, filepath.Base("latpred.1"), page)).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
}

func TestVersion(t *testing.T) {
	var v versions
	decode(t, mustCall(t, "version", "--json"), &v)
	if v.Platform == "" || !strings.HasPrefix(v.Versions["go"], "go") || v.Versions["github.com/gomlx/gomlx"] == "" {
		t.Errorf("%+v", v)
	}
	if text := mustCall(t, "version"); !strings.Contains(text, "github.com/gomlx/gomlx v") || !strings.HasPrefix(text, "latpred ") {
		t.Errorf("%s", text)
	}
}
