package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
	"github.com/ofalat/ofalat/kernelext/run"
)

type checkCmd struct {
	Notebooks []string `arg:"" optional:"" help:"Notebooks to check (default: all in notebooks/, and their index)." type:"existingfile"`
	Write     bool     `help:"Write the table of notebooks in notebooks/README.md anew."`
}

// Run prints what is wrong; anything is an error.
func (c *checkCmd) Run(ctx context.Context, all *commands) error {
	found := map[string][]string{}
	count := 0
	if len(c.Notebooks) == 0 {
		module, err := clone(ctx, "")
		if err != nil {
			return err
		}
		if c.Notebooks, err = notebooks(module); err != nil {
			return err
		}
		dir := filepath.Join(module, "notebooks")
		readme := filepath.Join(dir, "README.md")
		content, changed, err := run.IndexTable(dir)
		switch {
		case err != nil:
			return err
		case changed && c.Write:
			if err := renameio.WriteFile(readme, content, 0o644); err != nil {
				return err
			}
		case changed:
			found[readme] = []string{"its table of notebooks is out of date: kernelext check --write makes it anew"}
			count++
		}
	}
	for _, path := range c.Notebooks {
		problems, err := run.Lint(path)
		var wrong *run.FormatError
		if errors.As(err, &wrong) { // go on with the others
			problems, err = []string{wrong.Error()}, nil
		}
		if err != nil {
			return err
		}
		found[path] = problems
		count += len(problems)
	}
	if all.JSON {
		if err := emit(found); err != nil {
			return err
		}
	} else {
		for path, problems := range found {
			for _, p := range problems {
				fmt.Printf("%s: %s\n", path, p)
			}
		}
	}
	if count > 0 {
		return errors.New(plural(count, "problem") + " found")
	}
	fmt.Fprintf(os.Stderr, "%s checked, nothing found\n", plural(len(c.Notebooks), "notebook"))
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
