package archfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred/literal"
	"github.com/ofalat/ofalat/latpred/space"
)

// resolution is the resolution of a network: of its description, of the options, of
// run.config, or of its family.
func (in *Reader) resolution(d space.Described) (int, error) {
	pixels, from := d.Arch.Resolution, "the description"
	asked := in.options.Resolution
	if d.Space != nil {
		if in.beside == nil {
			in.beside = runConfig(in.name)
		}
		beside, name, err := in.beside.pixels, in.beside.path, in.beside.err
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
	switch {
	case asked != 0 && pixels != 0 && asked != pixels:
		return 0, fmt.Errorf("resolution %d was asked for, %s says %d", asked, from, pixels)
	case asked != 0:
		return asked, nil
	case pixels != 0:
		return pixels, nil
	}
	allowed := d.Arch.Family.Reference().Allowed
	if d.Space != nil {
		allowed = d.Space.Allowed
	}
	switch {
	case allowed.Min == allowed.Max:
		return allowed.Min, nil
	case d.Space != nil:
		return 0, fmt.Errorf("no resolution: a net.config has none, and no run.config with an image_size is beside it; give --resolution, %v", allowed)
	}
	return 0, fmt.Errorf("no resolution (r or image_size), %v: give --resolution if it is that of all", allowed)
}

// told is what a run.config tells; pixels is 0 if there is none.
type told struct {
	pixels int
	path   string
	err    error
}

// runConfig reads the resolution from the run.config beside a file.
func runConfig(name string) *told {
	if info, err := os.Stat(name); name == "" || err != nil || !info.Mode().IsRegular() {
		return &told{} // no file: standard input, or a text from elsewhere
	}
	path := filepath.Join(filepath.Dir(name), "run.config")
	text, err := bounded.ReadFile(path, literal.MaxBytes)
	var size *bounded.SizeError
	if errors.Is(err, fs.ErrNotExist) || errors.As(err, &size) {
		return &told{}
	}
	var pixels int
	if err == nil {
		var v literal.Value
		if v, err = literal.Parse(string(text)); err == nil {
			pixels, _, err = space.ResolutionOf(v)
		}
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", path, err)
	}
	return &told{pixels, path, err}
}
