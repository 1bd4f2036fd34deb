package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
)

// module is the path of this module.
const module = "github.com/ofalat/ofalat"

// root is its folder, three up from where tests begin; some go elsewhere.
var root = func() string {
	dir, err := filepath.Abs(filepath.Join("..", "..", ".."))
	if err != nil {
		panic(err)
	}
	return dir
}()

// describe writes the comments on the fields of a type into its schema, and that those that may
// be left out are never null.
func describe(t testing.TB, s *jsonschema.Schema, of reflect.Type) {
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if writtenAs[of] != nil {
		return
	}
	switch of.Kind() {
	case reflect.Slice, reflect.Array:
		describe(t, s.Items, of.Elem())
	case reflect.Map:
		describe(t, s.AdditionalProperties, of.Elem())
	case reflect.Struct:
		for i := range of.NumField() {
			f := of.Field(i)
			name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			if f.Anonymous && name == "" {
				describe(t, s, f.Type)
				continue
			}
			if name == "" {
				name = f.Name
			}
			if p := s.Properties[name]; p != nil && f.IsExported() {
				if options == "omitempty" && len(p.Types) == 2 && p.Types[0] == "null" {
					p.Type, p.Types = p.Types[1], nil // nil is left out
				}
				describe(t, p, f.Type)
				if text := fieldComments(t, of)[f.Name]; text != "" {
					p.Description = text
				}
			}
		}
	}
}

// loosen lets objects have further fields, which later versions may add.
func loosen(s *jsonschema.Schema) {
	if s == nil {
		return
	}
	if s.Properties != nil {
		s.AdditionalProperties = nil
	}
	loosen(s.Items)
	loosen(s.AdditionalProperties)
	for _, p := range s.Properties {
		loosen(p)
	}
}

var (
	commentsLock sync.Mutex
	comments     = map[string]map[string]map[string]string{} // by package, type and field
)

// fieldComments are the comments on the fields of a struct of this module.
func fieldComments(t testing.TB, of reflect.Type) map[string]string {
	t.Helper()
	path, ours := strings.CutPrefix(of.PkgPath(), module)
	if !ours {
		return nil
	}
	commentsLock.Lock()
	defer commentsLock.Unlock()
	if comments[path] == nil {
		comments[path] = commentsIn(t, filepath.Join(root, filepath.FromSlash(path)))
	}
	return comments[path][of.Name()]
}

// commentsIn reads those of a folder, by type and field.
func commentsIn(t testing.TB, dir string) map[string]map[string]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]map[string]string{}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.TypeSpec)
			if !ok {
				return true
			}
			if s, ok := spec.Type.(*ast.StructType); ok {
				found[spec.Name.Name] = map[string]string{}
				for _, f := range s.Fields.List {
					text := f.Doc.Text() + " " + f.Comment.Text()
					for _, n := range f.Names {
						found[spec.Name.Name][n.Name] = strings.Join(strings.Fields(text), " ")
					}
				}
			}
			return true
		})
	}
	return found
}
