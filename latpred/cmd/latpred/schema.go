package main

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/ofalat/ofalat/docs/schemas"
)

type schemaCmd struct {
	Command []string `arg:"" optional:"" help:"Command, such as search or data list (default: list those that have a schema)."`
}

// Run prints the JSON Schema of what a command prints with --json.
func (c *schemaCmd) Run(out *output) error {
	if len(c.Command) == 0 {
		return listSchemas(out)
	}
	text, err := schemas.Files.ReadFile(strings.Join(c.Command, "_") + ".json")
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return fmt.Errorf("there is no schema of %q: latpred schema lists them", strings.Join(c.Command, " "))
	}
	if err != nil {
		return err
	}
	_, err = out.stdout.Write(text)
	return err
}

// listSchemas lists the commands that have one.
func listSchemas(out *output) error {
	files, err := fs.Glob(schemas.Files, "*.json")
	if err != nil {
		return err
	}
	commands := make([]string, len(files))
	for i, name := range files {
		commands[i] = strings.ReplaceAll(strings.TrimSuffix(name, ".json"), "_", " ")
	}
	if out.JSON() {
		return out.Emit(commands)
	}
	out.Printf("%s\n", strings.Join(commands, "\n"))
	return nil
}
