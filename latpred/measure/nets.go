package measure

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Sample draws n distinct networks of s. With the same seed, a larger n continues the
// list of a smaller one. It errs if 1000 + 100 n draws do not give so many.
func Sample(s *space.Space, seed uint64, n int) ([]space.Arch, error) {
	rng := random.Stream(seed, "measure")
	seen := map[space.Arch]bool{}
	var list []space.Arch
	for tries := 0; len(list) < n; tries++ {
		if tries > 1000+100*n {
			return nil, fmt.Errorf("%s has no %d distinct networks: %d were found", s.ID, n, len(list))
		}
		if a := s.Sample(rng); !seen[a] {
			seen[a] = true
			list = append(list, a)
		}
	}
	return list, nil
}

// ReadArchs reads the distinct networks of s, in order, from a list or a table in any form
// that package dataset reads. Errors call the input name. A network outside s, or of other widths, is an error, and so is an input
// without networks.
func ReadArchs(r io.Reader, name string, s *space.Space, o dataset.Options) ([]space.Arch, error) {
	in := o.NewReader(r, name)
	var list []space.Arch
	seen := map[space.Arch]bool{}
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := errors.Join(space.Described{Arch: row.Arch, Space: in.Widths()}.In(s), s.Validate(row.Arch)); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, row.Arch, err)
		}
		if !seen[row.Arch] {
			seen[row.Arch] = true
			list = append(list, row.Arch)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no networks", name)
	}
	return list, nil
}

// NetUnits makes the units of networks. Their keys are the networks' canonical texts.
func NetUnits(archs []space.Arch, prepare func(space.Arch) (Subject, error)) []Unit {
	units := make([]Unit, len(archs))
	for i, a := range archs {
		units[i] = Unit{a.String(), func(context.Context) (Subject, error) { return prepare(a) }}
	}
	return units
}

// AnchorArchs returns three networks of s at the middle of its resolutions: the
// smallest, one drawn at random with a fixed seed, and the largest.
func AnchorArchs(s *space.Space) []space.Arch {
	r := s.Resolutions[len(s.Resolutions)/2]
	small, middle, large := s.Smallest(), s.Sample(random.Stream(0, "anchor")), s.Largest()
	small.Resolution, middle.Resolution, large.Resolution = r, r, r
	return []space.Arch{small, middle, large}
}

// AnchorUnits makes the units of AnchorArchs. Their keys are "anchor " and the canonical
// text, so that they differ from those of networks.
func AnchorUnits(s *space.Space, prepare func(space.Arch) (Subject, error)) []Unit {
	units := NetUnits(AnchorArchs(s), prepare)
	for i := range units {
		units[i].Key = "anchor " + units[i].Key
	}
	return units
}

// Set returns the results of finished groups as a data set. It errs if a key is not the
// text of an architecture, as in a journal of layers.
func (j *Journal) Set() (*dataset.Set, error) {
	set := &dataset.Set{Info: dataset.Info{Name: j.path, Device: j.Header.Device, Batch: j.Header.Batch, SpaceID: j.Header.Space}}
	for _, r := range j.Results() {
		a, err := space.Parse(r.Key)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", j.path, r.Key, err)
		}
		set.Samples = append(set.Samples, dataset.Sample{
			Arch: a, LatencyMs: precise(r.LatencyMs), StdMs: precise(r.StdMs), Runs: r.Runs, MeasuredAt: r.At, Device: j.Header.Device,
		})
	}
	set.Rows = len(set.Samples)
	return set, nil
}

// WriteSet writes Journal.Set as CSV, see dataset.Write.
func WriteSet(w io.Writer, j *Journal) error {
	set, err := j.Set()
	if err != nil {
		return err
	}
	return dataset.Write(w, set)
}
