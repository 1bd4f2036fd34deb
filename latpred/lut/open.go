package lut

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/space"
	"github.com/ofalat/ofalat/latpred/textfile"
)

// Open reads a table: one that ships, by its name (see Names), or a file, or all YAML and
// JSON files of a folder; if it has none, its pickles. It reads these formats:
//
//   - YAML or JSON, one resolution in each file (OFA's Note10, DynamicOFA's Jetson), or
//     several resolutions as keys of one file;
//   - ProxylessNAS' YAML (Pixel 1);
//   - the CSV of WriteCSV;
//   - pickles and files of torch.save that hold the same maps.
//
// All may be gzip'd. The resolution is that of the first convolution's input, else the number
// at the beginning of the file's name. SpaceID is the space of which the table lacks the
// fewest layers, one in ten at most; "" if there is none. A table that ships is shared:
// don't change it. If there is no such file, the error says how to make one.
func Open(nameOrPath string) (*Table, error) {
	if slices.Contains(Names(), nameOrPath) {
		return shipped(nameOrPath), nil
	}
	info, err := os.Stat(nameOrPath)
	if err != nil {
		return nil, unknown(nameOrPath)
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

// tableFiles lists the files of a folder that are read as a table.
func tableFiles(dir string) ([]string, error) {
	for _, patterns := range [][]string{{"*.yaml", "*.yml", "*.json"}, {"*.pkl", "*.pickle", "*.pt", "*.pth"}} {
		var files []string
		for _, pattern := range patterns {
			found, err := filepath.Glob(filepath.Join(dir, pattern))
			if err != nil {
				return nil, err
			}
			files = append(files, found...)
		}
		if len(files) > 0 {
			return files, nil
		}
	}
	return nil, fmt.Errorf("%s: no table: want files like %s", dir, FileName(160))
}

func (t *Table) readFile(path string) error {
	f, err := bounded.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r, err := textfile.NewReader(f, path)
	if err != nil {
		return err
	}
	if start, _ := r.Peek(400); isCSV(start) {
		return t.ReadCSV(r, path)
	}
	text, err := bounded.ReadAll(r, path, maxYAML)
	if err != nil {
		return err
	}
	v, err := parseYAML(text)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return t.addValue(path, v)
}

// isCSV reports whether a text, of which this is the start, begins with a line of names that are separated by commas.
func isCSV(text []byte) bool {
	first, _, _ := strings.Cut(string(text), "\n")
	return strings.Contains(first, ",") && !strings.ContainsAny(first, "{}[]") && !strings.Contains(first, ": ")
}

// addValue adds the rows of one resolution, or those under resolutions.
func (t *Table) addValue(path string, v any) error {
	all, ok := v.(pickle.Map)
	if !ok || len(all) == 0 || resolutionOf(all[0].Key) == 0 {
		rows, err := entries(v, path)
		if err != nil {
			return err
		}
		return t.add(path, 0, rows)
	}
	for _, part := range all {
		r := resolutionOf(part.Key)
		if r == 0 {
			return fmt.Errorf("%s: key %.100q: want a resolution, as the first key is", path, fmt.Sprint(part.Key))
		}
		rows, err := entries(part.Value, fmt.Sprintf("%s: %d", path, r))
		if err != nil {
			return err
		}
		if err := t.add(path, r, rows); err != nil {
			return err
		}
	}
	return nil
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
// last digit, as far as both are known. Such rows were copied, not measured, and sums over them mix two devices.
// DynamicOFA's jetson_GPU has six rows of Note10 at every resolution.
func (t *Table) CopiedFrom(other *Table) map[int][]string {
	copied := map[int][]string{}
	for r, rows := range t.Rows {
		for _, key := range slices.Sorted(maps.Keys(rows)) {
			if e := rows[key]; e.MeanMs > 0 && e.agrees(other.Rows[r][key]) {
				copied[r] = append(copied[r], key)
			}
		}
	}
	return copied
}
