package main

import (
	"errors"
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

// folder errs if files can't be written into the folder dir, or if it is not there and can't
// be made; "" stands for none. It makes nothing.
func folder(dir string) error {
	if dir == "" {
		return nil
	}
	for {
		info, err := os.Stat(dir)
		switch {
		case err == nil && !info.IsDir():
			return fmt.Errorf("%s is no folder", dir)
		case err == nil:
			return writable(filepath.Join(dir, "file"))
		case !errors.Is(err, os.ErrNotExist) || filepath.Dir(dir) == dir:
			return err
		}
		dir = filepath.Dir(dir) // it will be made
	}
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
