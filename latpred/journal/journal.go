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
	"github.com/ofalat/ofalat/latpred/atomicfile"
)

// MaxBytes is the largest size of a journal. Entries have hundreds of bytes, so a larger
// file is no journal.
const MaxBytes = 1 << 30

// ErrInUse is the error of Open if another process, or another File of this process, has
// the journal open.
var ErrInUse = errors.New("another process has this journal open")

// Error reports what is wrong with a line of a journal.
type Error struct {
	File string
	Line int // from 1, the header
	Err  error
}

// Error gives file:line and the reason.
func (e *Error) Error() string { return fmt.Sprintf("%s:%d: %v", e.File, e.Line, e.Err) }

// Unwrap returns Err, the reason without the place.
func (e *Error) Unwrap() error { return e.Err }

// Take receives the lines of a journal in order, without their newlines. Line 1 is the
// header, the others are entries. Reading stops at the first error that it returns.
type Take func(line int, text []byte) error

// File is a journal that is open to append. It is not safe for concurrent use.
type File struct {
	path string
	file *os.File
	lock *flock.Flock
	err  error // of the first Append that failed, returned by all later ones
}

// Open opens the journal at path and passes every complete line to take, or begins a new
// one: then it writes header, as JSON, and does not call take. A file without a complete
// line counts as new if it is empty, or if it and begins, the first bytes of any header,
// agree as far as the shorter one goes. If take errs, or the content is wrong otherwise,
// the file is left unchanged. The error is ErrInUse if the journal is open already. The
// caller must close the File.
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

// load reads the file, removes an incomplete last line, and writes the header of a new
// file.
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
	if len(whole) > 0 {
		return nil
	}
	if err := f.Append(header); err != nil {
		return err
	}
	return atomicfile.SyncFolder(f.path)
}

// Append writes each value as a line of JSON and waits until all are on disk. If writing
// fails, it removes the partial lines where possible, and every later Append returns the same
// error, since the file and the state of the work no longer agree. A kill may leave the first
// of several lines.
func (f *File) Append(values ...any) error {
	if f.err == nil {
		f.err = f.write(values)
	}
	return f.err
}

func (f *File) write(values []any) error {
	var lines []byte
	for _, v := range values {
		text, err := json.Marshal(v)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		lines = append(append(lines, text...), '\n')
	}
	before, err := f.file.Seek(0, io.SeekCurrent)
	if err == nil {
		_, err = f.file.Write(lines)
	}
	if err == nil {
		err = f.file.Sync()
	}
	if err != nil {
		_ = f.file.Truncate(before) // if it fails, the next Open removes the incomplete line
		return fmt.Errorf("%s: %w; everything before is kept, the same command goes on from there", f.path, err)
	}
	return nil
}

// Close closes the file and releases its lock.
func (f *File) Close() error {
	return errors.Join(f.file.Close(), f.lock.Unlock())
}

// cut truncates the file to size bytes and seeks to its end.
func (f *File) cut(size int64) error {
	if err := f.file.Truncate(size); err != nil {
		return err
	}
	_, err := f.file.Seek(size, io.SeekStart)
	return err
}

// Read passes the complete lines of a journal to take, and ignores an incomplete last
// line: another process may be appending. Errors refer to the journal as name.
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

// complete is text up to and including its last newline.
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
