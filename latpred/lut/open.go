package lut

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/ofalat/ofalat/latpred/space"
)

// Open reads a table: one that ships, by its name (see Names), or a file, or all YAML and
// JSON files of a folder. It reads these formats:
//
//   - YAML or JSON, one resolution in each file (OFA's Note10, DynamicOFA's Jetson), or
//     several resolutions as keys of one file;
//   - ProxylessNAS' YAML (Pixel 1);
//   - the CSV of WriteCSV, plain or gzip'd.
//
// The resolution is that of the first convolution's input, else the number at the
// beginning of the file's name. SpaceID is the space of which the table lacks the fewest
// layers, one in ten at most; "" if there is none. A table that ships is shared: don't
// change it.
func Open(nameOrPath string) (*Table, error) {
	if slices.Contains(Names(), nameOrPath) {
		return shipped(nameOrPath), nil
	}
	info, err := os.Stat(nameOrPath)
	if err != nil {
		return nil, fmt.Errorf("%q is neither a file or folder nor one of the shipped tables: %s", nameOrPath, strings.Join(Names(), ", "))
	}
	files := []string{nameOrPath}
	if info.IsDir() {
		if files, err = tableFiles(nameOrPath); err != nil {
			return nil, err
		}
	}
	base := filepath.Base(filepath.Clean(nameOrPath))
	t := &Table{Device: strings.TrimSuffix(base, filepath.Ext(base)), Rows: map[int]map[string]Entry{}}
	for _, f := range files {
		if err := t.readFile(f); err != nil {
			return nil, err
		}
	}
	t.detect()
	return t, nil
}

func tableFiles(dir string) ([]string, error) {
	var files []string
	for _, pattern := range []string{"*.yaml", "*.yml", "*.json"} {
		found, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			return nil, err
		}
		files = append(files, found...)
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no table: want files like %s", dir, FileName(160))
	}
	return files, nil
}

// byResolution matches files whose first key is a resolution.
var byResolution = regexp.MustCompile(`^\s*\{?\s*["']?[0-9]{2,3}["']?\s*:`)

func (t *Table) readFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, 17*maxYAML))
	if err == nil && bytes.HasPrefix(text, []byte{0x1f, 0x8b}) {
		text, err = unzip(text)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if bytes.HasPrefix(text, []byte(strings.Join(columns, ","))) {
		return t.ReadCSV(bytes.NewReader(text), path)
	}
	if !byResolution.Match(text) {
		rows, err := ReadYAML(bytes.NewReader(text), path)
		if err != nil {
			return err
		}
		return t.add(path, 0, rows)
	}
	var nested map[string]map[string]yamlRow
	if err := yaml.UnmarshalWithOptions(text, &nested, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	for _, key := range slices.Sorted(maps.Keys(nested)) {
		r, err := strconv.Atoi(key)
		if err != nil {
			return fmt.Errorf("%s: key %q: want a resolution, as the first key is", path, key)
		}
		rows, err := entries(nested[key], path+": "+key)
		if err != nil {
			return err
		}
		if err := t.add(path, r, rows); err != nil {
			return err
		}
	}
	return nil
}

func unzip(text []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(text))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(z, 17*maxYAML))
}

var (
	stemKey   = regexp.MustCompile(`^Conv-input:([0-9]+)x`)
	leading   = regexp.MustCompile(`^[0-9]+`)
	ofaFields = regexp.MustCompile(`^expanded_conv.*-se:`)
)

// Bounds, in pixels, on a number that is taken for a table's resolution.
const minResolution, maxResolution = 8, 4096

// add adds rows at a resolution; 0: it has to be found from the rows or the file's name.
func (t *Table) add(path string, resolution int, rows map[string]Entry) error {
	for key := range rows {
		if m := stemKey.FindStringSubmatch(key); m != nil && resolution == 0 {
			resolution, _ = strconv.Atoi(m[1]) // digits alone; what is too long is found below
		}
	}
	if resolution == 0 {
		resolution, _ = strconv.Atoi(leading.FindString(filepath.Base(path)))
	}
	if resolution < minResolution || resolution > maxResolution {
		return fmt.Errorf("%s: of which resolution is this table? It has no row Conv-input:…, so name the file like %s", path, FileName(160))
	}
	if t.Rows[resolution] != nil {
		return fmt.Errorf("%s: resolution %d has another file already", path, resolution)
	}
	t.Rows[resolution] = rows
	return nil
}

// detect sets Style and SpaceID from the keys.
func (t *Table) detect() {
	t.Style = OFAStyle
	for _, rows := range t.Rows {
		for key := range rows {
			if strings.HasPrefix(key, "expanded_conv") && !ofaFields.MatchString(key) {
				t.Style = ProxylessStyle
			}
		}
	}
	best := -1
	for _, s := range space.All() {
		missing := 0
		for _, r := range t.Resolutions() {
			missing += len(t.Missing(s, r))
		}
		if rows := len(Layers(s, t.Resolutions()[0])) * len(t.Rows); missing <= rows/10 && (best < 0 || missing < best) {
			best, t.SpaceID = missing, s.ID
		}
	}
}

// CopiedFrom lists, by resolution, the keys of the rows that equal another table's to the
// last digit. Such rows were copied, not measured, and sums over them mix two devices.
// DynamicOFA's jetson_GPU has six rows of Note10 at every resolution.
func (t *Table) CopiedFrom(other *Table) map[int][]string {
	copied := map[int][]string{}
	for r, rows := range t.Rows {
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if e := rows[key]; e == other.Rows[r][key] && e.MeanMs > 0 {
				copied[r] = append(copied[r], key)
			}
		}
	}
	return copied
}
