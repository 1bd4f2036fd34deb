package modelfile

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/tensor"
)

const (
	fileFormat = "latpred 2"
	maxFile    = 512 << 20
)

// Storable is a predictor that can be kept in a file.
type Storable interface {
	latpred.Predictor
	// Store puts tensors into b, names starting with prefix, and gives what else
	// has to be known, which is written as JSON.
	Store(b *tensor.Bundle, prefix string) (model any, err error)
}

// Loader makes a predictor of what its Store gave: the tensors of b whose names
// start with prefix, and model. It is told where the predictor comes from. It
// checks all it reads: files may be damaged, or made to do harm.
type Loader func(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error)

var loaders = map[string]Loader{} // by kind

// Register says how predictors of a kind are loaded. Packages of predictors do it
// when they are initialised; a kind that is taken panics.
func Register(kind string, load Loader) {
	if loaders[kind] != nil {
		panic("modelfile: two loaders of kind " + kind)
	}
	loaders[kind] = load
}

// loader finds one; the error lists the kinds that this program has.
func loader(kind string) (Loader, error) {
	if load := loaders[kind]; load != nil {
		return load, nil
	}
	return nil, fmt.Errorf("a predictor of kind %q, which this program doesn't know: it knows %v", kind, slices.Sorted(maps.Keys(loaders)))
}

// Save writes a predictor, which must be Storable, to a file, whole or not at all.
func Save(path string, p latpred.Predictor) error {
	s, ok := p.(Storable)
	if !ok {
		return fmt.Errorf("%T can't be saved", p)
	}
	b := tensor.NewBundle()
	model, err := s.Store(b, "")
	if err != nil {
		return err
	}
	header, err := json.Marshal(model)
	if err != nil {
		return err
	}
	provenance, err := json.Marshal(p.Provenance())
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		return b.Write(w, map[string]string{
			"format": fileFormat, "kind": p.Kind(), "model": string(header), "provenance": string(provenance), "sha256": sum(b, p.Kind(), header),
		})
	})
}

// sum is the SHA-256 of all that makes predictions.
func sum(b *tensor.Bundle, kind string, model []byte) string {
	return b.Sum(fmt.Sprintf("%s\n%s\n", kind, model))
}

// Load reads a predictor that Save wrote. It refuses what is damaged, of another
// format, or of an encoding that this program doesn't know.
func Load(path string) (latpred.Predictor, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > maxFile {
		return nil, fmt.Errorf("%s: larger than the %d MB that a predictor may have", path, maxFile>>20)
	}
	p, err := parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

func parse(content []byte) (latpred.Predictor, error) {
	b, meta, err := tensor.Parse(content)
	if err != nil {
		return nil, err
	}
	if meta["format"] != fileFormat {
		return nil, fmt.Errorf("format %q, want %q: not a predictor of this program; train it again", meta["format"], fileFormat)
	}
	load, err := loader(meta["kind"])
	if err != nil {
		return nil, err
	}
	model := json.RawMessage(meta["model"])
	if sum(b, meta["kind"], model) != meta["sha256"] {
		return nil, errors.New("the content doesn't have the SHA-256 that the header gives: the file is damaged")
	}
	var from latpred.Provenance
	if err := json.Unmarshal([]byte(meta["provenance"]), &from); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return load(b, "", model, from)
}
