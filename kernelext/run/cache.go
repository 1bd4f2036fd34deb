package run

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// Cache keeps the outputs of cells on disk. A notebook need not be executed if its code
// cells, module and data are those of an earlier successful run; its text may have
// changed.
type Cache struct {
	dir     string
	version string // of everything that cells depend on besides their text
	forget  bool   // nothing is read from it
}

// Forget makes the cache ignore earlier runs, so that everything is executed; new runs are
// still stored.
func (c *Cache) Forget() { c.forget = true }

// Fingerprint returns a text that changes when one of the notebooks, or a file that they
// depend on, changes. It compares times and sizes, not contents.
func Fingerprint(module string, notebooks []string) (string, error) {
	files, err := sources(module)
	if err != nil {
		return "", err
	}
	for i, f := range files {
		files[i] = filepath.Join(module, f)
	}
	h := sha256.New()
	for _, f := range append(files, notebooks...) {
		info, err := os.Stat(f)
		if err != nil { // an editor may be writing it anew
			fmt.Fprintln(h, f)
			continue
		}
		fmt.Fprintln(h, f, info.Size(), info.ModTime().UnixNano())
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// keptRuns bounds the number of executed notebooks in a cache; those used longest
// ago go first.
const keptRuns = 200

// NewCache opens the cache in dir for the present code and data of a module, and for cells
// that run with env and with those variables of this process that affect their outputs.
func NewCache(dir, module string, env map[string]string) (*Cache, error) {
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version())
	for _, name := range slices.Sorted(maps.Keys(env)) {
		fmt.Fprintf(h, "%s=%s\n", name, env[name])
	}
	for _, variable := range os.Environ() {
		for _, prefix := range []string{"LATPRED_", "GOMLX_", "PJRT_", "XLA_"} {
			if strings.HasPrefix(variable, prefix) {
				fmt.Fprintln(h, variable)
			}
		}
	}
	files, err := sources(module)
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		content, err := os.ReadFile(filepath.Join(module, file))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(h, "%s %d\n", file, len(content))
		h.Write(content)
	}
	return &Cache{dir: dir, version: hex.EncodeToString(h.Sum(nil))}, nil
}

// sources lists the files of a module that a cell may depend on: Go code, what
// it embeds, and data; not tests, not documents, not notebooks, not the pages.
func sources(module string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if errors.Is(err, fs.ErrNotExist) { // it went while we walked
				return nil
			}
			return err
		}
		name := d.Name()
		top := filepath.Dir(path) == module
		if d.IsDir() {
			if path != module && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "testdata") || top && name == "out") {
				return filepath.SkipDir
			}
			return nil
		}
		switch {
		case !d.Type().IsRegular(), strings.HasSuffix(name, "_test.go"), strings.HasSuffix(name, ".md"), strings.HasSuffix(name, ".ipynb"):
			return nil
		case top && name != "go.mod" && name != "go.sum" && !strings.HasSuffix(name, ".go"): // LICENSE and the like
			return nil
		case within(module, path, "kernelext/run"), within(module, path, "kernelext/cmd"): // they make pages, not outputs
			return nil
		}
		relative, err := filepath.Rel(module, path)
		files = append(files, relative)
		return err
	})
	return files, err
}

func within(module, path, folder string) bool {
	return strings.HasPrefix(path, filepath.Join(module, folder)+string(filepath.Separator))
}

// pastRun is what the cache holds of a notebook.
type pastRun struct {
	Seconds float64    `json:"seconds"`
	PeakMB  float64    `json:"peak_mb"`
	Cells   []pastCell `json:"cells"` // code cells that are not empty, in their order
}

type pastCell struct {
	Count   int       `json:"count"`
	Seconds float64   `json:"seconds"`
	Outputs []*Output `json:"outputs"`
}

func (c *Cache) file(nb *Notebook) string {
	h := sha256.New()
	fmt.Fprintln(h, c.version)
	for _, cell := range nb.codeCells() {
		fmt.Fprintf(h, "%d\n%s\n", len(cell.Source), cell.Source)
	}
	return filepath.Join(c.dir, hex.EncodeToString(h.Sum(nil)[:16])+".json")
}

// codeCells are the cells that are executed.
func (nb *Notebook) codeCells() []*Cell {
	var cells []*Cell
	for _, c := range nb.Cells {
		if c.Type == "code" && strings.TrimSpace(c.Source) != "" {
			cells = append(cells, c)
		}
	}
	return cells
}

// Has reports whether nb, with its present code cells, was executed before. A nil cache is
// empty.
func (c *Cache) Has(nb *Notebook) bool {
	if c == nil || c.forget {
		return false
	}
	_, err := os.Stat(c.file(nb))
	return err == nil
}

// load puts the outputs of an earlier run into nb and says how long it took. What
// can't be read is not there.
func (c *Cache) load(nb *Notebook) (pastRun, bool) {
	var e pastRun
	if c == nil || c.forget {
		return e, false
	}
	file := c.file(nb)
	content, err := os.ReadFile(file)
	cells := nb.codeCells()
	if err != nil || json.Unmarshal(content, &e) != nil || len(e.Cells) != len(cells) {
		return pastRun{}, false
	}
	for i, cell := range cells {
		cell.Outputs, cell.ExecutionCount = e.Cells[i].Outputs, e.Cells[i].Count
	}
	touch(file)
	return e, true
}

// store remembers a run that succeeded.
func (c *Cache) store(nb *Notebook, r Report) error {
	if c == nil {
		return nil
	}
	e := pastRun{Seconds: r.Seconds, PeakMB: r.PeakMB}
	for i, cell := range nb.codeCells() {
		e.Cells = append(e.Cells, pastCell{Count: cell.ExecutionCount, Seconds: r.Cells[i].Seconds, Outputs: cell.Outputs})
	}
	content, err := marshal(e)
	if err != nil {
		return err
	}
	if err := writeFile(c.file(nb), content); err != nil {
		return err
	}
	return c.trim()
}

// trim removes what was used longest ago.
func (c *Cache) trim() error {
	entries, err := os.ReadDir(c.dir)
	if err != nil || len(entries) <= keptRuns {
		return err
	}
	age := map[string]int64{}
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			age[e.Name()] = info.ModTime().UnixNano()
		}
	}
	names := slices.SortedFunc(maps.Keys(age), func(a, b string) int { return int(min(1, max(-1, age[a]-age[b]))) })
	for _, name := range names[:max(0, len(names)-keptRuns)] {
		if err := os.Remove(filepath.Join(c.dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
