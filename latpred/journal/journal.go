package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/gofrs/flock"
)

// MaxBytes is how large a journal may be. Entries take hundreds of bytes: a file
// that is larger is something else.
const MaxBytes = 1 << 30

// ErrInUse: another process, or another File of this one, has the journal open.
var ErrInUse = errors.New("another process has this journal open")

// Error is what is wrong with a line of a journal.
type Error struct {
	File string
	Line int // counted from 1, which is the header
	Err  error
}

func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap gives what is wrong without its place.
func (e *Error) Unwrap() error { return e.Err }

// Take is given the lines of a journal in their order, without their newlines:
// line 1 is the header, the others are entries. Its error ends the reading.
type Take func(line int, text []byte) error

// File is a journal open to append. Its methods are not for several goroutines at
// once.
type File struct {
	path string
	file *os.File
	lock *flock.Flock
	err  error // of the first Append that failed: nothing may follow it
}

// Open opens the journal at path, or begins one, and gives take every complete line
// that is there; a new one is begun with header and take is not called. A file
// without any complete line counts as new where it is empty or begins like a header:
// either it or begins is a prefix of the other. After an error of take, or of anything
// else that is wrong with the content, the file is as it was. The caller closes the File.
func Open(path string, header any, begins string, take Take) (_ *File, err error) {
	lock := flock.New(path, flock.SetPermissions(0o644))
	free, err := lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if !free {
		return nil, fmt.Errorf("%s: %w", path, ErrInUse)
	}
	f := &File{path: path, lock: lock}
	if f.file, err = os.OpenFile(path, os.O_RDWR, 0); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	if err := f.load(header, begins, take); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// load reads the file, cuts off a torn last line and begins an empty file.
func (f *File) load(header any, begins string, take Take) error {
	info, err := f.file.Stat()
	if err != nil || !info.Mode().IsRegular() || info.Size() > MaxBytes {
		return fmt.Errorf("%s: want a regular file of at most %d MB", f.path, MaxBytes>>20)
	}
	text, err := io.ReadAll(f.file)
	if err != nil {
		return err
	}
	whole := complete(text)
	if torn := string(text); len(whole) == 0 && !strings.HasPrefix(begins, torn) && !strings.HasPrefix(torn, begins) {
		return &Error{f.path, 1, errors.New("this is not a journal, and not the beginning of one")}
	}
	if err := lines(f.path, whole, take); err != nil {
		return err
	}
	if err := f.cut(int64(len(whole))); err != nil {
		return fmt.Errorf("%s: cutting off a torn last line: %w", f.path, err)
	}
	if len(whole) == 0 {
		return f.Append(header)
	}
	return nil
}

// Append writes v as a line of JSON and waits until it is on disk. What failed to be
// written is taken out again where possible, and every later Append fails alike:
// the state of the work and the file would no longer agree.
func (f *File) Append(v any) error {
	if f.err == nil {
		f.err = f.write(v)
	}
	return f.err
}

func (f *File) write(v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	before, err := f.file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.file.Write(append(text, '\n'))
	}
	if err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		_ = f.file.Truncate(before) // else the next opening cuts the torn line off
		return fmt.Errorf("%s: %w; everything before is kept, the same command goes on from there", f.path, err)
	}
	return nil
}

// Close closes the file and lets another process open it.
func (f *File) Close() error {
	return errors.Join(f.file.Close(), f.lock.Unlock())
}

// cut shortens the file to what counts and goes to its end.
func (f *File) cut(size int64) error {
	if err := f.file.Truncate(size); err != nil {
		return err
	}
	_, err := f.file.Seek(size, io.SeekStart)
	return err
}

// Read gives take the complete lines of a journal that somebody may be appending
// to; a last line that isn't complete is left out. Errors name the journal as name.
func Read(r io.Reader, name string, take Take) error {
	text, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(text) > MaxBytes {
		return fmt.Errorf("%s: larger than %d MB", name, MaxBytes>>20)
	}
	return lines(name, complete(text), take)
}

// complete is text up to its last newline.
func complete(text []byte) []byte { return text[:bytes.LastIndexByte(text, '\n')+1] }

func lines(name string, text []byte, take Take) error {
	n := 0
	for l := range bytes.Lines(text) {
		n++
		if err := take(n, bytes.TrimSuffix(l, []byte("\n"))); err != nil {
			return &Error{File: name, Line: n, Err: err}
		}
	}
	return nil
}
