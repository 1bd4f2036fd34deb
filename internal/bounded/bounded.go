// Package bounded opens files of others, and reads them whole up to a size that fits their
// kind: a file may be larger than memory, and /dev/zero has no end.
//
//  1. Open opens a regular file or a pipe for a reader that needs little memory, and refuses
//     folders, devices and sockets.
//  2. ReadFile reads such a file whole, and ReadAll what a reader gives; both err at the first
//     byte beyond the limit, before the rest is read.
package bounded

import (
	"fmt"
	"io"
	"io/fs"
	"os"
)

// Open opens a regular file, or a pipe such as /dev/stdin or a shell's <(…), to read. What
// else there is under that name is an error that says what it is; that there is nothing, is
// one of kind fs.ErrNotExist.
func Open(path string) (*os.File, error) {
	info, err := os.Stat(path) // before it is opened, which may block or do something
	if err != nil {
		return nil, err
	}
	if what := noFile(info.Mode()); what != "" {
		return nil, fmt.Errorf("%s is %s: a file is wanted", path, what)
	}
	return os.Open(path)
}

// noFile says what is neither a regular file nor a pipe, with an article; "" for these.
func noFile(mode fs.FileMode) string {
	switch {
	case mode.IsRegular(), mode&fs.ModeNamedPipe != 0:
		return ""
	case mode.IsDir():
		return "a folder"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	}
	return "a device"
}

// SizeError says that a file is larger than what its kind may have.
type SizeError struct {
	Name  string // of the file
	Limit int64  // bytes
}

// Error names the file and the limit.
func (e *SizeError) Error() string {
	return fmt.Sprintf("%s: larger than the %s that such a file may have", e.Name, size(e.Limit))
}

// size writes a number of bytes: 512 MB, 64 kB.
func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10 && n%(1<<10) == 0:
		return fmt.Sprintf("%d kB", n>>10)
	}
	return fmt.Sprintf("%d bytes", n)
}

// ReadFile opens a file as Open does and reads it whole. If it is larger than limit, in
// bytes, the error is a *SizeError.
func ReadFile(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > limit {
		return nil, &SizeError{path, limit}
	}
	return ReadAll(f, path, limit)
}

// ReadAll reads r to its end. If there is more than limit, in bytes, the error is a
// *SizeError. Errors refer to r as name.
func ReadAll(r io.Reader, name string, limit int64) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(content)) > limit {
		return nil, &SizeError{name, limit}
	}
	return content, nil
}
