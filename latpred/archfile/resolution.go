package archfile

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/space"
)

// resolution is the resolution of a network: of its description, of the options, of
// run.config, or of its family.
func (in *Reader) resolution(d space.Described) (int, error) {
	pixels, from := d.Arch.Resolution, "the description"
	asked := in.options.Resolution
	if d.Space != nil {
		beside, name, err := runConfig(in.name)
		switch {
		case err != nil && pixels+asked == 0:
			return 0, fmt.Errorf("%w; or give --resolution", err)
		case err != nil || beside == 0:
		case pixels != 0 && pixels != beside:
			return 0, fmt.Errorf("resolution %d, and %s says %d", pixels, name, beside)
		default:
			pixels, from = beside, name
		}
	}
	reference := d.Arch.Family.Reference()
	switch {
	case asked != 0 && pixels != 0 && asked != pixels:
		return 0, fmt.Errorf("resolution %d was asked for, %s says %d", asked, from, pixels)
	case asked != 0:
		return asked, nil
	case pixels != 0:
		return pixels, nil
	case reference.Allowed.Min == reference.Allowed.Max:
		return reference.Allowed.Min, nil
	case d.Space != nil:
		return 0, fmt.Errorf("no resolution: a net.config has none, and no run.config with an image_size is beside it; give --resolution, %v", d.Space.Allowed)
	}
	return 0, fmt.Errorf("no resolution (r or image_size), %v: give --resolution if it is that of all", reference.Allowed)
}

// runConfig reads the resolution from the run.config beside a file; 0 if there is none.
func runConfig(name string) (pixels int, path string, err error) {
	if name == "" {
		return 0, "", nil
	}
	if info, err := os.Stat(name); err != nil || !info.Mode().IsRegular() {
		return 0, "", nil // no file: standard input, or a text from elsewhere
	}
	path = filepath.Join(filepath.Dir(name), "run.config")
	info, err := os.Stat(path)
	if err != nil || info.Size() > literal.MaxBytes {
		return 0, "", nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, "", err
	}
	v, err := literal.Parse(string(text))
	if err == nil {
		pixels, _, err = space.ResolutionOf(v)
	}
	if err != nil {
		return 0, "", fmt.Errorf("%s: %w", path, err)
	}
	return pixels, path, nil
}
