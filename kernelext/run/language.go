package run

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// goKernels are the names of the Jupyter kernels that notebooks in Go ask for.
var goKernels = []string{KernelspecName, "gonb", "go", "golang", "gophernotes", "lgo"}

// Check errs if the notebook can't be run here: its cells are for a kernel of another
// language, or a merge conflict stands in one. A notebook that names neither kernel nor
// language is taken for Go.
func (nb *Notebook) Check() error {
	if language, kernel := nb.language(); language != "go" {
		return &FormatError{Reason: fmt.Sprintf("a notebook for %s%s: this runs Go; if its cells are Go, make \"kernelspec\" in its metadata {\"display_name\": \"Go\", \"language\": \"go\", \"name\": %q}",
			language, kernel, KernelspecName)}
	}
	for i, c := range nb.Cells {
		if c.Metadata["nbdime-conflicts"] != nil {
			return &FormatError{Reason: fmt.Sprintf("cell %d has a merge conflict that nbdime has left: resolve it, and take \"nbdime-conflicts\" out of its metadata", i+1)}
		}
		if c.Type != "code" {
			continue
		}
		if language := c.language(); language != "go" {
			return &FormatError{Reason: fmt.Sprintf("cell %d is in %s: this runs Go; make it a markdown or raw cell", i+1, language)}
		}
		if nb.unnamed() && pythonLine.MatchString(c.Source) {
			return &FormatError{Reason: fmt.Sprintf("a notebook that names no language, and cell %d looks like Python: this runs Go", i+1)}
		}
		if conflict.MatchString(c.Source) {
			return &FormatError{Reason: fmt.Sprintf("cell %d has a merge conflict (<<<<<<<) that is not resolved: choose one side", i+1)}
		}
	}
	return nil
}

// unnamed tells whether the metadata name neither a kernel nor a language.
func (nb *Notebook) unnamed() bool {
	_, kernel := nb.Metadata["kernelspec"]
	_, language := nb.Metadata["language_info"]
	return !kernel && !language
}

// language is "go", or what the cells are in as the metadata say it, with the name of the
// kernel in brackets. The kernelspec, which says what runs a notebook, goes before
// language_info, which says what ran it last.
func (nb *Notebook) language() (language, kernel string) {
	spec, _ := nb.Metadata["kernelspec"].(map[string]any)
	info, _ := nb.Metadata["language_info"].(map[string]any)
	name, _ := spec["name"].(string)
	if name != "" {
		kernel = fmt.Sprintf(" (kernel %q)", name)
	}
	if slices.Contains(goKernels, strings.ToLower(name)) {
		return "go", kernel
	}
	for _, found := range []any{spec["language"], info["name"], nb.Metadata["language"]} {
		if text, _ := found.(string); text != "" {
			return goOr(text), kernel
		}
	}
	shown, _ := spec["display_name"].(string)
	switch {
	case python.MatchString(name), name == "" && python.MatchString(shown):
		return "Python", kernel
	case name != "":
		return "another language", kernel
	}
	return "go", ""
}

// python matches the names of Python's kernels, pythonLine lines that are Python and never Go.
var (
	python     = regexp.MustCompile(`(?i)^i?python`)
	pythonLine = regexp.MustCompile(`(?m)^(?:import [a-zA-Z_][\w.]*(?: as \w+)?|from [\w.]+ import .+|def \w+\(.*\).*:)\r?$`)
)

// language is "go", or what the metadata of a cell say: editors that mix languages in a
// notebook write it there.
func (c *Cell) language() string {
	for outer, inner := range map[string]string{"vscode": "languageId", "dotnet_interactive": "language", "polyglot_notebook": "kernelName"} {
		set, _ := c.Metadata[outer].(map[string]any)
		if text, _ := set[inner].(string); text != "" && goOr(text) != "go" {
			return text
		}
	}
	return "go"
}

// goOr is "go" for the names of Go, any other name as it is.
func goOr(language string) string {
	if name := strings.ToLower(strings.TrimSpace(language)); name == "go" || name == "golang" {
		return "go"
	}
	return language
}
