package main

import (
	"fmt"
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

// apart errs if the file that a command is to write is one that it reads, which would then be
// lost. Inputs may be names of what ships.
func apart(out string, inputs ...string) error {
	to, err := os.Stat(out)
	if err != nil {
		return nil // it is new, or writable has said what is wrong
	}
	for _, name := range inputs {
		if from, err := os.Stat(name); err == nil && os.SameFile(from, to) {
			return fmt.Errorf("%s is read and would be overwritten: name another file to write to", name)
		}
	}
	return nil
}
