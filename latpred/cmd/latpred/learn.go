package main

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/ofalat/ofalat/latpred"
	"github.com/ofalat/ofalat/latpred/audit"
	"github.com/ofalat/ofalat/latpred/catalog"
	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/lut"
	"github.com/ofalat/ofalat/latpred/space"
)

// learnable prepares a set for whatever learns from it: it notes the space that --space
// names, errs if labels can't be learnt from, and warns of others on standard error. It
// returns these warnings after those of how the file was read.
func learnable(out *output, set *dataset.Set, spaceID string) ([]latpred.Warning, error) {
	if err := declareSpace(set, spaceID); err != nil {
		return nil, err
	}
	warnings, err := audit.Labels(set)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", set.Name, err)
	}
	logWarnings(out, warnings)
	return append(slices.Clone(set.Warnings), warnings...), nil
}

// declareSpace notes in a set the space that --space names; "": it was not given.
func declareSpace(set *dataset.Set, id string) error {
	if id == "" {
		return nil
	}
	s, err := space.ByID(id)
	if err != nil {
		return fmt.Errorf("--space: %w", err)
	}
	if err := set.Of(s); err != nil {
		return fmt.Errorf("--space %s: %w", id, err)
	}
	return nil
}

// checkSpace compares the space that --space names with what a predictor knows. It errs,
// naming both, if they have different networks, and says so on standard error if the
// predictor doesn't know. "" is for --space not given.
func checkSpace(out *output, name predictorName, p latpred.Predictor, id string) error {
	if id == "" {
		return nil
	}
	s, err := space.ByID(id)
	if err != nil {
		return fmt.Errorf("--space: %w", err)
	}
	known, err := catalog.CheckSpace(p, s)
	if err != nil {
		return fmt.Errorf("--space %s, %s: %w", id, cmp.Or(string(name), p.Provenance().Device), err)
	}
	if !known {
		out.Logf("note: %s does not tell of which space, and so of which width, its networks are: they are taken to be of %s, as --space says", name, id)
	}
	return nil
}

// checkTable compares the space that a table's layers are of with another one. It errs,
// naming both, if they have different networks.
func checkTable(name string, t *lut.Table, s *space.Space) error {
	if t.SpaceID == "" {
		return nil
	}
	of, err := space.ByID(t.SpaceID)
	if err != nil || of.SameNetworks(s) {
		return err
	}
	return fmt.Errorf("the layers of table %s are those of %s (%s); in %s (%s) the same architecture is another network", name, of.ID, of.Name, s.ID, s.Name)
}
