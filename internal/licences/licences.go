// Package licences tells under which licences modules are, from the texts in their folders, and
// whether ofalat may contain them.
//
//  1. Modules lists what packages are built of.
//  2. Module.Licences and Of read the licences in a folder, by google/licensecheck.
//  3. Refused lists those that are none of Allowed.
package licences

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
	"github.com/ofalat/ofalat/internal/bounded"
)

// Module is one that is built in.
type Module struct{ Path, Version, Dir string }

// Allowed are the licences, by their SPDX names, that may go together with Apache-2.0 in what is
// built: they ask for their text to go along, and MPL for that of its own files.
var Allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "MIT", "ISC", "Unlicense", "CC0-1.0", "CC-BY-4.0", "OFL-1.1", "FTL", "MPL-2.0"}

// read are the licences of modules, at a version, whose files were read by people: they point
// to a text elsewhere.
var read = map[string]string{
	"github.com/golang/freetype@v0.0.0-20170609003504-e2365dfdc4a0": "FTL",       // its own or GPL-2.0, by choice
	"github.com/ajstarks/svgo@v0.0.0-20211024235047-1546f124cd8b":   "CC-BY-4.0", // a link
}

// maxText is the largest size of a licence's file, in bytes.
const maxText = 1 << 20

// enough is the share of a file, in percent, that has to be the text of licences.
const enough = 75

// names are those of files with licences.
var names = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-._](md|txt|rst|[a-z0-9-]+))?$`)

// Modules lists the modules that the packages, as the go command names them, and their tests
// are built of, the main one left out.
func Modules(packages ...string) ([]Module, error) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-test", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}{{end}}"}, packages...)...)
	var failure bytes.Buffer
	cmd.Stderr = &failure
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, &failure)
	}
	var list []Module
	lines := strings.Fields(string(out))
	for f := range slices.Chunk(lines, 3) {
		if m := (Module{f[0], f[1], f[2]}); !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list, nil
}

// Licences are those of a module, see Of.
func (m Module) Licences() ([]string, error) {
	if known := read[m.Path+"@"+m.Version]; known != "" {
		return []string{known}, nil
	}
	return Of(m.Dir)
}

// Of names the licences, by SPDX, whose texts lie in a folder, ascending. It errs if there is
// none, or if most of a file is the text of no known licence.
func Of(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, e := range entries {
		if e.IsDir() || !names.MatchString(e.Name()) || filepath.Ext(e.Name()) == ".go" {
			continue
		}
		text, err := bounded.ReadFile(filepath.Join(dir, e.Name()), maxText)
		if err != nil {
			return nil, err
		}
		c := licensecheck.Scan(text)
		if c.Percent < enough {
			return nil, fmt.Errorf("%s: %.0f %% of it is the text of a known licence", e.Name(), c.Percent)
		}
		for _, m := range c.Match {
			if !m.IsURL {
				found = append(found, m.ID)
			}
		}
	}
	slices.Sort(found)
	found = slices.Compact(found)
	if found == nil {
		return nil, errors.New("no file with a licence")
	}
	return found, nil
}

// Refused lists those licences that are not Allowed.
func Refused(licences []string) []string {
	return slices.DeleteFunc(slices.Clone(licences), func(l string) bool { return slices.Contains(Allowed, l) })
}
