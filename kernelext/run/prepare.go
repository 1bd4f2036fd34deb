package run

import (
	"context"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

var importLine = regexp.MustCompile(`(?m)^\s*(?:import\s+)?(?:[\w.]+\s+)?"([\w.\-]+(?:/[\w.\-]+)+|[a-z][\w]*)"\s*$`)

// Imports lists the packages that the code cells of notebooks import.
func Imports(notebooks []*Notebook) []string {
	var paths []string
	for _, nb := range notebooks {
		for _, c := range nb.Cells {
			if c.Type != "code" || !strings.Contains(c.Source, "import") {
				continue
			}
			for _, m := range importLine.FindAllStringSubmatch(c.Source, -1) {
				paths = append(paths, m[1])
			}
		}
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// FetchModules makes the module cache hold what cells need, since the Jupyter kernel asks
// no proxy: the go.mod file of every module in the graph, also of those that
// nothing is built from. Packages themselves come with BuildImports.
func FetchModules(ctx context.Context, module string) error {
	graph := exec.CommandContext(ctx, "go", "mod", "graph")
	graph.Dir, graph.Env = module, goEnv()
	graph.Stdout = io.Discard
	var log strings.Builder
	graph.Stderr = &log
	if err := graph.Run(); err != nil {
		return fmt.Errorf("go mod graph: %w\n%s", err, log.String())
	}
	return nil
}

// BuildImports compiles what cells import, so that no cell's time limit has to
// cover it. A package that doesn't exist is left for its cell to complain of.
func BuildImports(ctx context.Context, module string, launch Launch, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	known, err := buildable(ctx, module, paths)
	if err != nil && len(paths) > 1 { // one of them keeps the go command from looking at the others
		known = nil
		for _, path := range paths {
			one, err := buildable(ctx, module, []string{path})
			if err != nil {
				continue // its cell says why
			}
			known = append(known, one...)
		}
	}
	if len(known) == 0 {
		return nil
	}
	build := exec.CommandContext(ctx, "go", append([]string{"build"}, known...)...)
	build.Dir, build.Env = module, append(launch.Command("").Env, "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building what cells import: %w\n%s", err, out)
	}
	return nil
}

// buildable lists those of the packages that the module can build. It errs if the go
// command can't tell, since one of them would change go.mod.
func buildable(ctx context.Context, module string, paths []string) ([]string, error) {
	list := exec.CommandContext(ctx, "go", append([]string{"list", "-e", "-f", "{{if not (or .Error .Incomplete)}}{{.ImportPath}}{{end}}"}, paths...)...)
	list.Dir, list.Env = module, goEnv()
	found, err := list.Output()
	return strings.Fields(string(found)), err
}
