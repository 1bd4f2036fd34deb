package pytorch

import (
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/ofalat/ofalat/latpred/pickle"
)

// maxFile is the largest size, in bytes, of a file and of all files in a zip together;
// those of the manifest have less than 3 MB.
const maxFile = 32 << 20

// magic is what every file of PyTorch's older format starts with: a pickle of its magic
// number, by protocol 2 or another.
var magic = []byte("\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.")

// Is reports whether a file that begins like this, with 512 bytes or all there are, can be
// one that torch.save or pickle.dump wrote.
func Is(start []byte) bool {
	if bytes.HasPrefix(start, []byte("PK\x03\x04")) {
		return bytes.Contains(start[:min(len(start), 512)], []byte("data.pkl")) || bytes.Contains(start[:min(len(start), 512)], []byte("/code/"))
	}
	return pickle.Is(start)
}

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

// parse reads a file of any of the three kinds. In bare pickles, tensors hold a file of
// their own; of those, nested is set.
func parse(content []byte, nested bool) (any, *loader, error) {
	l := &loader{map[string]*storage{}, map[*pickle.Array]view{}, nested}
	var root any
	var err error
	switch {
	case bytes.HasPrefix(content, []byte("PK")):
		root, err = l.zip(content)
	case bytes.HasPrefix(content, []byte{0x1f, 0x8b}) && !nested:
		z, err := gzip.NewReader(bytes.NewReader(content))
		if err == nil {
			content, err = readAllLimited(z, "unpacked")
		}
		if err != nil {
			return nil, nil, err
		}
		return parse(content, true)
	case len(content) > 2 && bytes.HasPrefix(content[2:], magic):
		root, err = l.old(content)
	case pickle.Is(content):
		root, _, err = pickle.Read(content, l.options())
	default:
		err = errors.New("neither a zip file nor an older PyTorch file, nor a pickle")
	}
	return root, l, err
}

// zip reads PyTorch's zip file: data.pkl, and a record for each storage.
func (l *loader) zip(content []byte) (any, error) {
	records, err := torchZip(content)
	if err != nil {
		return nil, err
	}
	if order := strings.TrimSpace(string(records["byteorder"])); order != "" && order != "little" {
		return nil, fmt.Errorf("was written on a machine of byte order %q", order[:min(len(order), 20)])
	}
	root, _, err := pickle.Read(records["data.pkl"], l.options())
	if err != nil {
		return nil, fmt.Errorf("data.pkl: %w", err)
	}
	for key, s := range l.storages {
		if err := s.fill(records[key]); err != nil {
			return nil, err
		}
	}
	return root, nil
}

// torchZip gives the records of a PyTorch zip file by the name after the last slash.
func torchZip(content []byte) (map[string][]byte, error) {
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		return nil, err
	}
	records, total := map[string][]byte{}, 0
	for _, f := range z.File {
		if path.Base(f.Name) == "constants.pkl" {
			return nil, errors.New("holds a network that torch.jit saved, a program, where plain data or a state dict are read")
		}
		r, err := f.Open()
		if err != nil {
			return nil, fmt.Errorf("%q: %w", f.Name, err)
		}
		record, err := readAllLimited(r, f.Name)
		r.Close()
		if err != nil {
			return nil, err
		}
		if total += len(record); total > maxFile {
			return nil, fmt.Errorf("its files have together more than the %d MB that are read", maxFile>>20)
		}
		records[path.Base(f.Name)] = record
	}
	if records["data.pkl"] == nil {
		return nil, errors.New("no data.pkl in the zip file: not written by torch.save")
	}
	return records, nil
}

// old reads the magic number, protocol, system, data and storage keys, each a pickle, and
// then the storages, each a count of 8 bytes and the values.
func (l *loader) old(content []byte) (any, error) {
	var parts [5]any
	for i := range parts {
		var err error
		if parts[i], content, err = pickle.Read(content, l.options()); err != nil {
			return nil, err
		}
	}
	keys, ok := parts[4].(*pickle.List)
	if !ok {
		return nil, errors.New("the list of storages is missing")
	}
	for _, k := range keys.Items {
		key, _ := k.(string)
		s := l.storages[key]
		if s == nil {
			return nil, fmt.Errorf("storage %.40q belongs to no tensor", key)
		}
		size := s.size * s.width
		if len(content) < 8+size || binary.LittleEndian.Uint64(content) != uint64(s.size) {
			return nil, fmt.Errorf("storage %.40q is truncated or not of %d values", key, s.size)
		}
		if err := s.fill(content[8 : 8+size]); err != nil {
			return nil, err
		}
		content = content[8+size:]
	}
	return parts[3], nil
}

// float32s reads values, least significant byte first.
func float32s(b []byte) []float32 {
	out := make([]float32, len(b)/4)
	for i := range out {
		out[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return out
}
