package main

import (
	"context"
	"fmt"
	"os"

	"github.com/alecthomas/kong"
	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/catalog"
)

// predictorName is a flag that names a predictor: what ships, or a file.
type predictorName string

// Decode takes a name of the catalog as it is, and another text for a file, which must
// exist.
func (n *predictorName) Decode(ctx *kong.DecodeContext) error {
	var text string
	if err := ctx.Scan.PopValueInto("name or file", &text); err != nil {
		return err
	}
	_, unknown := catalog.Find(text)
	if unknown == nil {
		*n = predictorName(text)
		return nil
	}
	*n = predictorName(kong.ExpandPath(text))
	info, err := os.Stat(string(*n))
	if err != nil {
		return fmt.Errorf("%w; and %w", err, unknown)
	}
	if info.IsDir() {
		return fmt.Errorf("%q is a folder", text)
	}
	return nil
}

// load gives the predictor.
func (n predictorName) load(ctx context.Context) (latpred.Predictor, error) {
	return catalog.Load(ctx, string(n))
}
