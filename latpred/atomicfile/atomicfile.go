// Package atomicfile writes files whole or not at all: a reader, also after a kill or a
// power cut, finds either the old content or the new, and after Write has returned the new.
// It does with package renameio what that does for content in memory, and more: the content
// may be generated while it is written, and compressed; the folder is synced too; symbolic
// links are followed rather than replaced; and what is no regular file, such as a device, is
// refused rather than replaced. Check finds before long work that its result could not be
// written.
package atomicfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Write replaces the file name by what write writes, or leaves the old file if write errs
// or the disk is full. If name ends in .gz the content is compressed, without a timestamp,
// so that equal content gives equal bytes. The folder must exist. A kill may leave a temporary
// file, .name and digits, which nothing reads and which can be removed.
func Write(name string, write func(io.Writer) error) error {
	f, err := pending(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }() // does nothing after the rename
	if strings.HasSuffix(name, ".gz") {
		err = compressed(f, write)
	} else {
		err = write(f)
	}
	if err == nil {
		err = f.CloseAtomicallyReplace()
	}
	if err == nil {
		err = SyncFolder(name)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// WriteBytes is Write of content that is there.
func WriteBytes(name string, content []byte) error {
	return Write(name, func(w io.Writer) error { _, err := w.Write(content); return err })
}

// Update replaces the file name by what change makes of its content, which is nil where
// there is no file. Two processes that update files of one folder take turns, so that
// nothing is lost of either: each locks the folder while it reads and writes.
func Update(name string, change func(old []byte) ([]byte, error)) error {
	lock := folderLock(name)
	if err := lock.Lock(); err != nil {
		return fmt.Errorf("%s: locking its folder: %w", name, err)
	}
	defer func() { _ = lock.Unlock() }()
	if err := Check(name); err != nil { // also before a device is read
		return err
	}
	old, err := os.ReadFile(name)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	content, err := change(old)
	if err != nil {
		return err
	}
	return WriteBytes(name, content)
}

// Check errs if Write could not write the file name: because its folder is missing or may
// not be written to, or because name is a folder, a device or a pipe. It leaves nothing
// behind. "" stands for no file. It can't tell whether the disk has room.
func Check(name string) error {
	if name == "" {
		return nil
	}
	f, err := pending(name)
	if err != nil {
		return err
	}
	return f.Cleanup()
}

// pending begins a file that is to replace name, or what name is a link to.
func pending(name string) (*pendingFile, error) {
	target := name
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if target, err = filepath.EvalSymlinks(name); err != nil {
			return nil, fmt.Errorf("%s: can't be written: %w", name, err)
		}
	}
	if info, err := os.Stat(target); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: can't be written: want the name of a regular file", name)
	}
	f, err := newPending(target)
	if err == nil {
		return f, nil
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err // its name is that of a temporary file
	}
	return nil, fmt.Errorf("%s: can't be written into its folder: %w", name, err)
}

// SyncFolder waits until the entries of the folder of the file name are on disk: without it,
// a power cut may undo that the file was made, renamed or removed. File systems that know
// no such thing are no error.
func SyncFolder(name string) error {
	folder, err := os.Open(filepath.Dir(name))
	if err != nil {
		return nil // a folder that may be written to, not read
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) && !errors.Is(err, errors.ErrUnsupported) {
		return err
	}
	return nil
}

// WriteChanged is Write, except that a file with the same content, compressed in whatever
// way, is left alone, and that a missing folder is made. It holds the content in memory.
func WriteChanged(name string, write func(io.Writer) error) error {
	var content bytes.Buffer
	if err := write(&content); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if same, err := holds(name, content.Bytes()); err == nil && same {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return Write(name, func(w io.Writer) error {
		_, err := content.WriteTo(w)
		return err
	})
}

func compressed(w io.Writer, write func(io.Writer) error) error {
	z, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	return errors.Join(write(z), z.Close())
}

// holds reports whether a file, decompressed if its name ends in .gz, has the content.
func holds(name string, content []byte) (bool, error) {
	f, err := os.Open(name)
	if err != nil {
		return false, err
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			return false, err
		}
	}
	have, err := io.ReadAll(io.LimitReader(r, int64(len(content))+1))
	return bytes.Equal(have, content), err
}
