package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
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
	prefix := t.TempDir()
	c := installCmd{Prefix: prefix, Remove: true}
	dir, err := c.dir()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "kernel.json"), []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time nothing is there
		if err := c.Run(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := os.Stat(dir); !os.IsNotExist(err) {
			t.Errorf("%s is still there: %v", dir, err)
		}
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
