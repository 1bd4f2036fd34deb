package browser

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ofalat/ofalat/kernelext/run"
)

// testNotebooks runs all notebooks of the project through JupyterLab, two side by
// side, and looks at what they show.
func testNotebooks(t *testing.T, l *lab) {
	module, err := run.FindModule(t.Context(), ".")
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob(filepath.Join(module, "notebooks", "*.ipynb"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%d notebooks, %v", len(paths), err)
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if err == nil {
			err = os.WriteFile(filepath.Join(l.dir, filepath.Base(path)), content, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Run("side by side", func(t *testing.T) {
		places := make(chan struct{}, 2)
		for _, path := range paths {
			t.Run(filepath.Base(path), func(t *testing.T) {
				t.Parallel()
				places <- struct{}{}
				defer func() { <-places }()
				testNotebook(t, l, filepath.Base(path))
			})
		}
	})
}

func testNotebook(t *testing.T, l *lab, name string) {
	p := l.open(t, name)
	began := time.Now()
	p.command("notebook:run-all-cells", "{}")
	seen := map[string]bool{} // states of displays while cells run
	p.await("the first cell runs", time.Minute, func() bool { return p.busy() })
	p.await("all cells have run", 6*time.Minute, func() bool {
		seen[eval[string](p, `[...document.querySelectorAll(".jp-OutputArea-output progress")].map(e => e.value + " of " + e.max).join()`)] = true
		return p.idle()
	})
	time.Sleep(time.Second)
	if errs := p.errors(); len(errs) > 0 {
		t.Fatalf("errors: %q", errs)
	}
	code := eval[int](p, `document.querySelectorAll(".jp-CodeCell").length`)
	done := eval[int](p, `[...`+p.widget()+`.content.widgets].filter(c => c.model.type === "code" && c.model.executionCount > 0).length`)
	if code == 0 || done != code {
		t.Errorf("%d of %d cells ran", done, code)
	}
	pictures := 0
	for cell := range code {
		for i := range eval[int](p, output(cell)+`.querySelectorAll("img, .jp-RenderedSVG svg").length`) {
			pictures++
			if n := p.colours(cell, i); n < 12 {
				t.Errorf("picture %d of cell %d has %d colours: it looks blank", i+1, cell+1, n)
			}
		}
	}
	if pictures == 0 {
		t.Error("no picture at all")
	}
	p.shot(strings.TrimSuffix(name, ".ipynb"))
	t.Logf("%d cells, %d pictures, live displays in %d states, %v", code, pictures, len(seen), time.Since(began).Round(time.Second))
}
