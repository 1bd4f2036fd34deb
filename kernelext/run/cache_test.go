package run

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// module writes a small module and gives its folder.
func module(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"go.mod": "module m\n", "a.go": "package m\n", "latpred/a.go": "package a\n", "data/x.csv": "1\n",
		"latpred/a_test.go": "package a\n", "notebooks/README.md": "text\n", "kernelext/run/page.css": "a {}\n", "out/x.html": "x\n",
	} {
		if err := writeFile(filepath.Join(dir, name), []byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func cache(t *testing.T, dir, module string, env map[string]string) *Cache {
	t.Helper()
	c, err := NewCache(dir, module, env)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestCacheSparesTheKernel(t *testing.T) {
	m, dir, out := module(t), t.TempDir(), t.TempDir()
	path := notebook(t, "one", "two")
	with := func(launch Launch, env map[string]string) Report {
		t.Helper()
		reports, _ := All(t.Context(), []string{path}, Options{Launch: launch, Jobs: 1, Limit: time.Minute, Out: out, Cache: cache(t, dir, m, env)})
		return reports[0]
	}
	if r := with(fake(), nil); !r.OK || r.Cached {
		t.Fatalf("first run: %+v", r)
	}
	nowhere := Launch{Path: "/nowhere/kernel"}
	r := with(nowhere, nil)
	if !r.OK || !r.Cached || len(r.Cells) != 2 || r.Cells[1].Cell != 3 || r.Cells[1].Line != "two" {
		t.Errorf("second run: %+v", r)
	}
	nb, err := ReadNotebook(filepath.Join(out, "n.ipynb"))
	if err != nil || nb.Cells[2].Outputs[0].Text != "did two" || nb.Cells[2].ExecutionCount != 2 {
		t.Errorf("what it showed is lost: %+v, %v", nb.Cells[2], err)
	}

	edit := func(change func(*Notebook)) {
		t.Helper()
		nb, err := ReadNotebook(path)
		if err != nil {
			t.Fatal(err)
		}
		change(nb)
		content, err := nb.Content()
		if err != nil {
			t.Fatal(err)
		}
		if err := writeFile(path, content); err != nil {
			t.Fatal(err)
		}
	}
	edit(func(nb *Notebook) { nb.Cells[0].Source = "# Another title" })
	if r := with(nowhere, nil); !r.Cached || r.Title != "Another title" {
		t.Errorf("new text: %+v", r)
	}
	for _, harmless := range []string{"latpred/a_test.go", "notebooks/README.md", "kernelext/run/page.css", "out/x.html"} {
		if err := writeFile(filepath.Join(m, harmless), []byte("new")); err != nil {
			t.Fatal(err)
		}
		if r := with(nowhere, nil); !r.Cached {
			t.Errorf("a new %s executes anew", harmless)
		}
	}
	for _, matters := range []string{"latpred/a.go", "data/x.csv", "go.mod"} {
		if err := writeFile(filepath.Join(m, matters), []byte("new")); err != nil {
			t.Fatal(err)
		}
		if r := with(nowhere, nil); r.OK || r.Cached {
			t.Errorf("a new %s does not execute anew", matters)
		}
	}
	if r := with(nowhere, map[string]string{"LATPRED_PROFILE": "full"}); r.Cached {
		t.Error("another profile does not execute anew")
	}
	with(fake(), nil)
	edit(func(nb *Notebook) { nb.Cells[1].Source = "three" })
	if r := with(nowhere, nil); r.Cached {
		t.Error("a new cell does not execute anew")
	}
}

func TestCacheFaults(t *testing.T) {
	m, dir := module(t), t.TempDir()
	path := notebook(t, "error")
	run := func(launch Launch, c *Cache) Report {
		reports, _ := All(t.Context(), []string{path}, Options{Launch: launch, Jobs: 1, Limit: time.Minute, Out: t.TempDir(), Cache: c})
		return reports[0]
	}
	run(fake(), cache(t, dir, m, nil))
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("a run that failed was remembered: %v, %v", entries, err)
	}
	path = notebook(t, "one")
	run(fake(), cache(t, dir, m, nil))
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("%v, %v", entries, err)
	}
	forgetful := cache(t, dir, m, nil)
	forgetful.Forget()
	if r := run(fake(), forgetful); r.Cached || !r.OK {
		t.Errorf("--fresh: %+v", r)
	}
	if err := os.Truncate(filepath.Join(dir, entries[0].Name()), 7); err != nil {
		t.Fatal(err)
	}
	if r := run(fake(), cache(t, dir, m, nil)); r.Cached || !r.OK {
		t.Errorf("a damaged memory: %+v", r)
	}
	if r := run(Launch{Path: "/nowhere"}, cache(t, dir, m, nil)); !r.Cached {
		t.Errorf("after the repair: %+v", r)
	}
}

func TestCacheIsBounded(t *testing.T) {
	c := cache(t, t.TempDir(), module(t), nil)
	for i := range keptRuns + 5 {
		name := filepath.Join(c.dir, string(rune('a'+i%26))+strings.Repeat("x", i))
		if err := writeFile(name, nil); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(time.Duration(i-1000) * time.Hour)
		if err := os.Chtimes(name, when, when); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.trim(); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) != keptRuns {
		t.Errorf("%d remembered, want %d (%v)", len(entries), keptRuns, err)
	}
	if _, err := os.Stat(filepath.Join(c.dir, "a")); err == nil {
		t.Error("the oldest is still there")
	}
}

func TestFingerprint(t *testing.T) {
	m := module(t)
	nb := notebook(t, "one")
	print := func() string {
		t.Helper()
		f, err := Fingerprint(m, []string{nb})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	before := print()
	if print() != before {
		t.Error("nothing changed, but the fingerprint")
	}
	for _, file := range []string{nb, filepath.Join(m, "a.go"), filepath.Join(m, "data/x.csv")} {
		if err := writeFile(file, []byte("changed "+file)); err != nil {
			t.Fatal(err)
		}
		if now := print(); now == before {
			t.Errorf("%s changed without a trace", file)
		} else {
			before = now
		}
	}
}
