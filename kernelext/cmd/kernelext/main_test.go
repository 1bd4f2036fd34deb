package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
)

func TestWhereTheKernelGoes(t *testing.T) {
	prefix := t.TempDir()
	t.Setenv("HOME", "/home/ann")
	for _, c := range []struct {
		env, value string
		install    installCmd
		want       string
	}{
		{"JUPYTER_DATA_DIR", "/j", installCmd{}, "/j/kernels/latpred"},
		{"XDG_DATA_HOME", "/x", installCmd{}, "/x/jupyter/kernels/latpred"},
		{"JUPYTER_DATA_DIR", "/j", installCmd{Prefix: prefix}, filepath.Join(prefix, "share/jupyter/kernels/latpred")},
	} {
		t.Setenv("JUPYTER_DATA_DIR", "")
		t.Setenv("XDG_DATA_HOME", "")
		t.Setenv(c.env, c.value)
		if got, err := c.install.dir(); err != nil || got != c.want {
			t.Errorf("%+v with %s=%s: %s (%v), want %s", c.install, c.env, c.value, got, err, c.want)
		}
	}
}

func TestRemoveLeavesNothing(t *testing.T) {
	root := t.TempDir()
	cache := filepath.Join(root, "cache")
	t.Setenv("XDG_CACHE_HOME", cache)
	t.Setenv("HOME", root) // macOS puts caches there
	prefix := filepath.Join(root, "prefix")
	c := installCmd{Prefix: prefix, Remove: true}
	dir, err := c.dir()
	if err != nil {
		t.Fatal(err)
	}
	own, err := run.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range []string{filepath.Join(dir, "kernel.json"), launcherOf(own, dir), filepath.Join(own, "bin", "0123", "gonb")} {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("{}"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // the second time nothing is there
		if err := c.Run(t.Context()); err != nil {
			t.Error(err)
		}
		for _, gone := range []string{filepath.Join(prefix, "share", "jupyter"), own} {
			if _, err := os.Stat(gone); !os.IsNotExist(err) {
				t.Errorf("%s is still there: %v", gone, err)
			}
		}
	}
	other := filepath.Join(filepath.Dir(dir), "python3") // somebody else's kernel
	if err := os.MkdirAll(other, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := c.Run(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(other); err != nil {
		t.Errorf("another kernel was removed: %v", err)
	}
}

func TestSetupNamesWhatIsMissing(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_DATA_HOME", "")
	data := t.TempDir()
	t.Setenv("JUPYTER_DATA_DIR", data)
	if c := inspectKernelspec("/module"); c.OK || !strings.Contains(c.String(), "kernelext install --user") {
		t.Errorf("no kernelspec: %s", c)
	}
	launcher := filepath.Join(t.TempDir(), "kernelext")
	for spec, want := range map[string]string{
		`{"argv":["LAUNCHER","kernel","--module","/module"],"display_name":"Go"}`: "ok ",
		`{"argv":["LAUNCHER","kernel","--module","/other"]}`:                      "another clone, /other",
		`{"argv":["/nowhere","kernel","--module","/module"]}`:                     "launcher is gone",
		`{"argv":`: "damaged",
	} {
		if err := os.WriteFile(launcher, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		dir := filepath.Join(data, "kernels", run.KernelspecName)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte(strings.ReplaceAll(spec, "LAUNCHER", launcher)), 0o644); err != nil {
			t.Fatal(err)
		}
		if got := inspectKernelspec("/module").String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s, want …%s…", spec, got, want)
		}
	}
	t.Setenv("PATH", "")
	if c := inspectJupyter(t.Context()); c.OK || !strings.Contains(c.String(), "pip install jupyterlab") {
		t.Errorf("no JupyterLab: %s", c)
	}
	err := required([]condition{inspectGo(t.Context(), "."), {What: "luxury"}})
	if err == nil || !strings.HasPrefix(err.Error(), "Go is missing: install Go") || strings.Contains(err.Error(), "luxury") {
		t.Errorf("no Go: %v", err)
	}
}

func TestCleanLeavesTheLiving(t *testing.T) {
	root := t.TempDir()
	t.Setenv("XDG_CACHE_HOME", root)
	t.Setenv("HOME", root)
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("KERNELEXT_CACHE", "")
	cache, err := run.CacheDir()
	if err != nil {
		t.Fatal(err)
	}
	old := time.Now().Add(-48 * time.Hour)
	dirs := map[string]bool{ // whether it stays
		filepath.Join(cache, "executed"):           false,
		filepath.Join(cache, "keep"):               true,
		filepath.Join(os.TempDir(), "gonb_1"):      true,
		filepath.Join(os.TempDir(), "gonb_2"):      false,
		filepath.Join(os.TempDir(), "kernelext-1"): false,
		filepath.Join(os.TempDir(), "other"):       true,
	}
	for dir := range dirs {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(dir, "gonb_1") {
			if err := os.Chtimes(dir, old, old); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := (&cleanCmd{}).Run(); err != nil {
		t.Fatal(err)
	}
	for dir, stays := range dirs {
		if _, err := os.Stat(dir); (err == nil) != stays {
			t.Errorf("%s: stays %v, want %v", dir, err == nil, stays)
		}
	}
	if err := (&cleanCmd{Values: true}).Run(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(cache); !os.IsNotExist(err) {
		t.Errorf("with --values the whole cache goes: %v", err)
	}
}

func TestCheckFindsFaults(t *testing.T) {
	bad := filepath.Join(t.TempDir(), "bad.ipynb")
	text := `{"cells":[{"cell_type":"code","execution_count":3,"id":"a","metadata":{},"outputs":[],"source":"1"}],"metadata":{},"nbformat":4,"nbformat_minor":5}`
	if err := os.WriteFile(bad, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	c := checkCmd{Notebooks: []string{bad}}
	if err := c.Run(t.Context(), &commands{}); err == nil {
		t.Error("a notebook with stored output, no title and no kernel passed")
	}
}

// The clone is found from anywhere: it is the one around, or that in which this was built.
func TestCloneIsFoundFromAnywhere(t *testing.T) {
	here, err := clone(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	other := t.TempDir()
	if err := os.WriteFile(filepath.Join(other, "go.mod"), []byte("module example.com/other\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{t.TempDir(), other} {
		t.Chdir(dir)
		if got, err := clone(t.Context(), ""); err != nil || got != here {
			t.Errorf("from %s: %s, %v, want %s", dir, got, err, here)
		}
	}
	if _, err := clone(t.Context(), other); err == nil || !strings.Contains(err.Error(), "is not that of github.com/ofalat/ofalat") {
		t.Errorf("another module was taken: %v", err)
	}
	if got, err := clone(t.Context(), here); err != nil || got != here {
		t.Errorf("%s, %v", got, err)
	}
}

// All notebooks that can't run are named, each with its reason, before any runs.
func TestRunRefusesBeforeAnythingRuns(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "out")
	var paths []string
	for name, text := range map[string]string{
		"python.ipynb": `{"cells":[],"metadata":{"kernelspec":{"name":"python3","language":"python"}},"nbformat":4,"nbformat_minor":5}`,
		"cut.ipynb":    `{"cells":[`, "good.ipynb": `{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":5}`,
	} {
		paths = append(paths, filepath.Join(dir, name))
		if err := os.WriteFile(paths[len(paths)-1], []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := (&runCmd{Notebooks: paths, Out: out, NoPlugin: true}).Run(t.Context(), &commands{})
	if err == nil || !strings.Contains(err.Error(), "python.ipynb: a notebook for python") || !strings.Contains(err.Error(), "cut.ipynb: line 1, column 11") ||
		strings.Contains(err.Error(), "good.ipynb") || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(out); !os.IsNotExist(err) {
		t.Errorf("something was written: %v", err)
	}
	if err := (&checkCmd{Notebooks: paths[:]}).Run(t.Context(), &commands{}); err == nil || strings.Contains(err.Error(), "cut.ipynb") {
		t.Errorf("check: %v, want the number of problems", err)
	}
}

func TestNotebooksOfOneNameAreRefused(t *testing.T) {
	if err := distinct([]string{"a/n.ipynb", "b/m.ipynb"}); err != nil {
		t.Error(err)
	}
	if err := distinct([]string{"a/n.ipynb", "b/m.ipynb", "c/n.ipynb"}); err == nil || !strings.HasPrefix(err.Error(), "a/n.ipynb and c/n.ipynb have the same name") {
		t.Errorf("%v", err)
	}
}

func TestBrief(t *testing.T) {
	long := errors.New("n.ipynb: cell 1" + strings.Repeat("\nmore", 30))
	if got := brief(errors.Join(long, errors.New("m.ipynb: cell 2"))).Error(); !strings.HasPrefix(got, "n.ipynb: cell 1\nmore") ||
		!strings.Contains(got, "19 lines more") || !strings.HasSuffix(got, "m.ipynb: cell 2") {
		t.Errorf("%q", got)
	}
	if brief(nil) != nil || brief(long) != long {
		t.Error("what isn't joined was changed")
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 notebooks", 1: "1 notebook", 2: "2 notebooks"} {
		if got := plural(n, "notebook"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
