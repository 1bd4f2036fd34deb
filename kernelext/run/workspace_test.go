package run

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// tree writes files by their paths in a folder and gives the folder.
func tree(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := writeFile(filepath.Join(dir, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A notebook sees the modules that the go command would see from its folder.
func TestModulesOfANotebook(t *testing.T) {
	dir := tree(t, map[string]string{
		"clone/go.mod": "module example.com/clone\n", "clone/notebooks/a.txt": "",
		"clone/work/go.work": "go 1.24\n\nuse ../../own\n", "clone/work/a.txt": "",
		"other/go.mod": "module example.com/clone // another copy\n",
		"own/go.mod":   "module example.com/own\n", "own/deep/down/a.txt": "",
		"plain/a.txt":  "",
		"wide/go.work": "go 1.24\n\nuse (\n\t../own\n\t../clone\n\t./in\n)\n", "wide/in/go.mod": "module \"example.com/in\"\n", "wide/sub/a.txt": "",
		"lost/go.work": "go 1.24\n\nuse ./nowhere\n", "broken/go.work": "use (\n", "copy/go.work": "go 1.24\n\nuse ../other\n", "empty/go.mod": "",
	})
	l := Launch{Module: filepath.Join(dir, "clone")}
	for folder, want := range map[string]string{
		"clone": "", "clone/notebooks": "", "plain": "", "own": "own", "own/deep/down": "own", "clone/work": "own", "wide/sub": "own wide/in",
		"wide/in": "wide/in own", "lost": "error nowhere is used by a go.work beside the notebook and has no go.mod", "broken": "error go.work:2",
		"copy": "error another copy of example.com/clone", "other": "error another copy of example.com/clone", "empty": "error names no module",
	} {
		got, err := l.For(&Notebook{}, filepath.Join(dir, folder))
		if text, fails := strings.CutPrefix(want, "error "); fails {
			if err == nil || !strings.Contains(err.Error(), text) {
				t.Errorf("%s: %v, want …%s…", folder, err, text)
			}
			continue
		}
		var names []string
		for _, m := range got.Modules {
			name, err := filepath.Rel(dir, m)
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		if err != nil || strings.Join(names, " ") != want {
			t.Errorf("%s: %q, %v, want %s", folder, names, err, want)
		}
		if outside := !strings.HasPrefix(folder, "clone") || want != ""; got.Foreign(filepath.Join(dir, folder)) != outside {
			t.Errorf("%s: foreign %v", folder, !outside)
		}
	}
}

// What cells do with modules decides about the proxy and the workspace.
func TestModulesThatCellsFetch(t *testing.T) {
	for source, want := range map[string]string{ // which of fetch, own
		"%%\nfmt.Println(1)":                               "",
		"%goworkfix":                                       "",
		"!*go mod edit -replace \"m=/m\"":                  "",
		"!*go get example.com/m@latest":                    "fetch",
		"!ls\n!*go get example.com/m\n%%":                  "fetch",
		"!*cd . && go mod tidy":                            "fetch",
		"!*go work init && go work use . ${HOME}/m":        "fetch own",
		"//gonb:!*go work init":                            "fetch own",
		"!*rm -f go.work && go work init && go work use .": "fetch own",
		"%%\n// !*go get example.com/m":                    "",
		"%%\nfmt.Println(`go get x`)":                      "",
	} {
		nb := &Notebook{Cells: []*Cell{{Type: "markdown", Source: "!*go get x"}, {Type: "code", Source: source}}}
		l, err := Launch{Module: t.TempDir()}.For(nb, t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if l.Fetch {
			got = "fetch"
		}
		if l.OwnWork {
			got += " own"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", source, got, want)
		}
		cmd := l.Command("c")
		if offline := slices.Contains(cmd.Env, "GOPROXY=off"); offline != !l.Fetch {
			t.Errorf("%q: offline %v", source, offline)
		}
		if given := strings.Contains(strings.Join(cmd.Args, " "), "-go_work="); given != !l.OwnWork {
			t.Errorf("%q: -go_work given: %v", source, given)
		}
	}
}

func TestAdvice(t *testing.T) {
	l := Launch{Module: tree(t, map[string]string{"go.mod": "module example.com/clone\n"})}
	missing := "ERROR: failed to run go get: exit status 1\n\ngo: gonb_1 imports\n\texample.com/m/p: cannot find module providing package example.com/m/p"
	for _, c := range []struct {
		source, reason, detail, want string
		fetch                        bool
	}{
		{"import \"example.com/m/p\"", missing, "", "\"!*go get example.com/m/p\" fetches it for this notebook", false},
		{"import \"example.com/m/p\"", missing, "", "", true}, // where cells fetch, they know how
		{"x", "undefined: x", "detail", "", false},
		{"!*go get example.com/clone/p", "a command failed", "403 Forbidden", "cells see example.com/clone already", true},
		{"!go get example.com/m", "a command failed", "go: go.mod file not found in current directory or any parent directory.", "with a star", true},
		{"!*go get example.com/m", "a command failed", "404 Not Found", "", true},
	} {
		l.Fetch = c.fetch
		got := l.advised(c.source, c.reason, c.detail)
		first, rest, _ := strings.Cut(got, "\n")
		before, after, _ := strings.Cut(c.reason, "\n")
		if !strings.HasPrefix(first, before) || !strings.Contains(first, c.want) || (c.want == "") != (first == before) || rest != after {
			t.Errorf("%q: %q, want …%s…", c.source, got, c.want)
		}
	}
}

// A package that would change go.mod, or is not there, doesn't keep the others from being built.
func TestBuildImportsPassesOverUnknownPackages(t *testing.T) {
	dir := tree(t, map[string]string{"go.mod": "module example.com/m\n\ngo 1.24\n", "good/a.go": "package good\n", "bad/a.go": "package bad\n\nimport _ \"example.com/nowhere\"\n"})
	t.Setenv("GOPROXY", "off")
	if err := BuildImports(t.Context(), dir, Launch{Module: dir}, []string{"fmt", "example.com/m/good", "example.com/m/bad", "example.com/none", "not a path"}); err != nil {
		t.Error(err)
	}
	if err := writeFile(filepath.Join(dir, "good", "a.go"), []byte("package good\n\nvar x int = \"\"\n")); err != nil {
		t.Fatal(err)
	}
	if err := BuildImports(t.Context(), dir, Launch{Module: dir}, []string{"example.com/m/good"}); err == nil || !strings.Contains(err.Error(), "building what cells import") {
		t.Errorf("a package that doesn't compile: %v", err)
	}
}

// What a notebook of another place depends on isn't known: it is executed each time.
func TestForeignNotebooksAreNotCached(t *testing.T) {
	m := module(t)
	inside := filepath.Join(m, "notebooks", "n.ipynb")
	outside := notebook(t, "one")
	content, err := os.ReadFile(outside)
	if err != nil {
		t.Fatal(err)
	}
	if err := writeFile(inside, content); err != nil {
		t.Fatal(err)
	}
	launch := fake()
	launch.Module = m
	for path, want := range map[string]bool{inside: true, outside: false} {
		c := cache(t, t.TempDir(), m, nil) // both have the same cells
		for run := range 2 {
			reports, err := All(t.Context(), []string{path}, Options{Launch: launch, Jobs: 1, Limit: time.Minute, Out: t.TempDir(), Cache: c})
			if err != nil {
				t.Fatal(err)
			}
			if reports[0].Cached != (want && run == 1) {
				t.Errorf("%s, run %d: cached %v", path, run, reports[0].Cached)
			}
		}
	}
}
