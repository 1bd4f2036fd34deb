package latpred_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFuzzed holds the list of .ci/fuzz against the fuzz targets of the code: each is fuzzed,
// and each has inputs of its own to begin with.
func TestFuzzed(t *testing.T) {
	out, err := exec.Command("bash", "../.ci/fuzz", "list").Output()
	if err != nil {
		t.Skipf("needs bash and git: %v", err)
	}
	listed := strings.Split(strings.TrimSpace(string(out)), "\n")
	var targets []string
	err = filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok || f.Recv != nil || !strings.HasPrefix(f.Name.Name, "Fuzz") || !takesF(f) {
				continue
			}
			targets = append(targets, "./"+filepath.ToSlash(filepath.Dir(strings.TrimPrefix(path, "../")))+" "+f.Name.Name)
			if !calls(f, "Add") {
				t.Errorf("%s: %s begins with no inputs: call f.Add", path, f.Name.Name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(targets)
	slices.Sort(listed)
	if !slices.Equal(targets, listed) || len(targets) == 0 {
		t.Errorf("the targets are\n%s\n.ci/fuzz lists\n%s", strings.Join(targets, "\n"), strings.Join(listed, "\n"))
	}
}

// takesF reports whether the only parameter of a function is a *testing.F.
func takesF(f *ast.FuncDecl) bool {
	if f.Type.Params.NumFields() != 1 {
		return false
	}
	star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	of, ok := star.X.(*ast.SelectorExpr)
	return ok && of.Sel.Name == "F"
}

// calls reports whether a function calls a method of a name.
func calls(f *ast.FuncDecl, method string) (found bool) {
	ast.Inspect(f, func(n ast.Node) bool {
		if c, ok := n.(*ast.CallExpr); ok {
			if s, ok := c.Fun.(*ast.SelectorExpr); ok && s.Sel.Name == method {
				found = true
			}
		}
		return !found
	})
	return found
}
