package kernelext

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"go/ast"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"
)

// moduleHash identifies the Go source of the module around the working folder; "" if there
// is none. Tests, notebooks and this package are left out, since values do not depend on
// them.
var moduleHash = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return hashSource(dir)
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
})

func hashSource(module string) string {
	h := sha256.New()
	_ = filepath.WalkDir(module, func(path string, d fs.DirEntry, err error) error {
		name := filepath.Base(path)
		top := filepath.Dir(path) == module
		switch {
		case err != nil:
			return nil // a file that vanished is none
		case d.IsDir() && path != module && (strings.HasPrefix(name, ".") || top && (name == "kernelext" || name == "notebooks" || name == "out")):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") && name != "go.mod" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		if content, err := os.ReadFile(path); err == nil {
			fmt.Fprintf(h, "%s %d\n", strings.TrimPrefix(path, module), len(content))
			h.Write(content)
		}
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))
}

// sourceOf returns the text of a function literal, or of the declaration of a named
// function, without comments and spaces; "" if its file can't be read. GoNB puts all
// declarations of a notebook in one file, so the same function is on different lines in
// different cells, but has the same text.
func sourceOf(f any) string {
	pc := reflect.ValueOf(f).Pointer()
	file, line := runtime.FuncForPC(pc).FileLine(pc)
	content, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, content, parser.SkipObjectResolution)
	if err != nil {
		return ""
	}
	// The outermost function that starts on the line of its entry; else, since a
	// function without a prologue enters at its first statement, the innermost
	// around the line.
	var found ast.Node
	starts := false
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			from, to := set.Position(n.Pos()).Line, set.Position(n.End()).Line
			if !starts && from <= line && line <= to {
				found, starts = n, from == line
			}
		}
		return true
	})
	if found == nil {
		return ""
	}
	return tokens(content[set.Position(found.Pos()).Offset:set.Position(found.End()).Offset])
}

// tokens is Go text without what a formatter may change.
func tokens(text []byte) string {
	set := token.NewFileSet()
	var s scanner.Scanner
	s.Init(set.AddFile("", set.Base(), len(text)), text, nil, 0)
	var b strings.Builder
	for {
		_, t, literal := s.Scan()
		if t == token.EOF {
			return b.String()
		}
		if t == token.SEMICOLON && literal == "\n" {
			continue
		}
		if literal == "" {
			literal = t.String()
		}
		b.WriteString(literal + " ")
	}
}
