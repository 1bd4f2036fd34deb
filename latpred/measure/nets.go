package measure

import (
	"context"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/dataset"
	"github.com/ofalat/ofalat/latpred/random"
	"github.com/ofalat/ofalat/latpred/space"
)

// Sample draws n distinct networks of s. A larger n continues the list of a
// smaller one. It errs where s has fewer.
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

// ReadArchs reads the distinct networks of s from a text of one a line, or from a set
// in a format that package dataset reads. Errors name it as name; a network outside s
// and a text without networks are errors.
func ReadArchs(r io.Reader, name string, s *space.Space) ([]space.Arch, error) {
	in := dataset.NewReader(r, name)
	var list []space.Arch
	seen := map[space.Arch]bool{}
	for {
		sample, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if err := s.Validate(sample.Arch); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, sample.Arch, err)
		}
		if !seen[sample.Arch] {
			seen[sample.Arch] = true
			list = append(list, sample.Arch)
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("%s: no networks", name)
	}
	return list, nil
}

// NetUnits makes the units of networks, whose keys are their canonical texts.
func NetUnits(archs []space.Arch, prepare func(space.Arch) (Subject, error)) []Unit {
	units := make([]Unit, len(archs))
	for i, a := range archs {
		units[i] = Unit{a.String(), func(context.Context) (Subject, error) { return prepare(a) }}
	}
	return units
}

// AnchorArchs are three networks of s, small, middling and large, at the middle
// resolution that searches draw.
func AnchorArchs(s *space.Space) []space.Arch {
	r := s.Resolutions[len(s.Resolutions)/2]
	small, middle, large := s.Smallest(), s.Sample(random.Stream(0, "anchor")), s.Largest()
	small.Resolution, middle.Resolution, large.Resolution = r, r, r
	return []space.Arch{small, middle, large}
}

// AnchorUnits makes the units of anchors; their keys can't be those of networks.
func AnchorUnits(s *space.Space, prepare func(space.Arch) (Subject, error)) []Unit {
	units := NetUnits(AnchorArchs(s), prepare)
	for i := range units {
		units[i].Key = "anchor " + units[i].Key
	}
	return units
}

// Set gives the labels of finished groups as a set of package dataset.
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

// WriteSet writes Journal.Set in the format of package dataset.
func WriteSet(w io.Writer, j *Journal) error {
	set, err := j.Set()
	if err != nil {
		return err
	}
	return dataset.Write(w, set)
}
