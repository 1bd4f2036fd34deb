package neural

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"github.com/ofalat/ofalat/data"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/encode"
	"github.com/ofalat/ofalat/latpred/mlp"
	"github.com/ofalat/ofalat/latpred/tensor"
)

// releasedFolder has what the paper's authors released, among the shipped files.
const releasedFolder = "released/"

// Released returns the predictor that the paper's authors released for a data set, one of
// the two that they fine-tuned from: note10 or rtx2080ti-b64. It errs on others. The files
// ship with the program.
func Released(set string) (*Predictor, error) {
	f, err := data.Files.Open(releasedFolder + set + ".safetensors.gz")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("no released predictor of %q: there are those of note10 and rtx2080ti-b64", set)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(z)
	if err != nil {
		return nil, err
	}
	b, _, err := tensor.Parse(content)
	if err != nil {
		return nil, err
	}
	tensors, err := b.Layers()
	if err != nil {
		return nil, err
	}
	params, err := mlp.FromTensors(tensors)
	if err != nil {
		return nil, err
	}
	return New(encode.OFA128, params, latpred.Provenance{Device: set, Data: set, Rows: 7000, Note: "released by the paper's authors"})
}

// ReleasedHead returns the head that the paper's authors fine-tuned from one data set's
// predictor for another's, with rows of the latter, and released: from note10 to
// rtx2080ti-b64, p40-b64 and xeon-b64-fixed, and from rtx2080ti-b64 to note10, p40-b64,
// xeon-b64-fixed and xeon-b64-fixed-v1. It errs on others. The hidden layers are those of
// Released(from). The paper prints the errors of these heads, but for note10 to
// xeon-b64-fixed, which is another run than the printed one, and for the last, a run before
// the printed one.
func ReleasedHead(from, to string) (*Head, error) {
	content, err := data.Files.ReadFile(releasedFolder + "heads.safetensors")
	if err != nil {
		return nil, err
	}
	b, _, err := tensor.Parse(content)
	if err != nil {
		return nil, err
	}
	name := from + "-to-" + to
	weights, _, err1 := b.Float32(name+".weight", 1)
	bias, _, err2 := b.Float32(name+".bias", 1)
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("no released head %s: %w", name, err)
	}
	return &Head{Weights: weights, Bias: bias[0]}, nil
}
