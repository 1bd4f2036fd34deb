package latpred

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/nlpodyssey/safetensors"
)

// Predictors are kept as safetensors files: numbers as tensors, everything else
// as text in the header, where any reader of the format finds it: "kind",
// "provenance" (JSON), "model" (JSON, by kind) and "sha256", that of the model and
// of all tensors by name.
const (
	fileFormat = "latpred 2"
	maxFile    = 512 << 20
)

// stored is a predictor that can be kept.
type stored interface {
	Predictor
	// store puts tensors into b, names starting with prefix, and gives what else
	// has to be known, which is written as JSON.
	store(b *bundle, prefix string) (model any, err error)
}

// loader gives what reads, by kind, what store gave; nil: no such kind.
func loader(kind string) func(b *bundle, prefix string, model json.RawMessage, from Provenance) (Predictor, error) {
	switch kind {
	case KindPaper:
		return loadMLP
	case KindTable, KindHybrid:
		return loadTable
	case KindAdapted:
		return loadAdapted
	case KindHardware:
		return loadHardware
	}
	return nil
}

// Save writes a predictor to a file, whole or not at all.
func Save(path string, p Predictor) error {
	s, ok := p.(stored)
	if !ok {
		return fmt.Errorf("%T can't be saved", p)
	}
	b := newBundle()
	model, err := s.store(b, "")
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
	views, err := b.views()
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // after the rename it is not there any more
	err = safetensors.SerializeToWriter(views, map[string]string{
		"format": fileFormat, "kind": p.Kind(), "model": string(header), "provenance": string(provenance), "sha256": b.sum(p.Kind(), header),
	}, f)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return os.Rename(f.Name(), path)
}

// Load reads a predictor that Save wrote. It refuses what is damaged, of another
// format, or of an encoding that this program doesn't know.
func Load(path string) (Predictor, error) {
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

func parse(content []byte) (_ Predictor, err error) {
	defer func() {
		if p := recover(); p != nil { // the reader trusts some numbers in damaged headers
			err = fmt.Errorf("damaged safetensors file: %v", p)
		}
	}()
	_, header, err := safetensors.ReadMetadata(content)
	if err != nil {
		return nil, fmt.Errorf("no safetensors file: %w", err)
	}
	meta := header.Metadata()
	if meta["format"] != fileFormat {
		return nil, fmt.Errorf("format %q, want %q: not a predictor of this program; train it again", meta["format"], fileFormat)
	}
	load := loader(meta["kind"])
	if load == nil {
		return nil, fmt.Errorf("a predictor of kind %q, which this program doesn't know: it knows %v", meta["kind"], Kinds())
	}
	file, err := safetensors.Deserialize(content)
	if err != nil {
		return nil, err
	}
	b, err := readBundle(file)
	if err != nil {
		return nil, err
	}
	model := json.RawMessage(meta["model"])
	if b.sum(meta["kind"], model) != meta["sha256"] {
		return nil, errors.New("the content doesn't have the SHA-256 that the header gives: the file is damaged")
	}
	var from Provenance
	if err := json.Unmarshal([]byte(meta["provenance"]), &from); err != nil {
		return nil, fmt.Errorf("provenance: %w", err)
	}
	return load(b, "", model, from)
}
