package upstream

import (
	"errors"
	"fmt"
	"io"

	"github.com/ofalat/ofalat/latpred/pickle"
	"github.com/ofalat/ofalat/latpred/pytorch"
	"github.com/ofalat/ofalat/latpred/space"
)

// HELP also measured networks of the two spaces of HW-NAS-Bench (Li et al., ICLR 2021).
// ParseHELPLatencies reads the latencies, in the order of the networks, and BuildBenchmarks
// makes the shipped files of both.

// ParseHELPFBNet reads HELP's fbnet/metainfo.pt: a dict whose key arch has a list of
// networks of the space fbnet-cifar100, each a dict whose key op_idx_list has the number
// of each block's operation. Errors refer to the file as name.
func ParseHELPFBNet(r io.Reader, name string) ([]space.Arch, error) {
	of, err := space.ByID("fbnet-cifar100")
	if err != nil {
		return nil, err
	}
	return archList(r, name, func(item any) (space.Arch, error) {
		numbers, err := listAt(item, "op_idx_list")
		if err != nil {
			return space.Arch{}, err
		}
		choices := make([]int, len(numbers))
		for k, v := range numbers {
			n, ok := v.(int64)
			if !ok {
				return space.Arch{}, errors.New("an operation is no number")
			}
			choices[k] = int(n)
		}
		return of.Family.NewArch(of.Allowed.Min, choices)
	})
}

// listAt gives the list under a key of item, which must be a dict.
func listAt(item any, key string) ([]any, error) {
	dict, ok := item.(pickle.Map)
	if !ok {
		return nil, errors.New("no dict")
	}
	value, _ := dict.Get(key)
	list, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("key %s is missing or no list", key)
	}
	return list, nil
}

// ParseHELPNASBench201 reads HELP's nasbench201/str_arch2idx.pt: a dict from each of the
// 15,625 networks, in the form of NAS-Bench-201, to its index in the lists of latencies.
// The result is in the order of the indexes. Errors refer to the file as name.
func ParseHELPNASBench201(r io.Reader, name string) ([]space.Arch, error) {
	root, err := pytorch.ParseData(r, name)
	if err != nil {
		return nil, err
	}
	dict, ok := root.(pickle.Map)
	if !ok {
		return nil, fmt.Errorf("%s: holds no dict", name)
	}
	archs := make([]space.Arch, len(dict))
	for _, pair := range dict {
		text, isText := pair.Key.(string)
		n, isNumber := pair.Value.(int64)
		at := int(n)
		if !isText || !isNumber || at < 0 || at >= len(archs) || archs[at].Family != nil {
			return nil, fmt.Errorf("%s: %.60q: want a network and a place of its own", name, text)
		}
		if archs[at], err = space.Parse(text); err != nil {
			return nil, fmt.Errorf("%s: %s: %w", name, text, err)
		}
	}
	return archs, nil
}
