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
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/renameio/v2"
)

// Keep returns the value of make from a cache on disk, or calls make and caches its value.
// Cells and notebooks share the cache. Its key is name, T, inputs (any value that
// encoding/json can encode), the source text of make, and the source of the Go module
// around the notebook, without its tests, notebooks and package kernelext. So an edit of
// make, or of a package, leads to a new computation. Everything else that make depends on
// must be in inputs. T must be a type that encoding/gob can encode.
//
// A cached value that can't be read is computed again. An error of make is returned, and
// nothing is cached. All values together take at most KERNELEXT_CACHE_MB megabytes, by
// default 1024; the least recently used ones are removed first.
func Keep[T any](name string, inputs any, make func() (T, error)) (T, error) {
	var value T
	file, err := keepFile(name, fmt.Sprintf("%T", value), inputs, sourceOf(make))
	if err != nil {
		return value, err
	}
	if content, err := os.ReadFile(file); err == nil {
		if gob.NewDecoder(bytes.NewReader(content)).Decode(&value) == nil {
			now := time.Now()
			_ = os.Chtimes(file, now, now) // asked for just now; where that fails it goes earlier
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
	if err := writeWhole(file, content.Bytes()); err != nil {
		return value, err
	}
	return value, trim(filepath.Dir(file), file)
}

// trim removes the least recently used values, but never newest, until the rest fits.
func trim(dir, newest string) error {
	limit := int64(1024)
	if text := os.Getenv("KERNELEXT_CACHE_MB"); text != "" {
		n, err := strconv.ParseInt(text, 10, 32)
		if err != nil || n < 0 {
			return fmt.Errorf("kernelext: KERNELEXT_CACHE_MB is %q, want a number of megabytes", text)
		}
		limit = n
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.gob"))
	if err != nil {
		return err
	}
	infos := map[string]fs.FileInfo{}
	total := int64(0)
	for _, f := range files {
		if info, err := os.Stat(f); err == nil { // else another cell has removed it
			infos[f] = info
			total += info.Size()
		}
	}
	files = slices.SortedFunc(maps.Keys(infos), func(a, b string) int { return infos[a].ModTime().Compare(infos[b].ModTime()) })
	for _, f := range files {
		if total <= limit<<20 {
			break
		}
		if f == newest {
			continue
		}
		total -= infos[f].Size()
		if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Forget removes all values that Keep has cached under name, whatever their inputs.
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

func keepFile(name, kind string, inputs any, code string) (string, error) {
	dir, err := keepDir()
	if err != nil {
		return "", err
	}
	key, err := json.Marshal(inputs)
	if err != nil {
		return "", fmt.Errorf("kernelext: inputs of %s: %w", name, err)
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %s %q %s", name, kind, key, code, moduleHash()))
	return filepath.Join(dir, fileName(name)+"-"+hex.EncodeToString(sum[:16])+".gob"), nil
}

// fileName reduces a name to characters that are safe in file names.
func fileName(name string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// writeWhole writes a file, whole or not at all, and makes its folder.
func writeWhole(file string, content []byte) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	return renameio.WriteFile(file, content, 0o600)
}
