package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"testing"
)

func TestStamped(t *testing.T) {
	main := debug.Module{Path: modulePath, Version: "(devel)"}
	stamps := []debug.BuildSetting{{Key: "vcs.revision", Value: "0123456789abcdef0123456789abcdef01234567"}, {Key: "vcs.modified", Value: "true"}}
	for _, c := range []struct {
		info     *debug.BuildInfo
		commit   string
		modified bool
	}{
		{nil, "", false},
		{&debug.BuildInfo{Main: main}, "", false},
		{&debug.BuildInfo{Main: main, Settings: stamps}, "0123456789abcdef0123456789abcdef01234567", true},
		{&debug.BuildInfo{Main: main, Settings: stamps[:1]}, "0123456789abcdef0123456789abcdef01234567", false},
		{&debug.BuildInfo{Main: debug.Module{Path: modulePath, Version: "v1.2.3"}}, "v1.2.3", false},
		{&debug.BuildInfo{Main: debug.Module{Path: "other"}, Settings: stamps, Deps: []*debug.Module{{Path: modulePath, Version: "v1.2.3"}}}, "v1.2.3", false},
	} {
		if commit, modified := stamped(c.info); commit != c.commit || modified != c.modified {
			t.Errorf("%+v: %q, %v, want %q, %v", c.info, commit, modified, c.commit, c.modified)
		}
	}
}

// In a clone the commit is git's, and what a run writes is no change of the code.
func TestCloned(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("no git: ", err)
	}
	dir := t.TempDir()
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-C", dir, "-c", "user.name=a", "-c", "user.email=a@b"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v, %s", args, err, out)
		}
	}
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "-q")
	write("go.mod", "module other\n")
	if commit, _ := cloned(dir); commit != "" {
		t.Errorf("another module: %s", commit)
	}
	write("go.mod", "module "+modulePath+"\n")
	write("latpred/a.go", "package latpred\n")
	git("add", ".")
	git("commit", "-q", "-m", "first")
	for _, c := range []struct {
		name     string
		modified bool
	}{
		{"", false}, {"RESULTS.md", false}, {"latpred/experiment/record-quick.json", false}, {"docs/headline.png", false}, {"latpred/new.go", true},
	} {
		if c.name != "" {
			write(c.name, "changed")
		}
		commit, modified := cloned(filepath.Join(dir, "latpred"))
		if len(commit) != 40 || modified != c.modified {
			t.Errorf("after %q: %q, modified %v", c.name, commit, modified)
		}
	}
}
