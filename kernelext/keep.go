package kernelext

import (
	"bytes"
	"crypto/sha256"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// Keep gives the value that make returned when it was last called with these
// inputs, in this cell, another or another notebook, and calls it where there is
// none. Values are kept on disk, under name, inputs (anything that JSON can
// express) and the source of the module that the notebook lies in: an edited
// package computes anew. T must be something that gob can encode.
//
// A value that can't be read is computed again. An error of make is returned and
// nothing kept.
func Keep[T any](name string, inputs any, make func() (T, error)) (T, error) {
	var value T
	file, err := keepFile(name, inputs)
	if err != nil {
		return value, err
	}
	if content, err := os.ReadFile(file); err == nil {
		if gob.NewDecoder(bytes.NewReader(content)).Decode(&value) == nil {
			return value, nil
		}
		var fresh T
		value = fresh // half-decoded
	}
	if value, err = make(); err != nil {
		return value, err
	}
	var content bytes.Buffer
	if err := gob.NewEncoder(&content).Encode(&value); err != nil {
		return value, fmt.Errorf("kernelext: %s can't be kept: %w", name, err)
	}
	return value, writeWhole(file, content.Bytes())
}

// Forget removes all values kept under name.
func Forget(name string) error {
	dir, err := keepDir()
	if err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(dir, fileName(name)+"-*.gob"))
	for _, f := range files {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

func keepDir() (string, error) {
	if dir := os.Getenv("KERNELEXT_CACHE"); dir != "" {
		return dir, nil
	}
	base, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("kernelext: no place to keep values, set KERNELEXT_CACHE: %w", err)
	}
	return filepath.Join(base, "ofalat", "keep"), nil
}

func keepFile(name string, inputs any) (string, error) {
	dir, err := keepDir()
	if err != nil {
		return "", err
	}
	key, err := json.Marshal(inputs)
	if err != nil {
		return "", fmt.Errorf("kernelext: inputs of %s: %w", name, err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %s %s", name, key, moduleHash()))
	return filepath.Join(dir, fileName(name)+"-"+hex.EncodeToString(sum[:16])+".gob"), nil
}

// fileName keeps what is harmless of a name.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// moduleHash identifies the Go source of the module around the working folder,
// "" where there is none.
var moduleHash = sync.OnceValue(func() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
	h := sha256.New()
	_ = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch name := filepath.Base(path); {
		case err != nil:
			return nil // a file that vanished is none
		case d.IsDir() && path != dir && strings.HasPrefix(name, "."):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") && name != "go.mod" || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		if content, err := os.ReadFile(path); err == nil {
			fmt.Fprintf(h, "%s %d\n", path, len(content))
			h.Write(content)
		}
		return nil
	})
	return hex.EncodeToString(h.Sum(nil))
})

// writeWhole writes a file by way of a temporary one, so that nobody reads half.
func writeWhole(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".keep-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(content)
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), file)
}
