package pytorch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/nlpodyssey/gopickle/pickle"
)

// maxFile is the largest size, in bytes, of a file and of each file in a zip; those of the
// manifest have less than 3 MB.
const maxFile = 32 << 20

// readAllLimited reads r, at most maxFile bytes of it.
func readAllLimited(r io.Reader, name string) ([]byte, error) {
	content, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: larger than the %d MB that are read of a PyTorch file", name, maxFile>>20)
	}
	return content, nil
}

// torchZip gives the records of a PyTorch zip file by the name after the last
// slash: data.pkl, and one for each storage.
func torchZip(content []byte, name string) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	records, total := map[string][]byte{}, 0
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, f.Name, err)
		}
		record, err := readAllLimited(r, name+": "+f.Name)
		r.Close()
		if err != nil {
			return nil, err
		}
		if total += len(record); total > maxFile {
			return nil, fmt.Errorf("%s: its files have together more than the %d MB that are read", name, maxFile>>20)
		}
		records[f.Name[bytes.LastIndexByte([]byte(f.Name), '/')+1:]] = record
	}
	if records["data.pkl"] == nil {
		return nil, fmt.Errorf("%s: no data.pkl in the zip file: not written by torch.save", name)
	}
	return records, nil
}

// unpickle reads one pickle from the start of content and returns the rest. Every
// operation is checked before gopickle runs it: only those that plain data and tensors
// need are allowed, and no length may exceed the content, so that a small file can't make
// it allocate much memory. Only classes that find knows are built. persistent may be nil.
func unpickle(content []byte, find func(module, name string) (any, error), persistent func(any) (any, error)) (value any, rest []byte, err error) {
	end, err := vetPickle(content)
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if p := recover(); p != nil { // gopickle panics on some damaged files
			value, rest, err = nil, nil, fmt.Errorf("damaged pickle: %v", p)
		}
	}()
	u := pickle.NewUnpickler(bytes.NewReader(content[:end]))
	u.FindClass, u.PersistentLoad = find, persistent
	if find == nil {
		u.FindClass = func(module, name string) (any, error) {
			return nil, fmt.Errorf("class %s.%s where plain data are due", module, name)
		}
	}
	if value, err = u.Load(); err != nil {
		return nil, nil, fmt.Errorf("pickle: %w", err)
	}
	return value, content[end:], nil
}

// Operations of pickle protocols up to 2, grouped by their arguments. Source: Python's
// pickletools.
const (
	bareOps  = "().01N]}abdetolsuQR\x81\x85\x86\x87\x88\x89" // nothing
	byteOps  = "\x80KUqhC\x8a"                               // one byte; U, C and \x8a: a length
	shortOps = "M"
	wordOps  = "JXjrTB" // X, T and B: a length
	lineOps  = "cI"     // text lines: two, one
)

// vetPickle finds the end of the pickle that content starts with.
func vetPickle(content []byte) (end int, err error) {
	at := 0
	take := func(n int) ([]byte, error) {
		if n < 0 || n > len(content)-at {
			return nil, fmt.Errorf("truncated pickle: %d bytes are due at byte %d of %d", n, at, len(content))
		}
		at += n
		return content[at-n : at], nil
	}
	for {
		op, err := take(1)
		if err != nil {
			return 0, err
		}
		switch c := op[0]; {
		case c == '.':
			return at, nil
		case bytes.IndexByte([]byte(bareOps), c) >= 0:
		case bytes.IndexByte([]byte(byteOps), c) >= 0:
			n, err := take(1)
			if err == nil && (c == 'U' || c == 'C' || c == 0x8a) {
				_, err = take(int(n[0]))
			}
			if err != nil {
				return 0, err
			}
		case bytes.IndexByte([]byte(shortOps), c) >= 0:
			_, err = take(2)
		case bytes.IndexByte([]byte(wordOps), c) >= 0:
			n, err := take(4)
			if err == nil && (c == 'X' || c == 'T' || c == 'B') {
				_, err = take(int(binary.LittleEndian.Uint32(n)))
			}
			if err != nil {
				return 0, err
			}
		case c == 'G':
			_, err = take(8)
		case bytes.IndexByte([]byte(lineOps), c) >= 0:
			lines := 1
			if c == 'c' {
				lines = 2
			}
			for range lines {
				i := bytes.IndexByte(content[at:], '\n')
				if i < 0 {
					return 0, errors.New("truncated pickle: a line does not end")
				}
				at += i + 1
			}
		default:
			return 0, fmt.Errorf("pickle operation %q at byte %d is none that data or tensors need", c, at-1)
		}
		if err != nil {
			return 0, err
		}
	}
}
