package atomicfile

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// pendingFile is a file that is to replace another, as renameio has it on other systems.
// Windows can't promise that a power cut leaves one of the two.
type pendingFile struct {
	*os.File
	target string
	done   bool
}

func newPending(target string) (*pendingFile, error) {
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target))
	if err != nil {
		return nil, err
	}
	return &pendingFile{File: f, target: target}, nil
}

// Cleanup removes the file, unless it has replaced the other.
func (f *pendingFile) Cleanup() error {
	if f.done {
		return nil
	}
	f.done = true
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// CloseAtomicallyReplace puts the file in the place of the other.
func (f *pendingFile) CloseAtomicallyReplace() error {
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), f.target); err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	f.done = true
	return nil
}

// folderLock locks a file in the folder of a file, since Windows locks no folders.
func folderLock(name string) *flock.Flock {
	return flock.New(filepath.Join(filepath.Dir(name), ".lock"))
}
