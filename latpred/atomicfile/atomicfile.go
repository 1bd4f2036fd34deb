// Package atomicfile writes files whole or not at all: a reader, also after a crash, finds
// either the old content or the new. For content that is in memory, renameio.WriteFile
// does the same; this package is for content that is generated while it is written, and
// for compressed files.
package atomicfile

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"
)

// Write replaces the file name by what write writes, or leaves the old file if write errs
// or the disk is full. If name ends in .gz the content is compressed, without a timestamp,
// so that equal content gives equal bytes. The folder must exist.
func Write(name string, write func(io.Writer) error) error {
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
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
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
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
