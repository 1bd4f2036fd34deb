package main

import (
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// writable errs if one of the files that a command is to write can't be written. It is
// called before the work, so that no result is lost by a mistyped name. "" stands for no
// file.
func writable(files ...string) error {
	for _, name := range files {
		if err := atomicfile.Check(name); err != nil {
			return err
		}
	}
	return nil
}

// folder makes the folder that a command is to write files into, and errs if it can't;
// "" stands for none.
func folder(dir string) error {
	if dir == "" {
		return nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	return writable(filepath.Join(dir, "file"))
}
