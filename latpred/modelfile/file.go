package modelfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/ofalat/ofalat/internal/bounded"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/atomicfile"
	"github.com/ofalat/ofalat/latpred/tensor"
)

const (
	fileFormat = "latpred 3"
	withoutSum = "latpred 2" // whose hash leaves out the provenance
	maxFile    = 512 << 20
)

// Storable is a predictor that can be saved to a file.
type Storable interface {
	latpred.Predictor
	// Store puts tensors into b, with names that begin with prefix, and returns
	// everything else that its Loader needs, as a value that is written as JSON.
	Store(b *tensor.Bundle, prefix string) (model any, err error)
}

// Loader makes a predictor from what Store gave: the tensors of b whose names begin with
// prefix, and model. from is the predictor's provenance. A Loader must check everything
// that it reads, since files may be damaged or malicious.
type Loader func(b *tensor.Bundle, prefix string, model json.RawMessage, from latpred.Provenance) (latpred.Predictor, error)

var loaders = map[string]Loader{} // by kind

// Register sets the Loader of a kind. Packages of predictors call it in an init function,
// and it is not safe for concurrent use. It panics if the kind has a Loader already.
func Register(kind string, load Loader) {
	if loaders[kind] != nil {
		panic("modelfile: two loaders of kind " + kind)
	}
	loaders[kind] = load
}

// loader finds the Loader of a kind; the error lists the registered kinds.
func loader(kind string) (Loader, error) {
	if load := loaders[kind]; load != nil {
		return load, nil
	}
	return nil, fmt.Errorf("a predictor of kind %q, which this program doesn't know: it knows %v", kind, slices.Sorted(maps.Keys(loaders)))
}

// Save writes a predictor to a file, whole or not at all. It errs if p is not Storable.
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
			"format": fileFormat, "kind": p.Kind(), "model": string(header), "provenance": string(provenance), "sha256": sum(b, p.Kind(), header, provenance),
		})
	})
}

// sum is the SHA-256, in hex, of everything that a file holds: parts are its model and its
// provenance, which older files leave out.
func sum(b *tensor.Bundle, kind string, parts ...[]byte) string {
	return b.Sum(fmt.Sprintf("%s\n%s\n", kind, bytes.Join(parts, []byte("\n"))))
}

// Load reads a predictor that Save wrote. It errs if the file is damaged or larger than
// 512 MB, or if it has a format, a kind or an encoding that this program does not know.
func Load(path string) (latpred.Predictor, error) {
	content, err := bounded.ReadFile(path, maxFile)
	if err != nil {
		return nil, err
	}
	p, err := Parse(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// Parse is Load of a file's content.
func Parse(content []byte) (latpred.Predictor, error) {
	b, meta, err := tensor.Parse(content)
	if err != nil {
		return nil, err
	}
	model, provenance := json.RawMessage(meta["model"]), []byte(meta["provenance"])
	parts := [][]byte{model, provenance}
	switch meta["format"] {
	case fileFormat:
	case withoutSum:
		parts = parts[:1]
	default:
		return nil, fmt.Errorf("format %q, want %q: not a predictor of this program; train it again", meta["format"], fileFormat)
	}
	load, err := loader(meta["kind"])
	if err != nil {
		return nil, err
	}
	if sum(b, meta["kind"], parts...) != meta["sha256"] {
		return nil, errors.New("the content doesn't have the SHA-256 that the header gives: the file is damaged")
	}
	var from latpred.Provenance
	if err := json.Unmarshal(provenance, &from); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return load(b, "", model, from)
}
