// Package revision tells from which state of the code this program was built.
package revision

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
)

// Of is the state of the code that this program was built from, a commit in full or the
// module's version, and whether the code had changes that are in no commit: what the build
// stamped; else, of a program that go run or go test built, that of the clone which holds
// the current folder. It is asked for once, so that what a run writes changes nothing.
// commit is "" if it is not known.
var Of = sync.OnceValues(func() (commit string, modified bool) {
	info, _ := debug.ReadBuildInfo()
	if commit, modified = stamped(info); commit != "" {
		return commit, modified
	}
	dir, err := os.Getwd()
	if err != nil {
		return "", false
	}
	return cloned(dir)
})

// modulePath is the path of the module that this package belongs to.
const modulePath = "github.com/ofalat/ofalat"

// stamped is the revision in a program's build information: go build's, or the version of
// the module where go install has built it from one; "" if there is none.
func stamped(info *debug.BuildInfo) (commit string, modified bool) {
	if info == nil {
		return "", false
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			commit = s.Value
		case "vcs.modified":
			modified = s.Value == "true"
		}
	}
	if commit != "" && info.Main.Path == modulePath {
		return commit, modified
	}
	for _, m := range append(slices.Clone(info.Deps), &info.Main) {
		if m.Path == modulePath && m.Version != "(devel)" {
			return m.Version, false
		}
	}
	return "", false
}

// pages are the files that a run writes or that hold only prose: they don't make the code
// another one.
var pages = []string{".", ":!*.md", ":!latpred/experiment/record*.json", ":!docs/*.png"}

// cloned is the revision that is checked out in the clone around a folder; "" if the folder
// lies in no clone of this module, or there is no git.
func cloned(dir string) (commit string, modified bool) {
	for {
		text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(text), "module "+modulePath+"\n") {
			break
		}
		if dir == filepath.Dir(dir) {
			return "", false
		}
		dir = filepath.Dir(dir)
	}
	head, err := exec.Command("git", "-C", dir, "rev-parse", "HEAD").Output()
	if err != nil {
		return "", false
	}
	changes, err := exec.Command("git", append([]string{"-C", dir, "status", "--porcelain", "--"}, pages...)...).Output()
	return strings.TrimSpace(string(head)), err != nil || len(changes) > 0
}
