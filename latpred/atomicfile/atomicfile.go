// Package atomicfile writes files whole or not at all: whoever opens one, also after
// a crash, finds the content of before or the new one. What is at hand as bytes is
// written by renameio.WriteFile; this package is for what is made while it is
// written, and for compressed files.
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

// Write makes the file name with what write gives it, or leaves what is there where
// write errs or the disk is full. Where name ends in .gz the content is compressed,
// with nothing in it that changes from call to call. The folder must be there.
func Write(name string, write func(io.Writer) error) error {
	f, err := renameio.NewPendingFile(name, renameio.WithPermissions(0o644), renameio.WithExistingPermissions())
	if err != nil {
		return err
	}
	defer func() { _ = f.Cleanup() }() // after the rename there is nothing to do
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

// WriteChanged is Write, but a file that has the same content already is left alone,
// however it is compressed; a folder that is missing is made. The content is held in
// memory.
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

// holds says whether a file, decompressed where its name ends in .gz, has a content.
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
