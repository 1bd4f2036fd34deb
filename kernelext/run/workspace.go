package run

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// What commands of a cell do to the module that its code is compiled in.
var (
	fetches   = regexp.MustCompile(`(?m)^\s*(?://gonb:)?!.*\bgo\s+(?:get|install|mod\s+(?:download|tidy|init)|work\s+(?:init|sync))\b`)
	workspace = regexp.MustCompile(`(?m)^\s*(?://gonb:)?!\*.*\bgo\s+work\s+init\b`)
)

// For adapts a Launch to a notebook in a folder.
//
//   - Its cells also see the module around the folder, and those of a go.work there.
//   - Where a cell itself fetches modules, as by "!*go get", the Jupyter kernel may ask the
//     user's proxy.
//   - Where a cell makes a workspace, as by "!*go work init", GoNB begins without one.
//
// It errs if one of the modules can't be read, or is another copy of l.Module.
func (l Launch) For(nb *Notebook, folder string) (Launch, error) {
	for _, c := range nb.codeCells() {
		l.Fetch = l.Fetch || fetches.MatchString(c.Source)
		l.OwnWork = l.OwnWork || workspace.MatchString(c.Source)
	}
	found, err := modulesAround(folder, l.Module)
	if err != nil {
		return l, err
	}
	ours, err := moduleName(l.Module)
	if err != nil && len(found) > 0 {
		return l, err
	}
	for _, dir := range found {
		name, err := moduleName(dir)
		if err != nil {
			return l, err
		}
		if sameFolder(dir, l.Module) || slices.Contains(l.Modules, dir) {
			continue
		}
		if name == ours {
			return l, fmt.Errorf("the notebook belongs to another copy of %s, %s: run it there", ours, dir)
		}
		l.Modules = append(slices.Clip(l.Modules), dir)
	}
	return l, nil
}

// Foreign reports whether cells of a notebook in a folder may depend on files that a Cache
// doesn't know: those outside the module, and what the notebook fetches. All executes such
// a notebook each time.
func (l Launch) Foreign(folder string) bool {
	if l.Module == "" {
		return false
	}
	inside, err := filepath.Rel(l.Module, folder)
	return l.Fetch || l.OwnWork || len(l.Modules) > 0 || err != nil || inside == ".." || strings.HasPrefix(inside, ".."+string(filepath.Separator))
}

// modulesAround lists the folders of the modules that the go command would see from a
// folder: that of the nearest go.mod, and those of the nearest go.work. It looks no
// higher than top, if the folder is in it.
func modulesAround(folder, top string) (dirs []string, err error) {
	mod, work := "", ""
	for dir := folder; ; dir = filepath.Dir(dir) {
		if there(filepath.Join(dir, "go.mod")) && mod == "" {
			mod = dir
		}
		if there(filepath.Join(dir, "go.work")) && work == "" {
			work = dir
		}
		if sameFolder(dir, top) || dir == filepath.Dir(dir) {
			break
		}
	}
	if mod != "" {
		dirs = append(dirs, mod)
	}
	if work == "" {
		return dirs, nil
	}
	file := filepath.Join(work, "go.work")
	content, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, err := modfile.ParseWork(file, content, nil)
	if err != nil {
		return nil, err
	}
	for _, use := range parsed.Use {
		dir := filepath.FromSlash(use.Path)
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(work, dir)
		}
		dirs = append(dirs, dir)
	}
	return dirs, nil
}

func there(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}

// sameFolder tells whether two paths lead to one folder.
func sameFolder(a, b string) bool {
	one, err1 := os.Stat(a)
	other, err2 := os.Stat(b)
	return err1 == nil && err2 == nil && os.SameFile(one, other)
}

// moduleName is the path by which a module is imported.
func moduleName(dir string) (string, error) {
	content, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("%s is used by a go.work beside the notebook and has no go.mod: take it out there", dir)
	}
	if err != nil {
		return "", err
	}
	name := modfile.ModulePath(content)
	if name == "" {
		return "", fmt.Errorf("%s names no module", filepath.Join(dir, "go.mod"))
	}
	return name, nil
}

// unknownPackage matches what the go command says of a package that it may not fetch.
var unknownPackage = regexp.MustCompile(`(\S+): (?:cannot find module providing package|module lookup disabled)`)

// outsideModule is what the go command says where there is no module.
const outsideModule = "go.mod file not found in current directory"

// advised adds to the first line of a cell's error what to do, where the cell has to do
// with a package that is not there.
func (l Launch) advised(source, reason, detail string) string {
	advice := l.advice(source, reason+"\n"+detail)
	if advice == "" {
		return reason
	}
	first, rest, more := strings.Cut(reason, "\n")
	if more {
		rest = "\n" + rest
	}
	return first + "; " + advice + rest
}

func (l Launch) advice(source, text string) string {
	if fetches.MatchString(source) {
		for _, dir := range append([]string{l.Module}, l.Modules...) {
			if name, err := moduleName(dir); err == nil && strings.Contains(source, name) {
				return fmt.Sprintf("cells see %s already, as it is in %s: leave that command out", name, dir)
			}
		}
		if strings.Contains(text, outsideModule) {
			return `with a star, "!*go get", the command concerns the module that cells are compiled in`
		}
		return ""
	}
	if m := unknownPackage.FindStringSubmatch(text); m != nil && !l.Fetch {
		return fmt.Sprintf("cells run offline, with what %s has: \"go get %s\" there adds the package, a first cell with \"!*go get %[2]s\" fetches it for this notebook",
			filepath.Join(l.Module, "go.mod"), m[1])
	}
	return ""
}
